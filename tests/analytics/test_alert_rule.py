"""Alert rules judged against the record: states, readings and figures; restart, mute, end by itself, out of use."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics.engine.alert_rule import RuleFigure
from analytics.engine.machine_parts import MachineTotals
from analytics.models import AlertRule, KpiTarget, RuleStanding
from analytics.selectors.live import LiveMachine
from analytics.services import alert_rule as rules
from analytics.services.alert_rule_judge import judge_rule, judge_rules
from mom.core import clock
from mom.core.actor import Actor, system_actor
from mom.core.testing import acting
from mom.floor.models import StateInterval
from mom.floor.services.ingest import take_in
from mom.plant.models import Equipment
from mom.work.models import Alert
from mom.work.services import alert_call
from tests.factories.alerts import make_team
from tests.factories.plant import make_equipment, make_reason

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("alert rules")
NOW = datetime.fromisoformat("2026-04-16T10:42:00+02:00")
MINUTE = timedelta(minutes=1)
MINUTE_US = 60_000_000


@pytest.fixture(autouse=True)
def at_ten_forty_two(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The clock stands; the function that comes moves it."""
    held = {"now": NOW}
    monkeypatch.setattr(clock, "now", lambda: held["now"])

    def move(minutes: float) -> None:
        held["now"] = NOW + minutes * MINUTE

    return move


def make_rule(site: Any, code: str = "R1", **fields: Any) -> AlertRule:
    values = {"name": f"Rule {code}", "valid_from": NOW - timedelta(days=2), **fields}
    with acting() as act:
        return rules.add(act, site, code=code, **values)


def stretch(machine: Equipment, state: str, start: float, end: float | None = None, **more: Any) -> StateInterval:
    """A stretch of the timeline, in minutes from 10:42."""
    return StateInterval.objects.create(
        site_id=machine.site_id, equipment=machine, state=state, origin="machine",
        started_at=NOW + start * MINUTE, ended_at=None if end is None else NOW + end * MINUTE, **more,
    )  # fmt: skip


def read(site: Any, machine: Equipment, *values: tuple[float, int], signal: str = "spindle_temp") -> None:
    batch = [
        {
            "machine": machine.code, "kind": "reading", "name": signal, "value": str(value), "unit": "CEL",
            "at": (NOW + minute * MINUTE).isoformat(), "id": f"{machine.code}:{signal}:{minute}",
        }
        for minute, value in values
    ]  # fmt: skip
    receipt = take_in(SYSTEM, site, "gw", batch)
    assert receipt.accepted == len(batch), receipt


def open_titles() -> list[tuple[str, str]]:
    rows = Alert.objects.exclude(status="solved").order_by("id")
    return [(alert.equipment.code if alert.equipment else "", alert.title) for alert in rows]


def test_state_for_longer_than_raises_with_its_reason_and_ends_by_itself(site: Any, at_ten_forty_two: Any) -> None:
    machine, team = make_equipment(site, "CNC-04"), make_team(site)
    reason = make_reason(site, "COOLANT", name="Coolant pressure low")
    make_rule(
        site, subject="state", state="down", delay=10 * MINUTE, team=team, severity="bad", impact="stopped",
        name="Down for long",
    )  # fmt: skip
    stretch(machine, "run", -60, -18)
    last = stretch(machine, "down", -18, None, reason=reason)
    assert judge_rules(SYSTEM) == 1
    alert = Alert.objects.get()
    assert (alert.title, alert.equipment, alert.team, alert.impact) == ("Down for long", machine, team, "stopped")
    assert "Coolant pressure low" in alert.detail
    assert alert.raised_by == "Rule R1"
    assert judge_rules(SYSTEM) == 0
    StateInterval.objects.filter(pk=last.pk).update(ended_at=NOW + MINUTE)
    stretch(machine, "run", 1)
    at_ten_forty_two(2)
    assert judge_rules(SYSTEM) == 1
    alert.refresh_from_db()
    assert (alert.status, alert.solved_by) == ("solved", "Rule R1")


def test_state_counts_across_stretches_of_the_same_state_and_not_before_its_delay(
    site: Any, at_ten_forty_two: Any
) -> None:
    machine = make_equipment(site)
    make_rule(site, subject="state", state="down", delay=10 * MINUTE)
    stretch(machine, "run", -60, -7)
    stretch(machine, "down", -7, -3, code="E1")
    stretch(machine, "down", -3, None, code="E2")
    assert judge_rules(SYSTEM) == 0
    at_ten_forty_two(2.9)
    assert judge_rules(SYSTEM) == 0
    at_ten_forty_two(3)
    assert judge_rules(SYSTEM) == 1
    assert RuleStanding.objects.get().since == NOW - 7 * MINUTE


def test_state_with_a_reason_watches_only_that_one_and_what_is_below_it(site: Any) -> None:
    above = make_reason(site, "MATERIAL")
    below = make_reason(site, "EMPTY", parent=above)
    make_rule(site, subject="state", state="idle", reason=above)
    machines = [make_equipment(site, code) for code in ("A", "B", "C")]
    for machine, reason in zip(machines, (above, below, make_reason(site, "OTHER")), strict=True):
        stretch(machine, "idle", -5, None, reason=reason)
    assert judge_rules(SYSTEM) == 2
    assert [code for code, _title in open_titles()] == ["A", "B"]


def test_state_with_a_reason_does_not_count_the_time_before_it_that_has_none(site: Any, at_ten_forty_two: Any) -> None:
    machine, reason = make_equipment(site), make_reason(site, "MATERIAL")
    make_rule(site, subject="state", state="down", reason=reason, delay=10 * MINUTE)
    stretch(machine, "down", -60, -5)
    stretch(machine, "down", -5, None, reason=reason)
    assert judge_rules(SYSTEM) == 0
    assert RuleStanding.objects.get().since == NOW - 5 * MINUTE
    at_ten_forty_two(5)
    assert judge_rules(SYSTEM) == 1


def test_rule_of_an_area_watches_the_machines_in_it(site: Any) -> None:
    area = make_equipment(site, "MACHINING", level="area")
    inside, outside = make_equipment(site, "IN", parent=area), make_equipment(site, "OUT")
    make_rule(site, subject="state", state="down", equipment=area)
    for machine in (inside, outside):
        stretch(machine, "down", -5)
    judge_rules(SYSTEM)
    assert open_titles() == [("IN", "Rule R1")]


def test_what_somebody_accepted_is_marked_and_not_solved_when_it_ends(
    site: Any, actor: Actor, at_ten_forty_two: Any
) -> None:
    machine = make_equipment(site)
    make_rule(site, subject="state", state="down")
    last = stretch(machine, "down", -5)
    judge_rules(SYSTEM)
    alert = Alert.objects.get()
    alert_call.accept(actor, alert.pk, op_uuid=uuid.uuid4())
    StateInterval.objects.filter(pk=last.pk).update(ended_at=NOW + MINUTE)
    at_ten_forty_two(2)
    judge_rules(SYSTEM)
    alert.refresh_from_db()
    assert (alert.status, alert.cleared_at) == ("accepted", NOW + 2 * MINUTE)


def test_reading_with_dead_band_and_delay_raises_once_and_ends_past_the_band(site: Any, at_ten_forty_two: Any) -> None:
    machine = make_equipment(site, "CNC-04")
    make_rule(
        site, subject="reading", signal="spindle_temp", side="above", threshold=Decimal(80), dead_band=Decimal(5),
        delay=3 * MINUTE, name="Spindle hot",
    )  # fmt: skip
    read(site, machine, (-9, 70), (-8, 81), (-7, 79), (-6, 84))
    assert judge_rules(SYSTEM) == 1
    alert = Alert.objects.get()
    assert (alert.title, alert.kind) == ("Spindle hot", "reading")
    assert "84" in alert.detail
    read(site, machine, (-5, 78), (-4, 82), (-3, 76))
    assert judge_rules(SYSTEM) == 0
    assert Alert.objects.get().raise_count == 1
    read(site, machine, (-2, 75))
    assert judge_rules(SYSTEM) == 1
    alert.refresh_from_db()
    assert alert.status == "solved"


def test_reading_judged_anew_after_a_restart_gives_the_same(site: Any, at_ten_forty_two: Any) -> None:
    """Judged in one go or after each reading, where a rule stands is the same; a late reading changes nothing."""
    one, many = make_equipment(site, "ONE"), make_equipment(site, "MANY")
    limits = {"subject": "reading", "signal": "t", "side": "above", "threshold": Decimal(80), "dead_band": Decimal(5)}
    make_rule(site, "A", equipment=one, delay=2 * MINUTE, **limits)
    make_rule(site, "B", equipment=many, delay=2 * MINUTE, **limits)
    values = [(-9, 70), (-8, 81), (-6, 83), (-5, 74), (-4, 82), (-3, 79), (-1, 85)]
    read(site, one, *values, signal="t")
    judge_rules(SYSTEM)
    for minute, value in values:
        at_ten_forty_two(minute)
        read(site, many, (minute, value), signal="t")
        judge_rules(SYSTEM)
    at_ten_forty_two(0)
    judge_rules(SYSTEM)
    first, second = (RuleStanding.objects.get(equipment=machine) for machine in (one, many))
    assert (first.phase, first.since, first.value) == (second.phase, second.since, second.value)
    assert first.phase == "raised"
    read(site, one, (-8.5, 20), signal="t")
    judge_rules(SYSTEM)
    assert RuleStanding.objects.get(equipment=one).phase == "raised"


def test_machine_that_does_not_send_the_signal_is_not_searched_through_again(site: Any, at_ten_forty_two: Any) -> None:
    """Its day is read once; then only the hour in which a reading may come late, which still raises."""
    machine = make_equipment(site)
    make_rule(site, subject="reading", signal="t", side="above", threshold=Decimal(80))
    read(site, machine, (-600, 20), (0, 20), signal="other")
    judge_rules(SYSTEM)
    standing = RuleStanding.objects.get()
    assert (standing.phase, standing.value, standing.seen_at) == ("normal", None, NOW - 60 * MINUTE)
    at_ten_forty_two(9)
    read(site, machine, (9, 20), signal="other")
    with CaptureQueriesContext(connection) as asked:
        judge_rules(SYSTEM)
    assert not [each["sql"] for each in asked if each["sql"].startswith('UPDATE "analytics_rulestanding"')]
    read(site, machine, (-61, 90), signal="t")
    assert judge_rules(SYSTEM) == 0
    read(site, machine, (-50, 90), signal="t")
    assert judge_rules(SYSTEM) == 1
    at_ten_forty_two(180)
    read(site, machine, (180, 20), signal="other")
    judge_rules(SYSTEM)
    standing.refresh_from_db()
    assert (standing.phase, standing.since, standing.seen_at) == ("raised", NOW - 50 * MINUTE, NOW + 120 * MINUTE)


def test_readings_kept_back_while_a_machine_was_not_heard_are_all_judged(site: Any, at_ten_forty_two: Any) -> None:
    machine = make_equipment(site)
    make_rule(site, subject="reading", signal="t", side="above", threshold=Decimal(80))
    read(site, machine, (-300, 20), signal="other")
    for minute in (-200, -100, 0):
        at_ten_forty_two(minute)
        assert judge_rules(SYSTEM) == 0
    read(site, machine, (-295, 90), (-280, 91), signal="t")
    assert judge_rules(SYSTEM) == 1
    assert RuleStanding.objects.get().since == NOW - 295 * MINUTE


def machine_now(machine: Equipment, **parts: Any) -> LiveMachine:
    totals = MachineTotals(**parts)
    return LiveMachine(
        equipment_id=machine.pk, code=machine.code, name=machine.name, parent_id=None, state="run", state_since=NOW,
        time_class="production", state_code="", mode="", reason_id=None, reason="", stop_id=None, job_order_id=None,
        job="", order="", definition_id=None, product="Pump housing P-4410", unit="C62", good=None, planned=None,
        expected=None, day=NOW.date(), shift="E", shift_started_at=NOW - timedelta(hours=4),
        shift_ended_at=NOW + timedelta(hours=4), as_of=NOW, last_sign_at=NOW, totals=totals,
    )  # fmt: skip


def judged(rule: AlertRule, machine: LiveMachine) -> int:
    with acting(SYSTEM) as act:
        return judge_rule(act, rule.pk, [machine])


def test_figure_of_the_shift_below_its_limit_raises_once_enough_time_has_passed(
    site: Any, at_ten_forty_two: Any
) -> None:
    machine = make_equipment(site)
    rule = make_rule(site, subject="figure", figure="oee", threshold=Decimal("0.8"), least_minutes=60)
    early = machine_now(machine, production=30 * MINUTE_US, ideal=10 * MINUTE_US, ideal_good=10 * MINUTE_US)
    assert judged(rule, early) == 0
    low = machine_now(machine, production=120 * MINUTE_US, ideal=90 * MINUTE_US, ideal_good=90 * MINUTE_US)
    assert judged(rule, low) == 1
    assert "75" in Alert.objects.get().detail
    fine = replace(low, totals=replace(low.totals, ideal=100 * MINUTE_US, ideal_good=100 * MINUTE_US))
    at_ten_forty_two(1)
    assert judged(rule, fine) == 1
    assert Alert.objects.get().status == "solved"


def test_standing_is_written_only_where_it_changed(site: Any, at_ten_forty_two: Any) -> None:
    down = make_equipment(site, "DOWN")
    state = make_rule(site, subject="state", state="down")
    figure = make_rule(site, "R2", subject="figure", figure="oee", threshold=Decimal("0.8"))
    stretch(down, "down", -5)
    low = machine_now(down, production=120 * MINUTE_US, ideal=80 * MINUTE_US, ideal_good=80 * MINUTE_US)
    assert [judged(rule, low) for rule in (state, figure)] == [1, 1]
    before = list(RuleStanding.objects.order_by("pk").values())
    assert [row["phase"] for row in before] == ["raised", "raised"]
    at_ten_forty_two(1)
    with CaptureQueriesContext(connection) as asked:
        assert [judged(rule, low) for rule in (state, figure)] == [0, 0]
    assert not [each["sql"] for each in asked if each["sql"].startswith('UPDATE "analytics_rulestanding"')]
    assert list(RuleStanding.objects.order_by("pk").values()) == before
    StateInterval.objects.filter(equipment=down).update(ended_at=NOW + MINUTE)
    stretch(down, "run", 1)
    at_ten_forty_two(2)
    assert judged(state, low) == 1
    assert RuleStanding.objects.get(rule=state).phase == "normal"


def test_oee_rule_without_a_limit_follows_the_target(site: Any) -> None:
    machine = make_equipment(site)
    rule = make_rule(site, subject="figure", figure="oee")
    low = machine_now(machine, production=120 * MINUTE_US, ideal=90 * MINUTE_US, ideal_good=90 * MINUTE_US)
    assert judged(rule, low) == 0
    with acting():
        KpiTarget.objects.create(site=site, kpi="oee_index", value=Decimal("0.83"), valid_from=NOW - timedelta(days=1))
    assert judged(rule, low) == 1


def test_performance_above_100_percent_says_that_the_standard_looks_wrong_and_suggests_a_cycle(site: Any) -> None:
    machine = make_equipment(site)
    rule = make_rule(site, subject="figure", figure=RuleFigure.PERFORMANCE)
    fast = machine_now(
        machine, production=120 * MINUTE_US, ideal=150 * MINUTE_US, ideal_good=150 * MINUTE_US, good=Decimal(200)
    )
    assert judged(rule, fast) == 1
    alert = Alert.objects.get()
    assert alert.kind == "standard"
    assert "Pump housing P-4410" in alert.detail
    assert "45" in alert.detail  # 150 min / 200 pieces
    assert "36" in alert.detail  # 120 min / 200 pieces


def test_uncoded_time_above_its_limit_raises(site: Any) -> None:
    machine = make_equipment(site)
    rule = make_rule(site, subject="figure", figure="uncoded", threshold=Decimal("0.3"), least_minutes=60)
    bad = machine_now(machine, production=60 * MINUTE_US, down=20 * MINUTE_US, uncoded=10 * MINUTE_US)
    assert judged(rule, bad) == 1
    assert "50" in Alert.objects.get().detail


def test_rule_taken_out_of_use_ends_what_it_raised(site: Any, actor: Actor) -> None:
    machine = make_equipment(site)
    rule = make_rule(site, subject="state", state="down")
    stretch(machine, "down", -5)
    judge_rules(SYSTEM)
    rules.rule_change(actor, rule.pk, is_active=False)
    assert judge_rules(SYSTEM) == 1
    assert Alert.objects.get().status == "solved"
    assert judge_rules(SYSTEM) == 0


def test_rule_before_and_after_its_time_raises_nothing(site: Any) -> None:
    stretch(make_equipment(site), "down", -5)
    make_rule(site, "LATER", subject="state", state="down", valid_from=NOW + MINUTE)
    make_rule(site, "OVER", subject="state", state="down", valid_until=NOW - MINUTE)
    assert judge_rules(SYSTEM) == 0


def test_rule_of_another_site_is_not_judged_here(site: Any, other_site: Any) -> None:
    stretch(make_equipment(site), "down", -5)
    make_rule(other_site, subject="state", state="down")
    assert judge_rules(SYSTEM) == 0


def test_statements_of_a_look_do_not_depend_on_the_machines(site: Any, django_assert_max_num_queries: Any) -> None:
    make_rule(site, subject="reading", signal="t", side="above", threshold=Decimal(80))
    for _ in range(6):
        read(site, make_equipment(site), (-3, 70), (-2, 75), signal="t")
    judge_rules(SYSTEM)
    with django_assert_max_num_queries(12):
        judge_rules(SYSTEM)
