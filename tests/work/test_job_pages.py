"""Acts on a job from its pages: buttons, quantities, taking back; what is refused keeps what was typed."""

import uuid
from typing import Any

import pytest
from django.test import Client

from mom.core.testing import acting
from mom.plant.models import Reason
from mom.work.models import JobDependency, JobOrder, JobResponse, LabourEntry, OutputTotal, QuantityReport
from tests.factories.accounts import make_user
from tests.factories.work import give, job_of, make_chain, make_order, make_person

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def page(owner: Any) -> Client:
    return signed_in(owner)


@pytest.fixture
def job(site: Any) -> JobOrder:
    """A released job."""
    return job_of(make_order(site, "WO-1"))


def act(**more: Any) -> dict[str, Any]:
    return {"op_uuid": str(uuid.uuid4()), **more}


def test_button_starts_and_returns_where_it_stood(page: Client, job: JobOrder) -> None:
    answer = page.post("/jobs/WO-1-10/start/", act(version=job.version, next="/orders/WO-1/"))
    assert (answer.status_code, answer["Location"]) == (302, "/orders/WO-1/")
    job.refresh_from_db()
    assert job.status == "running"


def test_button_leads_nowhere_else(page: Client, job: JobOrder) -> None:
    answer = page.post("/jobs/WO-1-10/start/", act(version=job.version, next="https://evil.example/"))
    assert answer["Location"] == "/jobs/WO-1-10/"


def test_P01_button_pressed_twice_acts_once(page: Client, job: JobOrder) -> None:
    body = act(version=job.version)
    for path in ("start", "start"):
        assert page.post(f"/jobs/WO-1-10/{path}/", body).status_code == 302
    job.refresh_from_db()
    body = act(version=job.version)
    for _ in range(2):
        assert page.post("/jobs/WO-1-10/finish/", body).status_code == 302
    assert JobResponse.objects.count() == 1
    job.refresh_from_db()
    assert job.status == "completed"


def test_button_of_an_old_page_is_refused_in_words(page: Client, job: JobOrder) -> None:
    give(job, "start", "pause")
    answer = page.post("/jobs/WO-1-10/start/", act(version=1))
    assert answer.status_code in {409, 412}
    assert "WO-1-10" in answer.content.decode()


def test_htmx_button_gets_the_sentence_as_a_message(page: Client, site: Any) -> None:
    first, second = make_chain(site, "Turn", "Wash")
    with acting():
        JobDependency.objects.create(site=site, predecessor=first, successor=second)
    answer = page.post(f"/jobs/{second.code}/start/", act(version=second.version), headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "data-toast" in answer.content.decode()
    assert first.code in answer.content.decode()


def test_start_is_in_the_name_of_who_is_signed_in(owner: Any, page: Client, site: Any, job: JobOrder) -> None:
    person = make_person(site, user=owner)
    shown = page.get("/orders/WO-1/").content.decode()
    assert f'name="person" value="{person.pk}"' in shown
    page.post("/jobs/WO-1-10/start/", act(version=job.version, person=person.pk))
    assert LabourEntry.objects.get().person_id == person.pk


def test_start_without_a_person_of_one_s_own_asks_who(page: Client, site: Any, job: JobOrder) -> None:
    person = make_person(site, "ID7")
    assert 'href="/jobs/WO-1-10/start/' in page.get("/orders/WO-1/").content.decode()
    assert "ID7" in page.get("/jobs/WO-1-10/start/").content.decode()
    page.post("/jobs/WO-1-10/start/", act(person=person.pk))
    page.post("/jobs/WO-1-10/pause/", act())
    page.post("/jobs/WO-1-10/resume/", act())
    assert [entry.person_id for entry in LabourEntry.objects.all()] == [person.pk, person.pk]


def test_hold_needs_a_reason(page: Client, job: JobOrder) -> None:
    give(job, "start")
    assert page.post("/jobs/WO-1-10/hold/", act()).status_code == 422
    assert page.post("/jobs/WO-1-10/hold/", act(reason="Coolant low")).status_code == 302
    assert "Coolant low" in page.get("/jobs/WO-1-10/").content.decode()


def test_quantities_are_logged_once(page: Client, site: Any, job: JobOrder) -> None:
    give(job, "start")
    with acting():
        reason = Reason.objects.create(site=site, code="BURR", name="Burr on bore", kind="scrap")
    body = act(good="12", scrap="1", reason=reason.pk, next="/orders/WO-1/")
    for _ in range(2):
        answer = page.post("/jobs/WO-1-10/report/", body)
        assert (answer.status_code, answer["Location"]) == (302, "/orders/WO-1/")
    total = OutputTotal.objects.get()
    assert (total.good, total.scrap) == (12, 1)
    shown = page.get("/orders/WO-1/").content.decode()
    assert "Burr on bore" in shown
    assert QuantityReport.objects.get(kind="good").reason_id is None


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ({}, 422, "at least one quantity"),
        ({"good": "-1"}, 422, "zero or more"),
        ({"good": "many"}, 422, "Enter a number"),
        ({"good": "12", "note": "n" * 201}, 422, "200"),
    ],
)
def test_refused_quantities_keep_what_was_typed(
    page: Client, job: JobOrder, body: dict[str, str], status: int, sentence: str
) -> None:
    give(job, "start")
    sent = act(**body, rework="3" if "good" in body else "")
    answer = page.post("/jobs/WO-1-10/report/", sent)
    assert answer.status_code == status
    shown = answer.content.decode()
    assert sentence in shown
    assert sent["op_uuid"] in shown
    assert all(f'value="{value}"' in shown for name, value in sent.items() if value and name in {"good", "rework"})
    assert not QuantityReport.objects.exists()


def test_quantity_beyond_the_limit_keeps_what_was_typed(page: Client, site: Any) -> None:
    give(job_of(make_order(site, "WO-L", limit=10)), "start")  # type: ignore[arg-type]
    answer = page.post("/jobs/WO-L-10/report/", act(good="11", note="late shift"))
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "more than job WO-L-10 may make" in shown
    assert 'value="11"' in shown
    assert 'value="late shift"' in shown


def test_report_is_taken_back_with_a_reason(page: Client, job: JobOrder) -> None:
    give(job, "start")
    page.post("/jobs/WO-1-10/report/", act(good="12"))
    report = QuantityReport.objects.get()
    path = f"/jobs/WO-1-10/reports/{report.pk}/take-back/"
    assert path in page.get("/orders/WO-1/").content.decode()
    assert page.post(path, act(reason="")).status_code == 422
    assert page.post(path, act(reason="Typed twice")).status_code == 302
    assert OutputTotal.objects.get().good == 0
    again = page.post(path, act(reason="Typed twice"))
    assert (again.status_code, "taken back already" in again.content.decode()) == (409, True)
    assert path not in page.get("/orders/WO-1/").content.decode()


def test_P33_operator_reports_and_takes_nothing_back(site: Any, job: JobOrder) -> None:
    operator = signed_in(make_user("otto", site=site, permissions=["work.view", "work.execute_job_order"]))
    give(job, "start")
    assert operator.post("/jobs/WO-1-10/report/", act(good="2")).status_code == 302
    report = QuantityReport.objects.get()
    path = f"/jobs/WO-1-10/reports/{report.pk}/take-back/"
    assert operator.get(path).status_code == 403
    assert path not in operator.get("/jobs/WO-1-10/").content.decode()
    assert operator.post("/jobs/WO-1-10/abort/", act(reason="x")).status_code == 403


def test_P33_outsider_acts_on_nothing(outsider: Any, job: JobOrder) -> None:
    client = signed_in(outsider)
    for path in ("start", "report"):
        assert client.post(f"/jobs/WO-1-10/{path}/", act(good="1")).status_code == 404
    job.refresh_from_db()
    assert job.status == "ready"


def test_page_says_what_is_in_the_way_until_the_job_runs(page: Client, site: Any) -> None:
    first, second = make_chain(site, "Turn", "Mill")
    with acting():
        JobDependency.objects.create(site=site, predecessor=first, successor=second)

    text = page.get(f"/jobs/{second.code}/").content.decode()

    assert f"Job {first.code} must be finished first." in text
    assert "Forbids the start" in text
    assert "Before the start" not in page.get(f"/jobs/{first.code}/").content.decode()
    give(first, "start")
    give(first, "finish")
    assert "Before the start" not in page.get(f"/jobs/{second.code}/").content.decode()
