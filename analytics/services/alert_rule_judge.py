"""Alert rules judged: what turned since the last time is raised or ended, the rest is left alone.

Where a rule stands for each machine is a row, written in the transaction that raises, so that a worker may die anywhere
and the next one goes on as if it had never stopped. One worker judges a rule at a time; the others pass it over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import structlog
from django.utils.translation import gettext as _

from analytics.engine.alert_rule import (
    FIGURE_SIDE,
    Limit,
    Phase,
    RuleFigure,
    RuleSide,
    RuleSubject,
    Sample,
    Standing,
    Turn,
    hold,
    judge,
    pass_over,
)
from analytics.models import AlertRule, RuleStanding
from analytics.models.alert_rule_labels import RULE_FIGURE, RULE_SIDE
from analytics.selectors import alert_rule as facts
from analytics.selectors.live import LiveMachine, live_machines
from analytics.selectors.targets import targets_at
from mom.core import clock
from mom.core.actor import Actor
from mom.core.use_case import UseCase, use_case
from mom.core.web import printing
from mom.floor.models.labels import MACHINE_STATE
from mom.plant.models import Equipment
from mom.work.engine.alert import AlertImpact, AlertKind, AlertSeverity
from mom.work.models import JobOrder
from mom.work.public import NewAlert, clear_alert, raise_alert

log = structlog.get_logger(__name__)

KIND = {
    RuleSubject.STATE: AlertKind.STATE,
    RuleSubject.READING: AlertKind.READING,
    RuleSubject.FIGURE: AlertKind.FIGURE,
}
CHANGED = ("phase", "since", "seen_at", "value")
FULL = Decimal(1)


@dataclass(frozen=True)
class Judged:
    """Where a machine stands after a look, and the last turn on the way: only what holds in the end is told."""

    standing: Standing
    turns: Sequence[Turn]
    detail: str = ""


def judge_rules(actor: Actor, site_id: int | None = None) -> int:
    """Judge every rule (of a site); gives how many alerts it raised or ended. Doubled or late it does no harm."""
    now = clock.now()
    rules = facts.rules_to_judge(site_id, now)
    machines: dict[int, list[LiveMachine]] = {}
    turned, failed = 0, None
    for rule in rules:
        try:
            if rule.subject == RuleSubject.FIGURE and rule.site_id not in machines:
                machines[rule.site_id] = live_machines(rule.site, now)
            with use_case(actor) as act:
                turned += judge_rule(act, rule.pk, machines.get(rule.site_id, []))
        except Exception as error:  # one rule that can't be judged must not silence the others
            log.exception("alert_rule_not_judged", rule=rule.code, site=rule.site.code)
            failed = error
    if failed is not None:
        raise failed
    return turned


def judge_rule(act: UseCase, rule_id: int, machines: Sequence[LiveMachine]) -> int:
    """Judge one rule. Joins the caller's transaction; passed over where another worker has it."""
    rows = AlertRule.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
    rule = rows.select_related("site", "equipment", "team", "reason").filter(pk=rule_id).first()
    if rule is None:
        return 0
    rows_held = {row.equipment_id: row for row in RuleStanding.objects.filter(rule=rule)}
    before = {pk: Standing(Phase(row.phase), row.since, row.seen_at, row.value) for pk, row in rows_held.items()}
    if not facts.does_hold(rule, act.now):
        after = {pk: _ended(each, act.now) for pk, each in before.items()}
    else:
        after = _judged(rule, before, machines, act.now)
        gone = {pk: _ended(each, act.now) for pk, each in before.items() if pk not in after}
        after = {**gone, **after}
    _keep(rule, rows_held, before, after, act.now)
    return _tell(act, rule, before, after)


def _judged(
    rule: AlertRule, before: Mapping[int, Standing], machines: Sequence[LiveMachine], now: datetime
) -> dict[int, Judged]:
    scope = facts.machines_of(rule)
    if rule.subject == RuleSubject.STATE:
        return _states(rule, scope, before, now)
    if rule.subject == RuleSubject.READING:
        return _readings(rule, scope, before, now)
    shown = set(scope)
    return _figures(rule, [each for each in machines if each.equipment_id in shown], before, now)


def _states(rule: AlertRule, scope: Sequence[int], before: Mapping[int, Standing], now: datetime) -> dict[int, Judged]:
    held = facts.held_states(rule, scope, now)
    found = {}
    for machine in scope:
        here = held.get(machine)
        standing = before.get(machine)
        if here is None and standing is None:
            continue
        after, turn = hold(standing or Standing(), here.since if here else None, rule.delay, now)
        found[machine] = Judged(after, [turn] if turn else [], here.reason if here else "")
    return found


def _readings(
    rule: AlertRule, scope: Sequence[int], before: Mapping[int, Standing], now: datetime
) -> dict[int, Judged]:
    limit = Limit(RuleSide(rule.side), rule.threshold or Decimal(0), rule.dead_band, rule.delay)
    seen = {
        machine: facts.oldest_judged(rule, before[machine].seen_at if machine in before else None, now)
        for machine in scope
    }
    heard = facts.last_signs(scope)  # before the readings, so that it is no later than what they hold
    samples = facts.readings_after(rule, seen, now)
    found = {}
    for machine in scope:
        after, turns = judge(limit, before.get(machine, Standing()), samples[machine], now)
        if not samples[machine]:
            after = pass_over(after, seen[machine], heard.get(machine), now)
        if machine not in before and after.seen_at is None:
            continue
        found[machine] = Judged(after, turns, _reading_words(rule, after.value))
    return found


def _figures(
    rule: AlertRule, machines: Sequence[LiveMachine], before: Mapping[int, Standing], now: datetime
) -> dict[int, Judged]:
    figure = RuleFigure(rule.figure)
    targets = targets_at(rule.site, now, ["oee_index"]) if rule.threshold is None else None
    found = {}
    for machine in machines:
        standing = before.get(machine.equipment_id, Standing())
        threshold = rule.threshold
        if threshold is None and figure == RuleFigure.PERFORMANCE:
            threshold = FULL
        elif threshold is None and figure == RuleFigure.OEE and targets is not None:
            line = targets.of("oee_index", machine.equipment_id)
            threshold = line.value if line is not None else None
        value = facts.figure_of(figure, machine.totals) if facts.is_ripe(rule, machine.totals) else None
        if threshold is None or value is None:
            if machine.equipment_id in before:
                found[machine.equipment_id] = _ended(standing, now)
            continue
        limit = Limit(FIGURE_SIDE[figure], threshold, rule.dead_band, rule.delay)
        after, turns = judge(limit, standing, [Sample(now, value)], now)
        found[machine.equipment_id] = Judged(after, turns, _figure_words(figure, machine, value, threshold))
    return found


def _ended(standing: Standing, now: datetime) -> Judged:
    """The rule does not watch this machine now, or has nothing to judge by: its condition is over."""
    after, turn = hold(standing, None, now - now, now)
    return Judged(after, [turn] if turn else [])


def _keep(
    rule: AlertRule,
    rows: Mapping[int, RuleStanding],
    before: Mapping[int, Standing],
    after: Mapping[int, Judged],
    now: datetime,
) -> None:
    """Write what changed. Two statements at most."""
    made: list[RuleStanding] = []
    changed: list[RuleStanding] = []
    for machine, judged in after.items():
        standing = judged.standing
        if _stands_already(rule, standing, before.get(machine)):
            continue
        row = rows.get(machine) or RuleStanding(site_id=rule.site_id, rule=rule, equipment_id=machine)
        row.phase, row.since = standing.phase, standing.since
        row.seen_at, row.value = standing.seen_at or now, _storable(standing.value)
        (changed if machine in rows else made).append(row)
    RuleStanding.objects.bulk_create(made)
    if changed:
        RuleStanding.objects.bulk_update(changed, CHANGED, batch_size=500)


def _stands_already(rule: AlertRule, standing: Standing, before: Standing | None) -> bool:
    """Whether nothing is to be written. Up to when was judged matters for readings alone: others are judged by now."""
    if before is None or rule.subject == RuleSubject.READING:
        return standing == before
    value = _storable(standing.value)
    return (standing.phase, standing.since, value) == (before.phase, before.since, before.value)


def _storable(value: Decimal | None) -> Decimal | None:
    return value.quantize(Decimal("0.000001")) if value is not None else None


def _tell(act: UseCase, rule: AlertRule, before: Mapping[int, Standing], after: Mapping[int, Judged]) -> int:
    """Raise and end by the last turn of each machine; what came and went between two looks is not told."""
    raised, ended = [], []
    for machine, judged in after.items():
        was = machine in before and before[machine].phase == Phase.RAISED
        is_now = judged.standing.phase == Phase.RAISED
        if is_now and (not was or any(turn.is_raised for turn in judged.turns)):
            raised.append(machine)
        elif was and not is_now:
            ended.append(machine)
    if not raised and not ended:
        return 0
    machines = Equipment.objects.in_bulk(raised)
    jobs = _jobs(raised)
    name = rule.name or rule.code
    for machine in raised:
        raise_alert(
            act,
            rule.site,
            NewAlert(
                title=name,
                kind=_kind(rule),
                source=f"rule:{rule.pk}",
                equipment=machines[machine],
                team=rule.team,
                job_order=jobs.get(machine),
                severity=AlertSeverity(rule.severity),
                impact=AlertImpact(rule.impact),
                detail=_detail(rule, after[machine]),
                repeat_key=repeat_key(rule.pk, machine),
                raised_by=_("Rule %(rule)s") % {"rule": rule.code},
            ),
        )
    for machine in ended:
        words = _("The condition ended by itself.")
        clear_alert(
            act, rule.site, repeat_key(rule.pk, machine), by=_("Rule %(rule)s") % {"rule": rule.code}, words=words
        )
    return len(raised) + len(ended)


def repeat_key(rule_id: int, equipment_id: int) -> str:
    """The condition of a rule at a machine."""
    return f"rule:{rule_id}:{equipment_id}"


def _kind(rule: AlertRule) -> AlertKind:
    if rule.subject == RuleSubject.FIGURE and rule.figure == RuleFigure.PERFORMANCE:
        return AlertKind.STANDARD
    return KIND[RuleSubject(rule.subject)]


def _jobs(machines: Sequence[int]) -> dict[int, JobOrder]:
    """What runs at these machines. One statement."""
    rows = JobOrder.objects.filter(equipment__in=machines, status="running").order_by("-id")
    return {job.equipment_id: job for job in rows if job.equipment_id is not None}


def _detail(rule: AlertRule, judged: Judged) -> str:
    if rule.subject != RuleSubject.STATE:
        return judged.detail
    state = str(MACHINE_STATE.label(rule.state))
    return f"{state}, {judged.detail}" if judged.detail else state


def _reading_words(rule: AlertRule, value: Decimal | None) -> str:
    words = _("%(signal)s %(value)s, limit %(side)s %(limit)s")
    return words % {
        "signal": rule.signal,
        "value": printing.number(value),
        "side": RULE_SIDE.label(rule.side),
        "limit": printing.number(rule.threshold),
    }


def _figure_words(figure: RuleFigure, machine: LiveMachine, value: Decimal, threshold: Decimal) -> str:
    percents = {"value": printing.percent(value), "limit": printing.percent(threshold)}
    if figure == RuleFigure.OEE:
        return _("OEE %(value)s, target %(limit)s") % percents
    if figure == RuleFigure.UNCODED:
        return _("%(value)s of the stopped time has no reason, limit %(limit)s") % percents
    found = facts.suggestion(machine)
    if found is None:
        return _("Performance %(value)s") % percents
    words = _("%(product)s: performance %(value)s. Standard %(standard)s s a piece, the data suggest %(suggested)s s.")
    cycles = {"standard": printing.number(found.standard), "suggested": printing.number(found.suggested)}
    return words % {"product": machine.product or str(RULE_FIGURE.label(figure)), **percents, **cycles}
