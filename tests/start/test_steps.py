"""The first steps: each may be left, gone back to and left out; at the end everything stands at once."""

from datetime import time
from typing import Any

import pytest
from django.test import Client

from mom.accounts.models import Site, SiteSetup, User
from mom.plant.engine.terms import ReasonKind, TimeClass
from mom.plant.models import Equipment, MaterialDefinition, Person, Reason, ReasonClassification, Shift
from mom.start.engine.shifts import Pattern, planned_shifts
from mom.start.engine.template import Trade
from mom.start.selectors import template_of
from mom.start.services import company
from mom.work.models import JobOrder, WorkRequest

pytestmark = pytest.mark.django_db
SHIFTS = {"pattern": "two", "days": "weekdays", "first_start": "06:00", "break_minutes": "30"}
MACHINE = {"code": "CNC-01", "name": "Lathe", "area": "TURNING"}
PERSON = {"name": "Anna Berg", "code": "1", "is_me": "on"}
ORDER = {"product": "Shaft", "quantity": "50", "unit": "C62", "code": ""}


@pytest.fixture
def anna(db: None) -> Client:
    """The owner of a company that was just founded, signed in."""
    new = company.Company("BERG", "Berg", "Europe/Berlin", "EUR")
    _site, user = company.found(new, company.Owner("Anna Berg", "anna", "a sentence that is long"))
    client = Client()
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


def answer(client: Client, step: str, go: str = "on", **typed: str) -> Any:
    return client.post(f"/first-steps/{step}/", {**typed, "go": go})


def walk(client: Client, **other: dict[str, str]) -> Any:
    answer(client, "trade", **other.get("trade", {"trade": "machining"}))
    answer(client, "shifts", **SHIFTS)
    answer(client, "machine", **other.get("machine", MACHINE))
    answer(client, "person", **PERSON)
    return answer(client, "order", **ORDER)


def test_steps_make_a_plant_with_its_first_order(anna: Client) -> None:
    done = walk(anna)

    assert done["Location"] == "/log-work/CNC-01/"
    machine = Equipment.objects.get(code="CNC-01")
    assert (machine.parent.code, machine.parent.parent.calendar.code) == ("TURNING", "SHIFTS")
    assert list(Shift.objects.values_list("starts_at", "ends_at").order_by("starts_at")) == [
        (time(6), time(14)),
        (time(14), time(22)),
    ]
    assert Person.objects.get().user == User.objects.get()
    job = JobOrder.objects.get()
    assert (job.status, job.equipment, WorkRequest.objects.get().code) == ("ready", machine, "1001")
    assert MaterialDefinition.objects.get().name == "Shaft"
    assert SiteSetup.objects.get().finished_at is not None
    assert "1001" in anna.get("/log-work/CNC-01/").content.decode()
    assert anna.get("/first-steps/order/").status_code == 409


def test_last_step_finishes_and_leads_on_to_lists(anna: Client) -> None:
    assert 'value="list"' not in anna.get("/first-steps/machine/").content.decode()
    assert 'value="list"' in anna.get("/first-steps/order/").content.decode()
    answer(anna, "machine", **MACHINE)

    done = answer(anna, "order", go="list", **ORDER)

    assert done["Location"] == "/imports/lists/new/"
    assert SiteSetup.objects.get().finished_at is not None
    assert "Bring in the rest from Excel" in anna.get(done["Location"]).content.decode()


def test_step_left_is_resumed_where_it_was(anna: Client) -> None:
    answer(anna, "trade", trade="food")
    answer(anna, "shifts", go="later", **{**SHIFTS, "first_start": "05:15"})

    assert anna.get("/first-steps/")["Location"] == "/first-steps/machine/"
    assert "05:15" in anna.get("/first-steps/shifts/").content.decode()
    assert not Equipment.objects.exists()  # nothing takes effect before the end


def test_step_back_keeps_what_was_typed_even_where_it_is_wrong(anna: Client) -> None:
    answer(anna, "trade", trade="machining")
    back = answer(anna, "machine", go="back", code="", name="Half a name")
    assert back["Location"] == "/first-steps/shifts/"
    assert "Half a name" in anna.get("/first-steps/machine/").content.decode()
    wrong = answer(anna, "machine", code="", name="Half a name")
    assert wrong.status_code == 422


def test_steps_left_out_leave_a_plant_to_fill(anna: Client) -> None:
    for step in ("trade", "shifts", "machine", "person"):
        answer(anna, step, go="skip")
    done = answer(anna, "order", go="skip")
    assert done["Location"] == "/"
    assert [each.level for each in Equipment.objects.all()] == ["site"]
    assert not WorkRequest.objects.exists()


def test_step_that_no_longer_fits_is_shown_again(anna: Client) -> None:
    walk_to_order = [("trade", {"trade": "machining"}), ("shifts", SHIFTS), ("machine", MACHINE), ("person", PERSON)]
    for step, typed in walk_to_order:
        answer(anna, step, **typed)
    answer(anna, "trade", trade="food")  # no area TURNING there
    done = answer(anna, "order", **ORDER)
    assert done["Location"] == "/first-steps/machine/"
    assert not WorkRequest.objects.exists()


@pytest.mark.parametrize("trade", list(Trade))
def test_template_stands_with_reasons_that_count(anna: Client, trade: Trade) -> None:
    usual = template_of(trade).machine
    machine = {"code": usual.code, "name": usual.name or "Bench", "area": usual.area}
    done = walk(anna, trade={"trade": trade}, machine=machine)
    assert done["Location"] == f"/log-work/{usual.code}/"
    site = Site.objects.get()
    stops = Reason.objects.filter(site=site, kind=ReasonKind.STOP, parent=None)
    assert 3 <= stops.count() <= 9
    assert Reason.objects.filter(site=site, kind=ReasonKind.SCRAP).exists()
    assert not Reason.objects.filter(classifications=None).exists()
    classes = set(ReasonClassification.objects.values_list("time_class", flat=True))
    assert {TimeClass.DOWN, TimeClass.DELAY, TimeClass.PLANNED_STOP} <= classes


@pytest.mark.parametrize(
    ("pattern", "start", "pause", "found"),
    [
        (Pattern.ONE, time(7), 30, [(time(7), time(15, 30))]),
        (Pattern.ONE, time(7), 0, [(time(7), time(15))]),
        (Pattern.THREE, time(6), 30, [(time(6), time(14)), (time(14), time(22)), (time(22), time(6))]),
    ],
)
def test_shifts_follow_each_other(pattern: Pattern, start: time, pause: int, found: list[tuple[time, time]]) -> None:
    shifts = planned_shifts(pattern, start, pause)
    assert [(shift.starts_at, shift.ends_at) for shift in shifts] == found
    assert all(len(shift.breaks) == (1 if pause else 0) for shift in shifts)
