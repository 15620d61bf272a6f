"""The Andon wall: machines, open calls by impact, what has a source and nothing else; by device and by person."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from analytics.engine.machine_parts import MachineTotals
from analytics.selectors.live import LiveMachine
from mom.accounts.device_session import live_viewer_of
from mom.accounts.models import Site
from mom.accounts.services.device import device_add, device_enrol
from mom.core import clock
from mom.terminal.engine.wall import LEAST_IN_A_ROW, Look, columns, look, packed
from mom.terminal.selectors import wall as selectors
from tests.factories.accounts import make_user
from tests.factories.alerts import make_alert, make_team
from tests.factories.devices import SYSTEM, make_device, on_device
from tests.factories.plant import make_equipment

MINUTE = 60_000_000
RIGHTS = ["plant.view", "work.view", "floor.view", "analytics.view"]


@given(st.lists(st.integers(1, 30), max_size=12))
def test_every_group_stands_once_and_no_row_is_wider_than_it_may_be(sizes: list[int]) -> None:
    rows = packed(sizes)
    assert sorted(number for row in rows for number in row) == list(range(len(sizes)))
    assert all(row == sorted(row) for row in rows)
    widest = max((sum(columns(sizes[number], sum(sizes)) for number in row) for row in rows), default=0)
    alone = max((columns(size, sum(sizes)) for size in sizes), default=0)
    assert widest <= max(LEAST_IN_A_ROW, alone, int((sum(sizes) * 2.3) ** 0.5) + 1)


def test_the_mock_up_s_plant_stands_in_three_rows() -> None:
    assert packed([2, 6, 3, 2, 4]) == [[0, 2, 3], [1], [4]]
    assert [columns(size, 17) for size in (2, 3, 6)] == [2, 3, 6]
    assert columns(12, 12) == 6


def test_waiting_in_a_break_or_outside_the_shift_is_not_filled() -> None:
    assert look("idle", "off_shift") == Look.PLAN
    assert look("idle", "planned_stop") == Look.PLAN
    assert look("idle", "delay") == Look.IDLE
    assert look("down", "off_shift") == Look.DOWN


def live(machine: Any, state: str, now: datetime, **more: Any) -> LiveMachine:
    values: dict[str, Any] = {
        "equipment_id": machine.pk, "code": machine.code, "name": machine.name, "parent_id": machine.parent_id,
        "state": state, "state_since": now - timedelta(minutes=18), "time_class": "production", "state_code": "",
        "mode": "", "reason_id": None, "reason": "", "stop_id": None, "job_order_id": None, "job": "", "order": "",
        "definition_id": None, "product": "", "unit": "C62", "good": None, "planned": None, "expected": None,
        "day": now.date(), "shift": "E", "shift_started_at": now - timedelta(hours=4),
        "shift_ended_at": now + timedelta(hours=4), "as_of": now, "last_sign_at": now, "totals": MachineTotals(),
    }  # fmt: skip
    return LiveMachine(**{**values, **more})


@pytest.fixture
def plant(site: Site, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """An area with a machine that runs behind, one that is down, one that waits and one that is silent."""
    area = make_equipment(site, "MACHINING", name="Machining", level="area")
    machines = [make_equipment(site, f"CNC-0{number}", parent=area) for number in range(1, 5)]
    now = clock.now()
    job = {"job": "WO-24118-20", "order": "WO-24118", "product": "Pump housing P-4410"}
    made = {"good": Decimal(331), "planned": Decimal(600), "expected": Decimal(356)}
    totals = MachineTotals(
        production=200 * MINUTE, down=30 * MINUTE, delay=20 * MINUTE, minor_stop=5 * MINUTE, ideal=180 * MINUTE,
        ideal_good=171 * MINUTE,
    )  # fmt: skip
    found = [
        live(machines[0], "run", now, totals=totals, **job, **made),
        live(machines[1], "down", now, reason="Coolant pressure low", time_class="down"),
        live(machines[2], "idle", now, time_class="delay"),
        live(machines[3], "off", now, day=None, shift_started_at=None, shift_ended_at=None, as_of=None),
    ]
    monkeypatch.setattr(selectors, "live_machines", lambda _site, _now: found)
    return {"area": area, "machines": machines, "now": now}


def shown(client: Client, code: str = "MACHINING") -> str:
    answer = client.get(f"/wall/{code}/")
    assert answer.status_code == 200, answer.status_code
    assert answer.headers["Cache-Control"] == "no-store"
    return str(answer.content.decode())


@pytest.fixture
def device(site: Site, plant: dict[str, Any]) -> Client:
    _device, code = device_add(SYSTEM, site=site, name="Wall", kind="wall", station="MACHINING", auto_lock_seconds=300)
    _device, secret = device_enrol(code, "127.0.0.1")
    return on_device(secret)


@pytest.mark.django_db
def test_cells_show_state_word_timer_and_output(device: Client, plant: dict[str, Any]) -> None:
    page = shown(device)
    since = int((plant["now"] - timedelta(minutes=18)).timestamp())
    assert f'data-since="{since}" data-face' in page
    for word in ("CNC-01", "Coolant pressure low", "Waiting, no reason yet", "No signal", "331", "−25"):
        assert word in page, word
    assert page.count('data-state="down"') == 1
    assert "WO-24118" in page
    assert "of 356 expected now" in page
    assert "25 behind" in page


@pytest.mark.django_db
def test_head_sums_first_and_shows_nothing_without_a_source(device: Client, plant: dict[str, Any]) -> None:
    page = shown(device)
    assert "68\u00a0%" in page  # 171 / (200 + 30 + 20)
    assert "45\u00a0min" in page  # 30 + 20 - 5
    assert "injury" not in page.lower()
    assert "First-pass" not in page


@pytest.mark.django_db
def test_calls_stand_by_impact_with_who_is_there_and_only_those_of_the_area(
    device: Client, site: Site, plant: dict[str, Any]
) -> None:
    team = make_team(site, "MAINT", icon="maint")
    machines = plant["machines"]
    make_alert(site, "Quality", equipment=machines[0], impact="slowed")
    make_alert(site, "Maintenance", equipment=machines[1], impact="stopped", team=team)
    make_alert(site, "Elsewhere", equipment=make_equipment(site, "AS-10"), impact="stopped")
    page = shown(device)
    assert page.index("</span> Maintenance") < page.index("</span> Quality")
    assert "Elsewhere" not in page
    assert "2 open calls" in page
    assert "i-maint" in page
    assert "Not accepted yet" in page


@pytest.mark.django_db
def test_wall_without_machines_and_calls_says_so(site: Site) -> None:
    make_equipment(site, "EMPTY", level="area")
    client = Client()
    client.force_login(
        make_user("lisa", site=site, permissions=RIGHTS), backend="mom.accounts.backends.PasswordBackend"
    )
    page = shown(client, "EMPTY")
    assert "No machine stands in this area yet" in page
    assert "Nobody waits for help" in page


@pytest.mark.django_db
def test_wall_is_live_stale_after_15_seconds_and_ships_dark(device: Client, plant: dict[str, Any]) -> None:
    page = shown(device)
    assert 'data-live-stale="15"' in page
    assert 'data-live-topics="machine,alert,job_order,figures"' in page
    assert 'data-theme="dark"' in page
    part = device.get("/wall/MACHINING/", headers={"X-Requested-With": "live"}).content.decode()
    assert 'id="wall-body"' in part
    assert 'id="wall-figures"' in part
    assert "<html" not in part


@pytest.mark.django_db
def test_person_who_may_look_sees_the_wall_and_others_do_not(
    site: Site, other_site: Site, plant: dict[str, Any]
) -> None:
    def opened(user: Any) -> int:
        client = Client(raise_request_exception=False)
        client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
        return client.get("/wall/MACHINING/").status_code

    assert opened(make_user("lisa", site=site, permissions=RIGHTS)) == 200
    assert opened(make_user("max", site=site, permissions=RIGHTS[:2])) == 403
    assert opened(make_user("else", site=other_site, permissions=RIGHTS)) == 404
    assert Client().get("/wall/MACHINING/").status_code == 403


@pytest.mark.django_db
def test_wall_reads_the_stream_of_its_site_and_a_tablet_does_not(
    device: Client, site: Site, plant: dict[str, Any]
) -> None:
    name = settings.DEVICE_COOKIE_NAME
    viewer = live_viewer_of(f"{name}={device.cookies[name].value}")
    assert viewer is not None
    assert viewer.sites == {site.code}
    _tablet, secret = make_device(site, "CNC-99")
    for cookie in (f"{name}={secret}", f"{name}=nothing", "", "=;;"):
        assert live_viewer_of(cookie) is None
