"""Every number opens to its intervals and counts, and these to the raw messages; their sums are the number, exactly."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from analytics.engine.book import BOOK
from analytics.engine.kpi import Basis
from analytics.engine.machine_parts import total
from analytics.models import DirtyStretch, ShiftBucket
from analytics.selectors.machine_parts import Only, parts_total
from analytics.selectors.slices import Window
from analytics.selectors.why import why
from analytics.services import machine_rebuild
from mom.accounts.models import Site, User
from mom.core import clock
from mom.core.actor import system_actor
from mom.core.testing import acting
from mom.plant.engine.calendar import local_day
from mom.plant.models import Equipment
from production.models import IdealCycle
from tests.analytics.test_live_fold import at, begin, counted, make_counting, plant, say, state  # noqa: F401

LATER = at(700)
BACKEND = "mom.accounts.backends.PasswordBackend"
BOSS = system_actor("test")
MACHINE_KPIS = [kpi for kpi in BOOK.values() if kpi.basis == Basis.MACHINES]


def shift_of_a_machine(top: Equipment) -> Equipment:
    """Two shifts with a job, running, a breakdown, a minor stop, a set-up, waiting, silence, counts and rejects."""
    machine = make_counting(top)
    job = begin(machine, at(5))
    output = job.requirements.first()
    assert output is not None
    with acting():
        IdealCycle.objects.create(
            site=machine.site, definition=output.definition, equipment=machine, duration=timedelta(seconds=50),
            valid_from=at(-10_000),
        )  # fmt: skip
    said: list[dict[str, Any]] = [
        state(0, "setup"), state(20, "run"), counted(21, 100), state(60, "down", "JAM"), state(95, "run"),
        state(120, "idle"), state(121, "run"), state(200, "idle"), state(215, "run"), counted(216, 280),
        counted(217, 3, "reject"), counted(218, 9, "reject"), {"at": 219, "kind": "energy", "value": "1.5"},
        state(470, "run"), counted(471, 400), state(480, "run"), state(500, "plan"), state(560, "run"),
        counted(600, 500),
    ]  # fmt: skip
    alive = [{"at": minute, "kind": "heartbeat"} for minute in range(1, 600, 15) if not 300 < minute < 460]
    say(machine, *said, *alive, now=at(601))
    return machine


def compute(machine: Equipment) -> None:
    """Do what workers do, until nothing waits."""
    for _turn in range(50):
        if not machine_rebuild.rebuild_next(BOSS):
            break
    assert not DirtyStretch.objects.filter(equipment=machine).exists()


@pytest.fixture(autouse=True)
def late_in_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 700 minutes after the early shift began."""
    monkeypatch.setattr(clock, "now", lambda: LATER)


@pytest.fixture
def machine(plant: Equipment) -> Equipment:  # noqa: F811
    made = shift_of_a_machine(plant)
    compute(made)
    return made


def test_sums_of_a_figure_equal_it_exactly(machine: Equipment) -> None:
    day = local_day(at(0), machine.site.zone)
    window = Window(day, day)
    assert ShiftBucket.objects.filter(equipment=machine).exists()
    for kpi in MACHINE_KPIS:
        found = why(kpi, machine.site, machine, window, LATER)
        assert found.is_current, (kpi.id, found.value, found.figure)
        assert found.totals == parts_total(
            machine.site, day, day, Only(equipment=machine.pk), now=LATER
        )  # fmt: skip
    assert found.totals.failure_count + found.totals.stop_count > 0
    assert found.totals.good > 0
    assert found.totals.unknown > 0


def test_shifts_of_a_day_add_up_to_the_day(machine: Equipment) -> None:
    day = local_day(at(0), machine.site.zone)
    window, now = Window(day, day), LATER
    whole = why(BOOK["oee_index"], machine.site, machine, window, now).totals
    each = [why(BOOK["oee_index"], machine.site, machine, window, now, shift=name).totals for name in ("E", "L")]
    assert all(one.planned_busy for one in each)
    assert total(each).planned_busy == whole.planned_busy
    assert total(each).good == whole.good


def test_figure_that_waits_for_new_facts_says_so(machine: Equipment) -> None:
    day = local_day(at(0), machine.site.zone)
    say(machine, state(100, "down", "JAM"), state(110, "run"), now=LATER)
    found = why(BOOK["availability"], machine.site, machine, Window(day, day), LATER)
    assert not found.is_current
    compute(machine)
    assert why(BOOK["availability"], machine.site, machine, Window(day, day), LATER).is_current


@pytest.fixture
def api(owner: User, machine: Equipment) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(owner, backend=BACKEND)
    return client


def test_why_in_the_api_leads_to_the_raw_messages(api: Client, machine: Equipment) -> None:
    day = local_day(at(0), machine.site.zone).isoformat()
    asked = {"site": machine.site.code, "machine": machine.code, "from": day, "to": day}
    answer = api.get("/api/v1/kpis/oee_index/why/", asked)
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["is_current"]
    assert body["value"] == body["figure"]
    down = next(row for row in body["intervals"] if row["loss_class"] == "breakdown" or row["state"] == "down")
    assert (down["reason"], down["seconds"]) == ("Reason JAM", "2100.000000")
    lengths = sum(Decimal(row["seconds"]) for row in body["intervals"])
    assert lengths * 1_000_000 == sum(
        Decimal(body["parts"][name])
        for name in (
            "production", "setup", "delay", "down", "planned_maintenance", "planned_stop", "off_shift", "unknown"
        )
    )  # fmt: skip
    good = sum(Decimal(row["quantity"]) for row in body["pieces"] if row["quality"] == "good")
    assert good == Decimal(body["parts"]["good"])
    raw = api.get(down["messages"]).json()["results"]
    assert [row["code"] for row in raw if row["kind"] == "state"] == ["down"]


def test_why_page_lists_the_stretches_and_links_to_messages(api: Client, machine: Equipment) -> None:
    day = local_day(at(0), machine.site.zone).isoformat()
    page = api.get(f"/figures/oee_index/why/?machine={machine.code}&first={day}&last={day}").content.decode()
    assert "JAM" in page
    assert "35 min 00 s" in page
    assert "new facts" not in page
    only = api.get(f"/figures/oee_index/why/?machine={machine.code}&first={day}&last={day}&class=setup")
    assert "JAM" not in only.content.decode()
    overview = api.get(f"/figures/oee_index/why/?first={day}&last={day}").content.decode()
    assert f"machine={machine.code}" in overview
    for kpi in ("load", "schedule_attainment", "takt_time", "cpk", "allocation_ratio"):
        assert api.get(f"/figures/{kpi}/why/?first={day}&last={day}").status_code == 200


def test_messages_page_shows_them_as_they_came(api: Client, machine: Equipment) -> None:
    asked = {"from": at(59).isoformat(), "to": at(96).isoformat()}
    page = api.get(f"/figures/messages/{machine.code}/", asked).content.decode()
    assert "JAM" in page
    assert page.count("gateway") >= 2
    for odd in ({"from": "x"}, {"from": at(9).isoformat(), "to": at(1).isoformat()}, {"start": "x", "end": "y"}, {}):
        assert api.get(f"/figures/messages/{machine.code}/", odd).status_code == 200
    assert api.get("/figures/messages/NONE/").status_code == 404


def test_messages_are_seen_by_who_may(machine: Equipment, colleague: User, site: Site) -> None:
    client = Client()
    client.force_login(colleague, backend=BACKEND)
    assert client.get(f"/figures/messages/{machine.code}/").status_code in (200, 403)
    assert Client().get(f"/figures/messages/{machine.code}/").status_code == 302


@pytest.mark.parametrize("query", ["first=x", "first=2026-01-01&last=2025-01-01", "machine=NONE", "machine=%00"])
def test_why_page_answers_any_query(api: Client, query: str) -> None:
    assert api.get(f"/figures/oee_index/why/?{query}").status_code == 200
    assert api.get("/figures/no_such/why/").status_code == 404
