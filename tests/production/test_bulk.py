"""Acts on many orders, jobs, lots and people: counted, confirmed, done once, each row's outcome told."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from mom.core import long_work
from mom.core.models import TaskRun
from mom.core.testing import acting
from mom.core.web import bulk
from mom.plant.models import MaterialLot, PersonnelClass, Qualification
from mom.work.engine.terms import JobOrderCommand
from mom.work.models import JobOrder, WorkRequest
from tests.factories.accounts import make_user
from tests.factories.work import give, job_of, make_machine, make_material, make_order, make_person

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def page(owner: Any) -> Client:
    return signed_in(owner)


@pytest.fixture
def orders(site: Any) -> list[WorkRequest]:
    machine, material = make_machine(site), make_material(site)
    made = [
        make_order(site, code=f"WO-{number}", material=material, machine=machine).work_request for number in range(4)
    ]
    return [WorkRequest.objects.get(pk=each.pk) for each in made]


def confirmed(client: Client, address: str, act: str, rows: list[int], **values: Any) -> TaskRun:
    """Choose, confirm and give the run that tells the outcome."""
    asked = client.post(address, {"bulk": act, "row": rows})
    token = re.search(r'name="token" value="([^"]+)"', asked.content.decode())
    assert token, asked.content.decode()[:2000]
    sent = {"bulk": act, "row": rows, "confirmed": "1", "counted": len(rows), "token": token[1], **values}
    first, again = client.post(address, sent), client.post(address, sent)
    assert first.status_code == 302, first.content.decode()[:3000]
    assert again.headers["Location"] == first.headers["Location"]
    return TaskRun.objects.get(pk=int(re.findall(r"\d+", first.headers["Location"])[-1]))


def test_orders_held_in_bulk_say_who_was_refused(page: Client, orders: list[WorkRequest]) -> None:
    keys = [order.pk for order in orders]
    confirmed(page, "/orders/", "hold", keys[:1], reason="No bar stock")
    run = confirmed(page, "/orders/", "hold", keys, reason="No bar stock")
    assert run.result == {"done": 3, "refused": 1}
    assert set(WorkRequest.objects.values_list("status", flat=True)) == {"held"}
    html = page.get(f"/long-work/{run.pk}/").content.decode()
    assert "3 done, 1 refused" in html
    assert "WO-0" in html
    assert TaskRun.objects.filter(kind=bulk.BULK).count() == 2


def test_orders_get_priority_and_due_date_in_bulk(page: Client, orders: list[WorkRequest]) -> None:
    keys = [order.pk for order in orders]
    assert confirmed(page, "/orders/", "priority", keys, priority="5").result == {"done": 4, "refused": 0}
    assert set(JobOrder.objects.values_list("priority", flat=True)) == {5}
    assert confirmed(page, "/orders/", "due", keys[:2], due_at="2031-04-16T10:00").result["done"] == 2
    assert WorkRequest.objects.filter(due_at__year=2031).count() == 2
    again = confirmed(page, "/orders/", "priority", keys, priority="5")
    assert again.result == {"done": 0, "refused": 4}


def test_confirmation_counts_and_is_asked_again_where_the_view_changed(page: Client, orders: list[WorkRequest]) -> None:
    html = page.post("/orders/?q=WO-", {"bulk": "hold", "all": "1"}).content.decode()
    assert "Hold 4 orders" in html
    assert "WO-3" in html
    stale = {"bulk": "hold", "all": "1", "confirmed": "1", "counted": "3", "token": "t", "reason": "Because"}
    answer = page.post("/orders/?q=WO-", stale)
    assert answer.status_code == 422
    assert "another number of rows" in answer.content.decode()
    assert not TaskRun.objects.exists()
    assert page.post("/orders/", {"bulk": "hold"}).status_code == 422
    no_reason = {"bulk": "hold", "row": orders[0].pk, "confirmed": "1", "counted": "1", "token": "t", "reason": ""}
    assert "This field is required" in page.post("/orders/", no_reason).content.decode()
    assert page.post("/orders/", {"bulk": "nope", "row": "1"}).status_code == 404


def test_P33_bulk_needs_its_right_and_reaches_no_foreign_row(
    site: Any, other_site: Any, colleague: Any, page: Client, orders: list[WorkRequest]
) -> None:
    foreign = make_order(other_site, code="F-1", material=make_material(other_site), machine=make_machine(other_site))
    looks = signed_in(colleague)
    assert looks.post("/orders/", {"bulk": "hold", "row": orders[0].pk}).status_code == 403
    assert 'name="row"' not in looks.get("/orders/").content.decode()
    assert "data-bulk" in page.get("/orders/").content.decode()
    answer = page.post("/orders/", {"bulk": "hold", "row": [foreign.work_request_id]})
    assert answer.status_code == 422
    assert "F-1" not in answer.content.decode()


def test_bulk_of_many_rows_is_done_by_a_worker_with_the_askers_rights(
    site: Any, owner: Any, page: Client, orders: list[WorkRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    keys = [order.pk for order in orders]
    run = confirmed(page, "/orders/", "hold", keys, reason="Night")
    assert run.status == "queued"
    long_work.work(run.pk, bulk.run_queued)
    run.refresh_from_db()
    assert (run.status, run.result) == ("succeeded", {"done": 4, "refused": 0})

    run = confirmed(page, "/orders/", "resume", keys)
    with acting():
        owner.is_active = False
        owner.save()
    long_work.work(run.pk, bulk.run_queued)
    run.refresh_from_db()
    assert run.status == "failed"
    assert WorkRequest.objects.filter(status="held").count() == 4


def test_cancelled_bulk_stops_and_keeps_what_is_done(
    page: Client, orders: list[WorkRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 0)
    run = confirmed(page, "/orders/", "hold", [order.pk for order in orders], reason="Night")
    assert page.post(f"/long-work/{run.pk}/cancel/").status_code == 302
    long_work.work(run.pk, bulk.run_queued)
    run.refresh_from_db()
    assert run.status == "cancelled"
    assert not WorkRequest.objects.filter(status="held").exists()


def test_jobs_are_held_and_given_priority_in_bulk(page: Client, site: Any) -> None:
    machine, material = make_machine(site), make_material(site)
    jobs = [job_of(make_order(site, code=f"WO-{n}", material=material, machine=machine)) for n in range(3)]
    give(jobs[0], JobOrderCommand.START)
    assert "WO-1" in page.get("/jobs/").content.decode()
    run = confirmed(page, "/jobs/", "hold", [job.pk for job in jobs], reason="Tool broke")
    assert run.result["done"] >= 1
    jobs[0].refresh_from_db()
    assert jobs[0].status == "held"
    assert confirmed(page, "/jobs/", "priority", [job.pk for job in jobs], priority="9").result["done"] == 3


def test_lots_and_people_in_bulk(page: Client, site: Any) -> None:
    with acting():
        material = make_material(site)
        lots = [MaterialLot.objects.create(site=site, definition=material, code=f"L-{n}") for n in range(3)]
        skill = PersonnelClass.objects.create(site=site, code="CNC")
        people = [make_person(site, code=f"ID{n}") for n in range(2)]
        Qualification.objects.create(site=site, person=people[0], personnel_class=skill, valid_from="2020-01-01")
    keys = [lot.pk for lot in lots]
    assert confirmed(page, "/lots/", "hold", keys, reason="Porous").result == {"done": 3, "refused": 0}
    assert confirmed(page, "/lots/", "release", keys[:2], reason="Measured").result == {"done": 2, "refused": 0}
    assert confirmed(page, "/lots/", "release", keys, reason="Measured").result == {"done": 1, "refused": 2}
    values = {"skill": skill.pk, "valid_until": "2031-01-01", "reason": "Expired"}
    run = confirmed(page, "/people/", "end-skill", [each.pk for each in people], **values)
    assert run.result == {"done": 1, "refused": 1}


def test_outcome_is_seen_by_who_asked_and_by_nobody_without_the_right(
    site: Any, page: Client, orders: list[WorkRequest]
) -> None:
    run = confirmed(page, "/orders/", "hold", [orders[0].pk], reason="Night", token=str(uuid.uuid4()))
    nosy = signed_in(make_user("nosy", site=site, permissions=["work.view"]))
    assert nosy.get(f"/long-work/{run.pk}/").status_code == 404
