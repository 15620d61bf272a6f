"""A machine that is heard all the time is never silent, however long it says nothing new."""

from datetime import UTC, datetime, timedelta

from mom.accounts.models import Site
from mom.core.actor import system_actor
from mom.core.testing import acting
from mom.floor.models import MachineListening, StateInterval
from mom.floor.services.ingest import take_in
from tests.factories.accounts import make_site
from tests.factories.plant import make_equipment

START = datetime(2026, 4, 16, 6, tzinfo=UTC)
GATEWAY = system_actor("gateway")


def plant() -> Site:
    """A machine that counts as silent after two minutes."""
    site = make_site("P1")
    machine = make_equipment(site, "CNC-01")
    with acting():
        MachineListening.objects.create(
            site=site, equipment=machine, heartbeat=timedelta(minutes=2), minor_stop=timedelta(minutes=1),
            valid_from=START - timedelta(days=1),
        )  # fmt: skip
    return site


def heard(site: Site, minute: float, kind: str, **content: object) -> None:
    at = START + timedelta(minutes=minute)
    message = {"machine": "CNC-01", "kind": kind, "at": at.isoformat(), "id": f"{minute} {kind}", **content}
    take_in(GATEWAY, site, "gw", [message], now=at)


def intervals() -> list[tuple[float, float | None, str]]:
    rows = StateInterval.objects.order_by("started_at").values_list("started_at", "ended_at", "state")
    return [
        ((start - START).total_seconds() / 60, None if end is None else (end - START).total_seconds() / 60, state)
        for start, end, state in rows
    ]


def test_machine_that_is_heard_goes_on_in_its_state(db: None) -> None:
    site = plant()
    heard(site, 0, "state", state="run")
    for half in range(1, 60):
        heard(site, half / 2, "count", name="total", value=half)
    assert intervals() == [(0, None, "run")]

    heard(site, 30, "state", state="down")
    for half in range(61, 80):
        heard(site, half / 2, "heartbeat")
    heard(site, 40, "state", state="run")
    assert intervals() == [(0, 30, "run"), (30, 40, "down"), (40, None, "run")]


def test_machine_that_falls_silent_later_is_silent_from_its_last_sign_on(db: None) -> None:
    site = plant()
    heard(site, 0, "state", state="run")
    for half in range(1, 21):
        heard(site, half / 2, "count", name="total", value=half)
    heard(site, 15, "count", name="total", value=30)
    assert intervals() == [(0, 10, "run"), (10, 15, "off"), (15, None, "run")]
