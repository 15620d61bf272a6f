"""Maintenance in the API: a repair by a program but for its signature, plans and job plans, three people."""

import uuid
from typing import Any

import pytest

from maintenance.models import MaintenanceJob, MaintenancePlan, MaintenanceRequest
from mom.accounts.models import Site
from mom.plant.models import Equipment
from tests.factories.accounts import make_site, make_user
from tests.factories.maintenance import PartStore, make_job, make_job_plan, make_plan, make_request, make_technician
from tests.factories.work import make_machine

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/maintenance/"


@pytest.fixture
def press(site: Site) -> Equipment:
    return make_machine(site, "PRESS-1")


@pytest.fixture
def api(site: Site, client_of: Any) -> Any:
    return client_of(make_technician(site))


def call(**more: Any) -> dict[str, Any]:
    return {
        "op_uuid": str(uuid.uuid4()),
        "site": "P1",
        "machine": "PRESS-1",
        "symptom": "ELU",
        "urgency": "now",
        **more,
    }


def test_a_repair_by_a_program_up_to_its_signature(api: Any, press: Equipment, site: Site) -> None:
    store = PartStore(site)
    make_job_plan(site, "JP-1")
    made = api.send("post", f"{ROOT}requests/", call(text="Oil"))
    assert made.status_code == 201, made.content
    job = api.send("post", f"{ROOT}requests/{made.json()['id']}/accept/", {"job_plan": "JP-1"}).json()
    address = f"{ROOT}jobs/{job['id']}/"
    assert (job["status"], job["mode"]) == ("ready", "ELU")

    assert api.send("post", f"{address}arrive/", {}).json()["status"] == "running"
    short = api.send("post", f"{address}ask-for-part/", {"material": store.part.code, "quantity": "7"}).json()
    assert [(each["needed"], each["reserved"]) for each in short] == [("7.000000", "5.000000")]
    assert api.send("post", f"{address}issue-parts/", {"op_uuid": str(uuid.uuid4())}).status_code == 200
    refused = api.send("post", f"{address}repaired/", {"outcome": "full"})
    assert (refused.status_code, refused.json()["code"]) == (409, "steps_open")
    for position, said in ((10, {"passed": True}), (20, {"number": "9"})):
        answer = api.send("post", f"{address}answer/", {"position": position, **said})
        assert answer.status_code == 200, answer.content
    assert [step["is_ok"] for step in api.get(f"{address}steps/").json()] == [True, False]
    assert api.send("post", f"{address}wait/", {"reason": "parts"}).json()["status"] == "held"
    assert api.send("post", f"{address}resume/", {}).json()["status"] == "running"
    done = api.send("post", f"{address}repaired/", {"outcome": "full", "cause": "3.4", "mechanism": "1.1"})
    assert (done.status_code, done.json()["status"]) == (200, "completed")
    assert api.send("post", f"{address}sign/", {}).status_code == 404  # a person's, on a page
    assert MaintenanceJob.objects.get().handed_back_at is None


def test_a_call_sent_again_is_one_and_wrong_words_stand_at_their_field(api: Any, press: Equipment) -> None:
    body = call()
    first, again = api.send("post", f"{ROOT}requests/", body), api.send("post", f"{ROOT}requests/", body)
    assert first.json()["id"] == again.json()["id"]
    assert MaintenanceRequest.objects.get().times_reported == 1
    for wrong, field in (({"symptom": "X"}, "symptom"), ({"machine": "NO"}, "machine"), ({"site": "NO"}, "site")):
        answer = api.send("post", f"{ROOT}requests/", call(**wrong))
        assert answer.status_code in {400, 422}
        assert list(answer.json()["fields"]) == [field]


def test_job_plans_and_plans_are_made_and_paused(api: Any, press: Equipment, site: Site) -> None:
    store = PartStore(site)
    steps = [{"text": "Lock out"}, {"text": "Pressure", "kind": "number", "unit": "BAR", "low": "4", "high": "8"}]
    parts = [{"material": store.part.code, "quantity": "1"}]
    body = {"site": "P1", "job_plan": "JP-1", "minutes": 30, "steps": steps, "parts": parts}
    first = api.send("post", f"{ROOT}job-plan-versions/", body)
    assert first.status_code == 201, first.content
    second = api.send("post", f"{ROOT}job-plan-versions/", {**body, "reason": "Again"}).json()
    assert (second["number"], [step["text"] for step in second["steps"]]) == (2, ["Lock out", "Pressure"])

    plan = {"site": "P1", "code": "PM-1", "machine": "PRESS-1", "job_plan": "JP-1", "meter_kind": "cycles",
            "meter_interval": "50000"}  # fmt: skip
    made = api.send("post", f"{ROOT}plans/", plan)
    assert made.status_code == 201, made.content
    address = f"{ROOT}plans/{made.json()['id']}/"
    assert api.send("post", f"{address}pause/", {"reason": "Moved"}).json()["paused_reason"] == "Moved"
    assert api.send("post", f"{address}take-up/", {}).json()["paused_at"] is None
    wrong = api.send("post", f"{ROOT}plans/", {**plan, "code": "PM-2", "rule": "SOMETIMES"})
    assert (wrong.status_code, set(wrong.json()["fields"])) == (422, {"rule", "starts_at"})
    assert MaintenancePlan.objects.count() == 1


def test_three_people(press: Equipment, site: Site, client_of: Any) -> None:
    job, request, plan = make_job(press), make_request(press, "NOI"), make_plan(press)
    colleague = client_of(make_user("kim", site=site, permissions=("maintenance.view",)))
    outsider = client_of(
        make_user("out", site=make_site("P9"), permissions=("maintenance.view", "maintenance.execute_job"))
    )
    paths = (f"requests/{request.pk}/", f"jobs/{job.pk}/", f"plans/{plan.pk}/", f"jobs/{job.pk}/steps/")
    for path in paths:
        assert colleague.get(ROOT + path).status_code == 200
        assert outsider.get(ROOT + path).status_code == 404
    for act in ("arrive", "resume", "cancel", "repaired", "issue-parts"):
        assert colleague.send("post", f"{ROOT}jobs/{job.pk}/{act}/", {}).status_code == 403
    assert outsider.send("post", f"{ROOT}jobs/{job.pk}/arrive/", {}).status_code == 404
    assert colleague.send("post", f"{ROOT}requests/", call()).status_code == 403
    assert outsider.get(f"{ROOT}jobs/").json()["results"] == []
