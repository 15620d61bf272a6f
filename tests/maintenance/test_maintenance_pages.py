"""Maintenance on pages: three people, each act by its form, the same cost however much stands there."""

import re
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from maintenance.engine.step_lines import StepLine, WrongLine, read_lines, write_lines
from maintenance.engine.terms import StepKind
from maintenance.models import JobPlan, MaintenanceJob, MaintenancePlan, MaintenanceRequest
from maintenance.services import maintenance_job, plan_generation
from maintenance.views.plan import calendar_words
from mom.accounts.models import Site, User
from mom.core import clock
from mom.core.models import Attachment
from mom.plant.models import Equipment
from tests.accounts.signing import PASSWORD
from tests.bench.statements import counting
from tests.factories.accounts import make_user
from tests.factories.files import PICTURE
from tests.factories.maintenance import (
    STEPS,
    SYSTEM,
    PartStore,
    make_job,
    make_job_plan,
    make_meter_plan,
    make_plan,
    make_request,
    make_technician,
    repair,
    tell_cycles,
)
from tests.factories.work import make_machine

pytestmark = pytest.mark.django_db


@pytest.fixture
def press(site: Site) -> Equipment:
    return make_machine(site, "PRESS-1")


def client_for(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def technician(site: Site) -> Client:
    return client_for(make_technician(site))


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer.content.decode()


def post(client: Client, address: str, **typed: Any) -> Any:
    answer = client.post(address, {"op_uuid": str(uuid.uuid4()), **typed})
    assert answer.status_code == 302, re.findall(r'class="err">.*?</span>', answer.content.decode())
    return answer


def test_from_the_call_to_the_signature_by_pages_alone(technician: Client, press: Equipment, site: Site) -> None:
    store = PartStore(site)
    plan = make_job_plan(site)
    photo = SimpleUploadedFile("leak.png", PICTURE, content_type="image/png")
    call = {"symptom": "ELU", "urgency": "now", "text": "Oil below the pump", "photo": photo}
    assert "Call maintenance" in page(technician, "/machines/PRESS-1/")
    post(technician, "/maintenance/call/PRESS-1/", next="/machines/PRESS-1/", **call)
    request = MaintenanceRequest.objects.get()
    assert Attachment.objects.count() == 1
    assert "Oil below the pump" in page(technician, "/maintenance/")

    post(technician, f"/maintenance/requests/{request.code}/accept/", job_plan=plan.pk)
    job = MaintenanceJob.objects.get()
    address = f"/maintenance/jobs/{job.code}/"
    post(technician, address + "arrive/")
    post(technician, address + "step/", position=10, passed="true")
    post(technician, address + "step/", position=20, number="6,5")
    post(technician, address + "part/", material=store.part.code, quantity="1")
    post(technician, address + "issue/")
    post(technician, address + "wait/", reason="permit", note="Hot work")
    post(technician, address + "resume/")
    post(technician, address + "repaired/", outcome="full", mode="ELU", mechanism="1.1", cause="3.4", finding="New")
    shown = page(technician, address)
    assert "stays blocked until somebody signs" in shown
    assert "6.5" in shown
    form = page(technician, address + "sign/")
    challenge = re.search(r'name="challenge" value="([^"]+)"', form)
    assert challenge is not None
    sent = {"challenge": challenge[1], "meaning": "approved", "reason": "Tested", "name": "tomasz", "secret": PASSWORD}
    assert technician.post(address + "sign/", sent).status_code == 302
    job.refresh_from_db()
    assert job.handed_back_at is not None
    assert "New" in page(technician, address)
    assert "Done today" in page(technician, "/maintenance/")
    assert "handed back" in page(technician, "/machines/PRESS-1/")


def test_a_refusal_stands_in_the_form(technician: Client, press: Equipment) -> None:
    job = make_job(press)
    maintenance_job.arrive(SYSTEM, job.pk)
    answer = technician.post(
        f"/maintenance/jobs/{job.code}/repaired/", {"op_uuid": str(uuid.uuid4()), "outcome": "temporary"}
    )
    assert answer.status_code == 422
    assert "Say what is left to do." in answer.content.decode()


def test_job_plan_and_plan_are_typed_and_changed(technician: Client, press: Equipment, site: Site) -> None:
    store = PartStore(site)
    lines = "Lock out\nBelt good?\nPressure [4..8 BAR]\n(Findings ...)"
    typed = {"code": "JP-1", "name": "Service", "minutes": 45, "steps": lines, "parts": f"{store.part.code} 2"}
    post(technician, "/maintenance/job-plans/add/", **typed)
    job_plan = JobPlan.objects.get()
    version = job_plan.versions.get()
    assert [step.kind for step in version.steps.order_by("position")] == ["check", "verdict", "number", "text"]
    assert "Pressure [4..8 BAR]" in page(technician, "/maintenance/job-plans/JP-1/revise/")
    post(technician, "/maintenance/job-plans/JP-1/revise/", minutes=30, steps=lines + "\nGrease", reason="Ran dry")
    assert job_plan.versions.count() == 2
    assert "Grease" in page(technician, "/maintenance/job-plans/JP-1/")

    start = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    terms = {"rule": "FREQ=MONTHLY", "starts_at": start, "basis": "due", "lead_hours": 24, "tolerance_hours": 48}
    sent = {**terms, "takes_machine": "on"}
    post(technician, "/maintenance/plans/add/", code="PM-1", machine="PRESS-1", job_plan=job_plan.pk, **sent)
    plan = MaintenancePlan.objects.get()
    post(technician, "/maintenance/plans/PM-1/change/", version=plan.version, name="Monthly", **sent)
    plan.refresh_from_db()
    assert (plan.name, plan.tolerance) == ("Monthly", timedelta(days=2))
    post(technician, "/maintenance/plans/PM-1/pause/", reason="Moved")
    assert "Paused" in page(technician, "/maintenance/plans/PM-1/")
    post(technician, "/maintenance/plans/PM-1/take-up/")
    assert "every month" in page(technician, "/maintenance/plans/PM-1/")
    assert "every month" in page(technician, "/maintenance/plans/")


def test_a_calendar_rule_is_said_in_words_where_there_are_some() -> None:
    assert calendar_words("FREQ=WEEKLY;INTERVAL=2") == "every 2 weeks"
    assert calendar_words("freq=yearly") == "every year"
    assert calendar_words("FREQ=WEEKLY;BYDAY=MO") == "FREQ=WEEKLY;BYDAY=MO"
    assert calendar_words("") == ""


def test_wrong_lines_are_told_where_they_stand(technician: Client) -> None:
    for steps, parts, sentence in (
        ("Pressure [8..4 BAR]", "", "This line is no step"),
        ("Look", "NOPE 1", "no part NOPE"),
        ("Look", "PUMP", "code and a quantity"),
    ):
        typed = {"op_uuid": str(uuid.uuid4()), "code": "J", "minutes": 5, "steps": steps, "parts": parts}
        answer = technician.post("/maintenance/job-plans/add/", typed)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
    assert not JobPlan.objects.exists()


def test_who_may_only_look_sees_no_button_and_an_outsider_nothing(press: Equipment, site: Site) -> None:
    job, request = make_job(press), make_request(press, "NOI")
    plan = make_plan(press)
    colleague = client_for(make_user("kim", site=site, permissions=("maintenance.view", "plant.view")))
    outsider = client_for(make_user("out", site=site, permissions=("plant.view",)))
    looks = ["/maintenance/", f"/maintenance/jobs/{job.code}/", f"/maintenance/requests/{request.code}/",
             "/maintenance/plans/", f"/maintenance/plans/{plan.code}/", "/maintenance/job-plans/"]  # fmt: skip
    of_job = "arrive wait resume repaired sign cancel step add-step part issue"
    acts = [f"/maintenance/jobs/{job.code}/{act}/" for act in of_job.split()]
    acts += [f"/maintenance/requests/{request.code}/accept/", "/maintenance/jobs/new/", "/maintenance/plans/add/",
             "/maintenance/call/PRESS-1/", f"/maintenance/plans/{plan.code}/pause/"]  # fmt: skip
    for address in looks:
        shown = page(colleague, address)
        assert "I am there" not in shown
        assert "New job" not in shown
        assert outsider.get(address).status_code == 403
    for address in acts:
        assert colleague.get(address).status_code == 403
        assert outsider.post(address).status_code == 403
    assert "Call maintenance" not in page(colleague, "/machines/PRESS-1/")


@pytest.mark.parametrize("address", ["/maintenance/", "/maintenance/plans/", "/maintenance/job-plans/"])
def test_a_page_costs_the_same_with_much_on_it(technician: Client, press: Equipment, site: Site, address: str) -> None:
    def more(many: int) -> None:
        for number in range(many):
            machine = make_machine(site, f"M-{uuid.uuid4().hex[:6]}")
            make_request(machine)
            repair(make_job(machine))
            make_meter_plan(machine, 10, job_plan=make_job_plan(site, steps=STEPS))
            tell_cycles(machine, 10 + number)
        plan_generation.generate_due(SYSTEM)

    def cost() -> int:
        with counting() as count:
            page(technician, address)
        return len(count.statements)

    more(1)
    few = cost()
    more(4)
    assert cost() == few


def test_the_board_says_what_is_empty(technician: Client) -> None:
    assert "Nothing to do" in page(technician, "/maintenance/")
    assert "No job plan yet" in page(technician, "/maintenance/job-plans/")
    assert "Nothing comes due yet" in page(technician, "/maintenance/plans/")


def test_step_lines_are_read_and_written_back() -> None:
    steps = [
        StepLine("Lock out"),
        StepLine("Belt good?", StepKind.VERDICT),
        StepLine("Pressure", StepKind.NUMBER, "BAR", Decimal(4), Decimal("8.5")),
        StepLine("Temperature", StepKind.NUMBER, "", None, Decimal(80), is_required=False),
        StepLine("Findings", StepKind.TEXT, is_required=False),
    ]
    typed = "Lock out\nBelt good?\nPressure [4..8.5 BAR]\n(Temperature [..80])\n(Findings ...)"
    assert read_lines(typed) == steps
    assert write_lines(steps) == typed
    for wrong in ("[4..8]", "Pressure [a..b]", "()", "Pressure [9..4]"):
        with pytest.raises(WrongLine):
            read_lines(wrong)
