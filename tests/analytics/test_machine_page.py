"""A machine's page: what it does now, its time, why it stops; a reason by one tap; silence shown as such."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from analytics.models import AlertRule, LiveShift
from analytics.selectors.machine_now import SignalLimits, signal_limits
from mom.core import clock
from mom.core.testing import acting
from mom.floor.models import Stop, StopAnnotation
from mom.floor.services import timeline
from mom.floor.services.ingest import take_in
from mom.plant.models import Equipment, Reason
from tests.bench.statements import counting
from tests.factories.accounts import make_user
from tests.factories.machines import BOSS, make_fleet, make_live, send, start_job
from tests.factories.plant import make_equipment, make_reason
from tests.factories.work import give, job_of, make_order

pytestmark = pytest.mark.django_db
LIVE = {"X-Requested-With": "live"}
LOOK = ["analytics.view", "plant.view", "work.view", "floor.view"]


def signed_in(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def jam(site: Any) -> Reason:
    return make_reason(site, "JAM", name="Chip conveyor jam")


@pytest.fixture
def broken(site: Any, jam: Reason) -> Equipment:
    """Down for 18 minutes, nobody said why; a job runs on it."""
    (running,) = make_fleet(site, ["CNC-01"])
    machine = make_equipment(site, "CNC-04", parent=running.parent)
    job = start_job(machine)
    send(machine, ("run", 60), ("down", 18), ("down", 0))
    make_live(machine, job=job)
    return machine


def open_stop(machine: Equipment) -> Stop:
    return Stop.objects.get(equipment=machine, ended_at=None, withdrawn_at=None)


def tap(page: Client, machine: Equipment, reason: Reason, stop: Stop, key: str = "") -> Any:
    given = {"stop": stop.pk, "reason": reason.pk, "key": key or str(uuid.uuid4())}
    return page.post(f"/stops/reason/{machine.code}/", given)


def test_machine_page_leads_with_what_it_does_now(owner: Any, broken: Equipment) -> None:
    shown = signed_in(owner).get("/machines/CNC-04/").content.decode()
    assert "Down for" in shown
    assert "Down, no reason" in shown
    assert "WO-CNC-04-10" in shown
    assert "State timeline" in shown
    assert "Where the minutes went" in shown
    assert 'data-live-key="CNC-04"' in shown
    assert shown.index("now-state") < shown.index("Stands in")
    assert "now-signals" not in shown  # it sends none


def test_area_page_has_nothing_that_lives(owner: Any, broken: Equipment) -> None:
    shown = signed_in(owner).get(f"/machines/{broken.parent.code}/").content.decode()
    assert "machine-now" not in shown


def test_live_part_is_answered_once_and_not_again_while_nothing_changed(owner: Any, broken: Equipment) -> None:
    page = signed_in(owner)
    first = page.get("/now/machine/CNC-04/", headers=LIVE)
    assert first.status_code == 200
    assert b"<html" not in first.content
    assert first["ETag"]


@pytest.mark.parametrize("query", ["span=day", "span=week", "school=tpm", "reasons=today&level=group", "span=nonsense"])
def test_machine_page_takes_every_choice(owner: Any, broken: Equipment, query: str) -> None:
    shown = signed_in(owner).get(f"/machines/CNC-04/?{query}")
    assert shown.status_code == 200
    assert ("By ISO 22400" in shown.content.decode()) == ("tpm" in query)


def test_one_tap_gives_the_stop_its_reason(owner: Any, broken: Equipment, jam: Reason) -> None:
    page = signed_in(owner)
    assert "Chip conveyor jam" in page.get("/machines/CNC-04/").content.decode()
    answer = tap(page, broken, jam, open_stop(broken))
    assert answer.status_code == 302
    stop = open_stop(broken)
    assert stop.reason == jam
    assert stop.reporter
    shown = page.get("/machines/CNC-04/").content.decode()
    assert "Change reason" in shown
    assert "set by" in shown
    assert "Reason set: Chip conveyor jam" in shown


def test_another_reason_is_offered_only_to_who_may_reclassify(site: Any, broken: Equipment, jam: Reason) -> None:
    page = signed_in(make_user("ann", site=site, permissions=[*LOOK, "floor.give_reason"]))
    assert "Chip conveyor jam" in page.get("/machines/CNC-04/").content.decode()
    assert tap(page, broken, jam, open_stop(broken)).status_code == 302
    assert "Change reason" not in page.get("/machines/CNC-04/").content.decode()


def test_same_tap_twice_counts_once(owner: Any, broken: Equipment, jam: Reason) -> None:
    page, key, stop = signed_in(owner), str(uuid.uuid4()), open_stop(broken)
    assert tap(page, broken, jam, stop, key).status_code == 302
    assert tap(page, broken, jam, stop, key).status_code == 302
    assert StopAnnotation.objects.filter(equipment=broken).count() == 1


def test_P33_reason_needs_the_right_and_the_machine_s_own_stop(
    site: Any, owner: Any, outsider: Any, broken: Equipment, jam: Reason
) -> None:
    stop = open_stop(broken)
    looker = signed_in(make_user("nils", site=site, permissions=LOOK))
    assert tap(looker, broken, jam, stop).status_code == 403
    assert "Set stop reason" not in looker.get("/machines/CNC-04/").content.decode()
    assert tap(signed_in(outsider), broken, jam, stop).status_code in {403, 404}
    other = Equipment.objects.get(code="CNC-01")
    assert tap(signed_in(owner), other, jam, stop).status_code == 404
    assert open_stop(broken).reason is None


def test_sheet_of_reasons_leads_to_the_stop_for_splitting_it(owner: Any, broken: Equipment) -> None:
    shown = signed_in(owner).get("/machines/CNC-04/").content.decode()
    assert f'href="/stops/{open_stop(broken).pk}/"' in shown


def test_signals_of_a_silent_machine_stay_with_their_time(owner: Any, site: Any, broken: Equipment) -> None:
    machine = make_equipment(site, "AS-40", parent=broken.parent)
    then = clock.now() - timedelta(minutes=40)
    send(machine, ("run", 20), now=then)
    reading = {"machine": "AS-40", "kind": "reading", "name": "coolant_pressure", "value": "5.2", "unit": "BAR"}
    take_in(BOSS, site, "gateway", [{**reading, "at": then.isoformat(), "id": "r1"}], now=then)
    timeline.sweep_silence(BOSS, site, clock.now())
    row = make_live(machine)
    type(row).objects.filter(pk=row.pk).update(last_sign_at=then)
    shown = signed_in(owner).get("/machines/AS-40/").content.decode()
    assert "No signal for" in shown
    assert "Coolant pressure" in shown
    assert "data-stale" in shown.split("now-signals")[1][:40]


def test_signal_shows_the_tightest_limits_of_its_rules(owner: Any, site: Any, broken: Equipment) -> None:
    now = clock.now()
    reading = {"kind": "reading", "name": "coolant_pressure", "value": "2.7", "unit": "BAR"}
    take_in(BOSS, site, "GW", [{"machine": broken.code, "at": now.isoformat(), "id": "r1", **reading}])
    rules = (
        ("BELOW-3", "below", "3", None),
        ("BELOW-3.2", "below", "3.2", broken.parent),
        ("ABOVE", "above", "8", broken),
    )
    values = {"subject": "reading", "signal": "coolant_pressure", "name": "", "valid_from": now - timedelta(days=1)}
    for code, side, limit, place in rules:
        AlertRule.objects.create(site=site, code=code, side=side, threshold=Decimal(limit), equipment=place, **values)
    elsewhere = make_equipment(site, "LATHE")
    AlertRule.objects.create(site=site, code="X", side="below", threshold=Decimal(4), equipment=elsewhere, **values)

    assert signal_limits(broken, now) == {"coolant_pressure": SignalLimits(Decimal("3.2"), Decimal(8))}
    shown = signed_in(owner).get("/machines/CNC-04/").content.decode()
    assert "3.2 to 8" in shown
    assert 'class="num is-bad"><b>2.7</b>' in shown


def test_machine_page_costs_the_same_after_a_day_of_stops(owner: Any, broken: Equipment) -> None:
    page = signed_in(owner)
    page.get("/now/machine/CNC-04/", headers=LIVE)
    with counting() as few:
        page.get("/now/machine/CNC-04/", headers=LIVE)
    now = clock.now()
    send(broken, *((("down", "run")[n % 2], 17 - n / 2) for n in range(30)), now=now)
    send(broken, ("down", 0), now=now)
    with counting() as many:
        page.get("/now/machine/CNC-04/", headers=LIVE)
    assert len(many) <= len(few), f"{few}\n--\n{many}"


def test_machine_page_says_where_pieces_come_from(owner: Any, broken: Equipment) -> None:
    page = signed_in(owner)
    shown = page.get(f"/machines/{broken.code}/").content.decode()
    assert "Pieces from" in shown
    assert "<dd>Reports</dd>" in shown


def test_counter_of_several_jobs_is_said_to_count_for_the_last(owner: Any, broken: Equipment) -> None:
    words = "all count for the job begun last"
    row = LiveShift.objects.get(equipment=broken)
    terms = {**row.terms, "source": "counters"}
    with acting():
        LiveShift.objects.filter(pk=row.pk).update(terms=terms)
    page = signed_in(owner)
    shown = page.get(f"/machines/{broken.code}/").content.decode()
    assert "Its counters" in shown
    assert words not in shown, "one job alone has all its pieces"
    give(job_of(make_order(broken.site, "WO-SECOND", machine=broken)), "start")
    with acting():
        LiveShift.objects.filter(pk=row.pk).update(terms=terms)
    assert words in page.get(f"/machines/{broken.code}/").content.decode()
