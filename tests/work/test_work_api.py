"""The spine in the API: owner, colleague and outsider; commands, reports, reversals; the same request once."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mom.core import clock
from mom.core.testing import acting
from mom.plant.models import EquipmentClass, EquipmentClassSkill, EquipmentInClass, PersonnelClass
from mom.work.engine.terms import JobOrderCommand
from mom.work.models import EquipmentReservation, JobDependency, JobOrder, JobResponse, OutputTotal, QuantityReport
from tests.bench.statements import costs_the_same
from tests.factories.accounts import make_user
from tests.factories.work import give, job_of, make_chain, make_machine, make_order, make_person

pytestmark = pytest.mark.django_db
WORK = "/api/v1/work"
JOBS = f"{WORK}/job-orders/"
LISTS = ["work-requests", "job-orders", "job-responses", "labour-entries", "quantity-reports", "reservations"]


@pytest.fixture
def api(owner: Any, client_of: Any) -> Any:
    return client_of(owner)


@pytest.fixture
def looker(site: Any, client_of: Any) -> Any:
    return client_of(make_user("lotta", site=site, permissions=["work.view"]))


@pytest.fixture
def busy(site: Any) -> JobOrder:
    """A running job with labour, quantities and a reservation."""
    from mom.core.actor import system_actor
    from mom.work.services import equipment_reservation

    job = job_of(make_order(site, machine=make_machine(site)))
    give(job, "start", person=make_person(site))
    now = clock.now()
    equipment_reservation.reserve(system_actor("test"), job.pk, start=now, end=now + timedelta(hours=2))
    return job


def report(api: Any, job: JobOrder, *lines: dict[str, Any], **more: Any) -> Any:
    body = {"op_uuid": str(uuid.uuid4()), "lines": list(lines), **more}
    return api.send("post", f"{JOBS}{job.pk}/quantity-reports/", body)


GOOD = {"kind": "good", "quantity": "12"}


@pytest.mark.parametrize("name", LISTS)
def test_P33_list_is_the_site_s_own(api: Any, outsider: Any, client_of: Any, busy: JobOrder, name: str) -> None:
    report(api, busy, GOOD)
    mine = api.get(f"{WORK}/{name}/").json()
    assert mine["count"] == 1
    row = mine["results"][0]
    assert api.get(f"{WORK}/{name}/{row['id']}/").json() == row
    assert client_of(outsider).get(f"{WORK}/{name}/").json()["count"] == 0
    assert client_of(outsider).get(f"{WORK}/{name}/{row['id']}/").status_code == 404


@pytest.mark.parametrize("name", LISTS)
def test_P33_list_needs_the_right(site: Any, client_of: Any, name: str) -> None:
    nobody = client_of(make_user("nils", site=site, permissions=["plant.view"]))
    assert nobody.get(f"{WORK}/{name}/").status_code == 403


@pytest.mark.parametrize("name", LISTS)
def test_list_statements_do_not_grow(api: Any, name: str, make_busy: Callable[[int], object]) -> None:
    costs_the_same(make_busy, lambda: api.get(f"{WORK}/{name}/"))


@pytest.fixture
def make_busy(site: Any, api: Any) -> Callable[[int], object]:
    """Makes so many running jobs with labour, a report and a reservation each."""
    from mom.core.actor import system_actor
    from mom.work.services import equipment_reservation

    person = make_person(site)

    def make(number: int) -> None:
        for _ in range(number):
            code = uuid.uuid4().hex[:10]
            job = job_of(make_order(site, code, machine=make_machine(site, code)))
            give(job, "start", person=person)
            now = clock.now()
            equipment_reservation.reserve(system_actor("test"), job.pk, start=now, end=now + timedelta(hours=2))
            assert report(api, job, GOOD).status_code == 201

    return make


@pytest.mark.parametrize("command", ["start", "pause", "finish", "abort"])
def test_P33_colleague_looks_and_commands_nothing(looker: Any, busy: JobOrder, command: str) -> None:
    assert looker.get(f"{JOBS}{busy.pk}/").status_code == 200
    refused = looker.send("post", f"{JOBS}{busy.pk}/{command}/", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert report(looker, busy, GOOD).status_code == 403
    busy.refresh_from_db()
    assert busy.status == "running"


def test_P33_outsider_finds_nothing_to_command(outsider: Any, client_of: Any, busy: JobOrder) -> None:
    for path in (f"{JOBS}{busy.pk}/finish/", f"{WORK}/work-requests/{busy.work_request_id}/abort/"):
        assert client_of(outsider).send("post", path, {}).status_code == 404


def test_every_command_has_an_address(api: Any, site: Any) -> None:
    job = job_of(make_order(site, is_released=False))
    walk = ["release", "revoke", "release", "start", "pause", "resume", "hold", "resume", "finish", "close"]
    for command in walk:
        if command == "release":
            order = api.get(f"{WORK}/work-requests/{job.work_request_id}/").json()
            if order["status"] == "waiting":
                answer = api.send("post", f"{WORK}/work-requests/{job.work_request_id}/release/", {})
                assert answer.status_code == 200, answer.content
                continue
        answer = api.send("post", f"{JOBS}{job.pk}/{command}/", {})
        assert answer.status_code == 200, (command, answer.content)
    assert answer.json()["status"] == "closed"
    for command in ("abort", "cancel"):
        other = job_of(make_order(site, f"WO-{command}"))
        assert api.send("post", f"{JOBS}{other.pk}/{command}/", {"reason": "Not wanted"}).status_code == 200
    assert {*walk, "abort", "cancel"} == set(map(str, JobOrderCommand))


def test_P04_command_that_is_not_possible_says_what_is(api: Any, busy: JobOrder) -> None:
    refused = api.send("post", f"{JOBS}{busy.pk}/start/", {})
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "illegal_transition")
    assert problem["current_status"] == "running"
    assert "finish" in problem["allowed_commands"]


def test_P06_command_may_name_its_version(api: Any, busy: JobOrder) -> None:
    etag = api.get(f"{JOBS}{busy.pk}/").headers["ETag"]
    paused = api.send("post", f"{JOBS}{busy.pk}/pause/", {}, If_Match=etag)
    assert (paused.status_code, paused.headers["ETag"] != etag) == (200, True)
    assert api.send("post", f"{JOBS}{busy.pk}/resume/", {}, If_Match=etag).status_code == 412


def test_P02_start_sent_twice_is_answered_the_same(api: Any, site: Any) -> None:
    job = job_of(make_order(site))
    first = api.send("post", f"{JOBS}{job.pk}/start/", {}, Idempotency_Key="s1")
    again = api.send("post", f"{JOBS}{job.pk}/start/", {}, Idempotency_Key="s1")
    assert (first.status_code, again.content) == (200, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert JobResponse.objects.filter(job_order=job).count() == 1


def test_start_in_the_name_of_a_person(api: Any, site: Any) -> None:
    make_person(site, "ID4882")
    job = job_of(make_order(site))
    unknown = api.send("post", f"{JOBS}{job.pk}/start/", {"person": "ID1"})
    assert (unknown.status_code, list(unknown.json()["fields"])) == (422, ["person"])
    assert api.send("post", f"{JOBS}{job.pk}/start/", {"person": "ID4882"}).status_code == 200
    (entry,) = api.get(f"{WORK}/labour-entries/?person=ID4882").json()["results"]
    assert (entry["job_order"], entry["ended_at"]) == (job.pk, None)


def test_can_start_tells_everything_in_the_way(api: Any, site: Any) -> None:
    first, second, third = make_chain(site, "Turn", "Mill", "Wash")
    with acting():
        for before in (first, second):
            JobDependency.objects.create(site=site, predecessor=before, successor=third)
    answer = api.get(f"{JOBS}{third.pk}/can-start/").json()
    assert answer["can_start"] is False
    assert [blocker["subject"] for blocker in answer["blockers"]] == [first.code, second.code]
    assert api.get(f"{JOBS}{first.pk}/can-start/").json() == {"can_start": True, "blockers": []}
    waiting = job_of(make_order(site, "WO-W", is_released=False))
    codes = [each["code"] for each in api.get(f"{JOBS}{waiting.pk}/can-start/").json()["blockers"]]
    assert codes == ["job_not_ready", "order_stopped"]


def test_gate_rule_is_set_and_a_warning_does_not_hinder(api: Any, site: Any) -> None:
    first, second = make_chain(site, "Turn", "Mill")
    sources = {each["name"]: each for each in api.get(f"{WORK}/gate-rules/sources/").json()["sources"]}
    assert (sources["work.order"]["is_fixed"], sources["inventory.material"]["level"]) == (True, "warn")
    with acting():
        JobDependency.objects.create(site=site, predecessor=first, successor=second)
    assert api.get(f"{JOBS}{second.pk}/can-start/").json()["can_start"] is False

    body = {"site": site.code, "source": "work.previous_jobs", "level": "warn", "reason": "They overlap here"}
    rule = api.send("post", f"{WORK}/gate-rules/", body)
    answer = api.get(f"{JOBS}{second.pk}/can-start/").json()

    assert (rule.status_code, rule.json()["area"], rule.json()["level"]) == (200, None, "warn")
    assert answer["can_start"] is True
    assert [(each["source"], each["level"]) for each in answer["blockers"]] == [("work.previous_jobs", "warn")]
    assert api.send("post", f"{JOBS}{second.pk}/start/", {}).status_code == 200
    assert api.send("post", f"{WORK}/gate-rules/", {**body, "area": "NOWHERE"}).status_code == 422
    nobody = api.get(f"{JOBS}{first.pk}/can-start/?person=ID1")
    assert (nobody.status_code, list(nobody.json()["fields"])) == (400, ["person"])


def test_can_start_asks_about_a_person_too(api: Any, site: Any) -> None:
    machine, _person = make_machine(site), make_person(site, "ID7")
    with acting():
        skill = PersonnelClass.objects.create(site=site, code="MILL", name="Milling")
        kind = EquipmentClass.objects.create(site=site, code="CNC")
        EquipmentInClass.objects.create(equipment=machine, equipment_class=kind)
        EquipmentClassSkill.objects.create(site=site, equipment_class=kind, personnel_class=skill)
    job = job_of(make_order(site, "WO-1", machine=machine))
    address = f"{JOBS}{job.pk}/can-start/"
    assert api.get(address).json()["blockers"] == []
    answer = api.get(f"{address}?person=ID7")
    assert answer.status_code == 200, answer.content
    assert [each["code"] for each in answer.json()["blockers"]] == ["not_qualified"]


def test_report_is_in_the_ledger_and_in_the_job(api: Any, busy: JobOrder) -> None:
    answer = report(api, busy, GOOD, {"kind": "scrap", "quantity": "2", "note": "Burr"}, person="ID1")
    assert answer.status_code == 201, answer.content
    assert [(row["kind"], row["quantity"], row["person"]) for row in answer.json()] == [
        ("good", "12.000000", "ID1"), ("scrap", "2.000000", "ID1"),
    ]  # fmt: skip
    (output,) = api.get(f"{JOBS}{busy.pk}/").json()["outputs"]
    assert (output["good"], output["scrap"], output["rework"]) == ("12.000000", "2.000000", "0.000000")
    found = api.get(f"{WORK}/quantity-reports/?kind=scrap&job_order={busy.pk}").json()
    assert [row["note"] for row in found["results"]] == ["Burr"]


def test_job_read_again_after_a_report_is_not_said_to_be_unchanged(api: Any, busy: JobOrder) -> None:
    before = api.get(f"{JOBS}{busy.pk}/")
    report(api, busy, GOOD)
    after = api.get(f"{JOBS}{busy.pk}/", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.json()["outputs"][0]["good"] != before.json()["outputs"][0]["good"]


def test_P01_report_under_the_same_key_counts_once(api: Any, busy: JobOrder) -> None:
    key = str(uuid.uuid4())
    first = report(api, busy, GOOD, op_uuid=key)
    again = report(api, busy, GOOD, op_uuid=key)
    assert first.json() == again.json()
    assert OutputTotal.objects.get(output__job_order=busy).good == 12


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"lines": []}, 400),
        ({"lines": [GOOD], "op_uuid": "no"}, 400),
        ({"lines": [{"kind": "fine", "quantity": "1"}]}, 400),
        ({"lines": [{"kind": "good", "quantity": "0"}]}, 422),
        ({"lines": [{"kind": "good", "quantity": "-1"}]}, 422),
        ({"lines": [{"kind": "good", "quantity": "1e3"}]}, 400),
        ({"lines": [{"kind": "scrap", "quantity": "1", "reason": "NONE"}]}, 422),
        ({"lines": [GOOD], "output": 10**9}, 404),
        ({"lines": [GOOD], "person": "NOBODY"}, 422),
        ({"lines": [GOOD], "occurred_at": "2026-04-16T10:42:00"}, 400),
        ({"lines": [GOOD], "extra": 1}, 400),
    ],
)
def test_P32_report_is_refused(api: Any, busy: JobOrder, body: dict[str, Any], status: int) -> None:
    answer = api.send("post", f"{JOBS}{busy.pk}/quantity-reports/", {"op_uuid": str(uuid.uuid4()), **body})
    assert answer.status_code == status, answer.content
    assert not QuantityReport.objects.exists()


def test_P05_report_is_taken_back_once(api: Any, looker: Any, busy: JobOrder) -> None:
    (first,) = report(api, busy, GOOD).json()
    path = f"{WORK}/quantity-reports/{first['id']}/reverse/"
    body = {"op_uuid": str(uuid.uuid4()), "reason": "Typed twice"}
    assert looker.send("post", path, body).status_code == 403
    back = api.send("post", path, body)
    assert (back.status_code, back.json()["quantity"], back.json()["reverses"]) == (201, "-12.000000", first["id"])
    twice = api.send("post", path, body | {"op_uuid": str(uuid.uuid4())})
    assert (twice.status_code, twice.json()["code"]) == (409, "reversed_already")
    assert OutputTotal.objects.get(output__job_order=busy).good == 0


def test_reservation_is_made_refused_and_given_back(api: Any, looker: Any, busy: JobOrder, site: Any) -> None:
    other = job_of(make_order(site, "WO-2", machine=busy.equipment))
    now = clock.now() + timedelta(minutes=5)
    body = {
        "job_order": other.pk,
        "started_at": now.isoformat(),
        "ended_at": (now + timedelta(hours=1)).isoformat(),
    }
    assert looker.send("post", f"{WORK}/reservations/", body).status_code == 403
    taken = api.send("post", f"{WORK}/reservations/", body)
    assert (taken.status_code, taken.json()["code"]) == (409, "equipment_reserved")
    held = EquipmentReservation.objects.get()
    assert api.delete(f"{WORK}/reservations/{held.pk}/").status_code == 204
    made = api.send("post", f"{WORK}/reservations/", body)
    assert (made.status_code, made.json()["machine"]) == (201, busy.equipment.code)  # type: ignore[union-attr]
    assert api.get(made.headers["Location"]).json()["job"] == other.code


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("order=WO-1", 1),
        ("order=WO-X", 0),
        ("machine=CNC-01", 1),
        ("status=running", 1),
        ("status=waiting", 0),
        ("site=P1", 1),
        ("site=P2", 0),
        ("fields=id,code", 1),
    ],
)
def test_filters_narrow(api: Any, busy: JobOrder, query: str, count: int) -> None:
    assert api.get(f"{JOBS}?{query}").json()["count"] == count


def test_P32_unknown_filter_is_refused(api: Any) -> None:
    assert api.get(f"{JOBS}?sttus=running").status_code == 400
    assert api.get(f"{JOBS}?status=dancing").status_code == 400
