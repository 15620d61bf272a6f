"""Jobs made of jobs, as people and programs ask for them: pages, API, rights."""

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from mom.accounts.models import Site
from mom.work.engine.terms import QuantityKind
from mom.work.models import JobOrder
from mom.work.services import quantity_report
from mom.work.services.quantity_report import Reported
from tests.bench.people import actor_with
from tests.factories.accounts import make_site, make_user
from tests.factories.work import give, job_of, make_machine, make_order

pytestmark = pytest.mark.django_db
JOBS = "/api/v1/production/jobs/"


@pytest.fixture
def job(site: Site) -> JobOrder:
    """A running job of ten: 6 good, 1 to rework, 3 open."""
    found = give(job_of(make_order(site, "WO-1", quantity=10, machine=make_machine(site))), "start")
    lines = [Reported(QuantityKind.GOOD, Decimal(6)), Reported(QuantityKind.REWORK, Decimal(1))]
    quantity_report.report(actor_with(), found.pk, lines, op_uuid=uuid.uuid4())
    return found


@pytest.fixture
def page(owner: Any) -> Client:
    client = Client()
    client.force_login(owner, backend="mom.accounts.backends.PasswordBackend")
    return client


def send(page: Client, address: str, **fields: Any) -> str:
    """A form as it stands on its page, filled in; the page that follows."""
    assert page.get(address).status_code == 200
    answer = page.post(address, {"op_uuid": str(uuid.uuid4()), **fields}, follow=True)
    assert answer.redirect_chain, answer.content.decode()
    return answer.content.decode()


def test_a_job_is_split_on_its_page(page: Client, site: Site, job: JobOrder) -> None:
    make_machine(site, "CNC-02")
    shown = page.get("/jobs/WO-1-10/").content.decode()
    for change in ("split", "finish-early", "make-rework", "replace"):
        assert f"/change-job/WO-1-10/{change}/" in shown
    followed = send(page, "/change-job/WO-1-10/split/", quantity="2", machine="CNC-02", version=job.version)
    assert "New: WO-1-10.1" in followed
    assert "Split off" in followed
    assert "Split off" in page.get("/jobs/WO-1-10/").content.decode()
    assert JobOrder.objects.get(code="WO-1-10.1").equipment.code == "CNC-02"  # type: ignore[union-attr]


def test_what_is_wrong_stands_at_its_field(page: Client, job: JobOrder) -> None:
    def answer(**fields: Any) -> tuple[int, str]:
        sent = page.post("/change-job/WO-1-10/split/", {"op_uuid": str(uuid.uuid4()), **fields})
        return sent.status_code, sent.content.decode()

    assert answer(quantity="4")[0] == 422
    assert "Take at most 3 of job WO-1-10" in answer(quantity="4")[1]
    assert "There is no machine NONE" in answer(quantity="1", machine="NONE")[1]
    assert answer(quantity="1", version="7")[0] == 412


def test_a_job_is_finished_with_fewer(page: Client, job: JobOrder) -> None:
    followed = send(page, "/change-job/WO-1-10/finish-early/", rest="new_job", version=job.version)
    assert "New: WO-1-10.1" in followed
    assert JobOrder.objects.get(code="WO-1-10").status == "completed"


def test_rework_and_replacement_are_made_on_pages(page: Client, job: JobOrder) -> None:
    followed = send(page, "/change-job/WO-1-10/make-rework/", quantity="1", minutes="30", reason="Burr on the bore")
    assert "Rework: " in followed
    assert JobOrder.objects.get(code="WO-1-10.1").run_duration.total_seconds() == 1800  # type: ignore[union-attr]
    send(page, "/change-job/WO-1-10/replace/", scrap="3", from_sequence="10", reason="Clamp broke")
    states = dict(JobOrder.objects.values_list("code", "status"))
    assert states == {"WO-1-10": "aborted", "WO-1-10.1": "ready", "WO-1-10.2": "ready"}


def test_the_api_does_the_same(client_of: Any, owner: Any, job: JobOrder) -> None:
    api = client_of(owner)
    assert api.get(f"{JOBS}{job.pk}/").json()["code"] == "WO-1-10"

    new = api.send("post", f"{JOBS}{job.pk}/split/", {"quantity": "1"})
    assert (new.status_code, new.json()["origin"], new.json()["outputs"][0]["quantity"]) == (201, "split", "1.000000")
    again = api.send("post", f"{JOBS}{job.pk}/rework/", {"quantity": "1", "reason": "Burr", "reference": "NC-1"})
    assert (again.status_code, again.json()["origin"]) == (201, "rework")
    done = api.send("post", f"{JOBS}{job.pk}/finish-early/", {"rest": "short"})
    assert (done.status_code, done.json()["rest_job"], done.json()["short"]) == (200, None, "2.000000")
    made = api.send("post", f"{JOBS}{job.pk}/replace/", {"reason": "Two are needed"})
    assert (made.status_code, [each["replaces"] for each in made.json()]) == (201, [job.pk])
    nothing = api.send("post", f"{JOBS}{job.pk}/replace/", {"reason": "Again"})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_missing")
    wrong = api.send("post", f"{JOBS}{job.pk}/rework/", {"quantity": "5", "reason": "Burr"})
    assert (wrong.status_code, list(wrong.json()["fields"])) == (422, ["quantity"])


def test_P33_who_executes_finishes_and_who_looks_does_nothing(client_of: Any, site: Site, job: JobOrder) -> None:
    reader, operator = (
        make_user(name, site=site, permissions=rights)
        for name, rights in (("rolf", ["work.view"]), ("otto", ["work.view", "work.execute_job_order"]))
    )
    stranger = make_user("olaf", site=make_site("P2"), permissions=["*"])
    bodies = {"split": {"quantity": "1"}, "rework": {"quantity": "1", "reason": "Burr"}, "replace": {"reason": "Lost"},
              "finish-early": {"rest": "short"}}  # fmt: skip
    for act, body in bodies.items():
        address = f"{JOBS}{job.pk}/{act}/"
        assert client_of(reader).send("post", address, body).status_code == 403
        assert client_of(stranger).send("post", address, body).status_code == 404
        assert client_of(operator).send("post", address, body).status_code == (200 if act == "finish-early" else 403)
    client = Client()
    client.force_login(reader, backend="mom.accounts.backends.PasswordBackend")
    assert "change-job" not in client.get("/jobs/WO-1-10/").content.decode()
    assert client.get("/change-job/WO-1-10/split/").status_code == 403
