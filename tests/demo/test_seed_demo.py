"""The demo plant: there after one command, the same after two, and people can work with it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import Sum
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.models import DirtyDay, WorkBucket
from mom.accounts.models import Site, User
from mom.core.engine.interval import Interval
from mom.core.models import AuditEntry
from mom.demo.engine import norrtal
from mom.demo.engine.shop_floor import Floor, MadeOrder, Stretch, history
from mom.plant.engine.calendar import ShiftPattern, shifts_in
from mom.plant.models import Equipment, Person
from mom.work.models import JobOrder, JobResponse, OutputTotal, QuantityReport, WorkRequest

PATTERNS = [
    ShiftPattern(code, name, start, end, frozenset(norrtal.EVERY_DAY), breaks)
    for code, name, start, end, breaks in norrtal.SHIFTS
]
CREWS = {(worker.area, worker.shift): [worker.code] for worker in norrtal.WORKERS}
SECONDS = {material.code: material.seconds for material in norrtal.MATERIALS}


@pytest.fixture
def data_dir(tmp_path: Path, settings: object) -> Iterator[Path]:
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    return tmp_path  # type: ignore[return-value]


def seed() -> str:
    out = StringIO()
    call_command("seed_demo", stdout=out, stderr=StringIO())
    return out.getvalue()


def rows_of_the_plant() -> dict[str, int]:
    models = (Site, User, Equipment, Person, WorkRequest, JobOrder, JobResponse, QuantityReport, AuditEntry, WorkBucket)
    return {model.__name__: model._default_manager.count() for model in models}


@pytest.mark.slow
def test_demo_is_a_plant_with_history_and_a_second_time_changes_nothing(db: None, data_dir: Path) -> None:
    first = seed()
    made = rows_of_the_plant()
    second = seed()

    assert first == second == (data_dir / "demo_signins").read_text()
    assert rows_of_the_plant() == made
    assert (data_dir / "demo_signins").stat().st_mode & 0o077 == 0
    assert made["JobResponse"] > 3_000
    _machines_stand_as_in_the_mock_ups()
    _figures_are_those_of_the_reports()
    _everybody_signs_in(first)


def _machines_stand_as_in_the_mock_ups() -> None:
    status = dict(JobOrder.objects.exclude(status="completed").values_list("code", "status"))
    assert Equipment.objects.filter(level="work_unit").count() == len(norrtal.MACHINES) == 17
    assert (status["WO-24118-10"], status["WO-24121-10"], status["WO-24111-10"]) == ("held", "suspended", "ready")
    assert [status[f"WO-24112-{step}"] for step in (10, 20, 30, 40)] == ["running"] * 4
    assert set(WorkRequest.objects.filter(operations_type="production").values_list("status", flat=True)) == {
        "completed",
        "running",
        "released",
        "waiting",
    }


def _figures_are_those_of_the_reports() -> None:
    good = QuantityReport.objects.filter(kind="good").aggregate(all=Sum("quantity"))["all"]
    assert not DirtyDay.objects.exists()
    assert good == WorkBucket.objects.aggregate(all=Sum("good"))["all"]
    assert good == OutputTotal.objects.aggregate(all=Sum("good"))["all"]


def _everybody_signs_in(text: str) -> None:
    assert [line.split()[0] for line in text.splitlines()[1:-1]] == [username for username, *_ in norrtal.USERS]
    for username, *_ in norrtal.USERS:
        answer = Client().post("/sign-in/", {"username": username, "password": norrtal.PASSWORD})
        assert answer.status_code == 302, username


def _history(now: datetime, seed_text: str = "x", days: int = 3) -> list[MadeOrder]:
    window = Interval(now - timedelta(days=days), now)
    shifts = [
        shift
        for shift in shifts_in(PATTERNS, window, Site(time_zone=norrtal.ZONE).zone)
        if shift.interval.start >= window.start
    ]
    return history(Floor(SECONDS, CREWS, seed_text), norrtal.MACHINES, shifts, now)


def _facts(orders: list[MadeOrder]) -> list[tuple[str, str, int, list[Stretch]]]:
    return [(order.code, order.item, order.quantity, order.stretches) for order in orders]


def test_history_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    now = datetime(2026, 4, 16, 8, 42, tzinfo=UTC)

    assert _facts(_history(now)) == _facts(_history(now))
    assert _facts(_history(now)) != _facts(_history(now, "y"))


@settings(max_examples=25, deadline=None)
@given(
    day=st.dates(date(2026, 3, 20), date(2026, 11, 5)),
    at=st.times().map(lambda moment: moment.replace(microsecond=0)),
)
def test_history_is_possible_at_any_moment(day: date, at: time) -> None:
    now = datetime.combine(day, at, tzinfo=UTC)
    orders = _history(now)

    codes = [order.code for order in orders]
    assert len(set(codes)) == len(codes)
    assert {order.code for order in orders if order.is_current} == {machine.order for machine in norrtal.MACHINES}
    assert all(order.quantity > 0 for order in orders)
    for machine in norrtal.MACHINES:
        stretches = sorted(
            (each for order in orders for each in order.stretches if each.machine == machine.code),
            key=lambda each: each.start,
        )
        assert all(each.start < each.end <= now for each in stretches)
        assert all(one.end <= after.start for one, after in pairwise(stretches)), machine.code
        assert all(min(each.good, each.scrap, each.rework, each.review) >= 0 for each in stretches)
