"""What alert rules judge by: the machines of a scope, stretches of a state, readings, figures of the running shift."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from analytics import permissions
from analytics.engine.alert_rule import RuleFigure, RuleSubject, Sample
from analytics.engine.kpi import ratio
from analytics.engine.machine_parts import MachineTotals
from analytics.engine.oee import oee_iso
from analytics.models import AlertRule
from analytics.selectors.live import LiveMachine
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.floor.engine.terms import MessageKind
from mom.plant.engine.terms import WORK_UNIT_LEVELS
from mom.plant.models import Equipment, Reason
from mom.plant.selectors.equipment import within
from mom.plant.selectors.scope import for_actor

LOOK_BACK = timedelta(days=1)  # a rule that begins, or a worker that was away, reads no further back
MINUTE = 60_000_000


def rule_list(actor: Actor, site: Site) -> QuerySet[AlertRule]:
    """The rules of a site that the actor may see."""
    rows = AlertRule.objects.filter(site=site).select_related("site", "equipment", "team", "reason")
    return for_actor(rows, actor, permissions.VIEW)


def rule_get(actor: Actor, site: Site, code: str) -> AlertRule:
    """One rule by its code. One statement. Raises: NotFound."""
    rule = rule_list(actor, site).filter(code=code).first()
    if rule is None:
        raise NotFound(_("There is no rule %(code)s at this site.") % {"code": code})
    return rule


def holding_at(at: datetime) -> Q:
    """Rules that hold at an instant."""
    return Q(is_active=True, valid_from__lte=at) & (Q(valid_until=None) | Q(valid_until__gt=at))


def machines_of(rule: AlertRule) -> list[int]:
    """The machines that a rule watches. One statement."""
    rows = Equipment.objects.filter(site=rule.site_id, is_active=True, level__in=WORK_UNIT_LEVELS)
    if rule.equipment is not None:
        rows = rows.filter(Q(pk=rule.equipment_id) | within(rule.equipment))
    return list(rows.order_by("pk").values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class Held:
    """A machine in the state of a rule: since when without another state between, and why."""

    since: datetime
    reason: str


_HELD = """
SELECT i.equipment_id, coalesce(
    (SELECT max(p.ended_at) FROM floor_stateinterval p
     WHERE p.equipment_id = i.equipment_id AND p.ended_at <= i.started_at AND p.ended_at > %(back)s
       AND (p.state = %(state)s AND (%(reasons)s::bigint[] IS NULL OR p.reason_id = ANY(%(reasons)s))) IS NOT TRUE),
    (SELECT min(p.started_at) FROM floor_stateinterval p
     WHERE p.equipment_id = i.equipment_id AND p.started_at > %(back)s),
    i.started_at), l.shift_started_at, coalesce(nullif(r.name, ''), r.code, '')
FROM floor_stateinterval i
LEFT JOIN analytics_liveshift l ON l.equipment_id = i.equipment_id
LEFT JOIN plant_reason r ON r.id = i.reason_id
WHERE i.ended_at IS NULL AND i.equipment_id = ANY(%(machines)s) AND i.state = %(state)s
  AND (%(reasons)s::bigint[] IS NULL OR i.reason_id = ANY(%(reasons)s))
  AND NOT (i.state = 'idle' AND coalesce(l.time_class, '') IN ('off_shift', 'planned_stop', 'planned_maintenance'))
"""


def held_states(rule: AlertRule, machines: Sequence[int], now: datetime) -> dict[int, Held]:
    """The machines that are in the rule's state, and since when. Two statements at most.

    Waiting counts from the start of the shift at the earliest, and not at all where nothing is planned.
    """
    reasons = None
    if rule.reason_id is not None:
        below = Reason.objects.filter(Q(pk=rule.reason_id) | Q(parent=rule.reason_id))
        reasons = list(below.values_list("pk", flat=True))
    asked: dict[str, Any] = {"machines": list(machines), "state": rule.state, "reasons": reasons}
    asked["back"] = now - 7 * LOOK_BACK
    with connection.cursor() as cursor:
        cursor.execute(_HELD, asked)
        rows = cursor.fetchall()
    found = {}
    for machine, since, shift, reason in rows:
        is_of_shift = rule.state == "idle" and shift is not None and shift <= now
        found[machine] = Held(max(since, shift) if is_of_shift else since, reason)
    return found


_READINGS = """
SELECT m.equipment_id, m.occurred_at, m.value
FROM unnest(%(machines)s::bigint[], %(seen)s::timestamptz[]) AS s (equipment_id, seen_at)
JOIN floor_floormessage m ON m.equipment_id = s.equipment_id AND m.occurred_at > s.seen_at
WHERE m.kind = %(kind)s AND m.name = %(signal)s AND m.value IS NOT NULL
  AND m.occurred_at > %(oldest)s AND m.occurred_at <= %(now)s
ORDER BY m.equipment_id, m.occurred_at, m.id
"""


def readings_after(rule: AlertRule, seen: Mapping[int, datetime], now: datetime) -> dict[int, list[Sample]]:
    """The readings of the rule's signal that are not judged yet, by machine, in order. One statement."""
    found: dict[int, list[Sample]] = {machine: [] for machine in seen}
    asked: dict[str, Any] = {
        "machines": list(seen),
        "seen": list(seen.values()),
        "kind": MessageKind.READING.value,
        "signal": rule.signal,
        "oldest": min(seen.values(), default=now),
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_READINGS, asked)
        for machine, at, value in cursor.fetchall():
            found[machine].append(Sample(at, value))
    return found


def last_signs(machines: Sequence[int]) -> dict[int, datetime]:
    """When each machine was heard last, whatever it said. One statement."""
    asked = "SELECT equipment_id, last_seen_at FROM floor_machinesignal WHERE equipment_id = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(asked + " AND last_seen_at IS NOT NULL", [list(machines)])
        return dict(cursor.fetchall())


def oldest_judged(rule: AlertRule, seen: datetime | None, now: datetime) -> datetime:
    """From when on a machine's readings are still to be judged."""
    return max(seen or rule.valid_from, rule.valid_from, now - LOOK_BACK)


def figure_of(figure: RuleFigure, totals: MachineTotals) -> Decimal | None:
    """A figure of a running shift as a fraction of one; None where it has no value."""
    if figure == RuleFigure.OEE:
        return oee_iso(totals).value
    if figure == RuleFigure.PERFORMANCE:
        return oee_iso(totals).performance.value
    stopped = totals.delay + totals.down - totals.minor_stop
    return ratio(totals.uncoded, stopped) if stopped > 0 else None


def is_ripe(rule: AlertRule, totals: MachineTotals) -> bool:
    """Whether enough planned time has passed for the figure to say something."""
    return totals.planned_busy >= rule.least_minutes * MINUTE


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a machine that is faster than its standard suggests: seconds a piece, now and as the data say."""

    standard: Decimal
    suggested: Decimal


def suggestion(machine: LiveMachine) -> Suggestion | None:
    """The ideal cycle that the running shift suggests, so that performance is 100 %; None without judged pieces."""
    totals = machine.totals
    judged = totals.produced - totals.unjudged
    if judged <= 0 or totals.ideal <= 0 or totals.production <= 0:
        return None
    second = Decimal(1_000_000)
    return Suggestion(
        (Decimal(totals.ideal) / second / judged).quantize(Decimal("0.1")),
        (Decimal(totals.production) / second / judged).quantize(Decimal("0.1")),
    )


def rules_to_judge(site_id: int | None, now: datetime) -> list[AlertRule]:
    """The rules that hold, and those that do not any more and still stand raised or pending. One statement."""
    stands = Q(standings__phase__in=["pending", "raised"])
    rows = AlertRule.objects.filter(holding_at(now) | stands).select_related("site", "equipment", "team", "reason")
    if site_id is not None:
        rows = rows.filter(site=site_id)
    return list(rows.distinct().order_by("site", "pk"))


def does_hold(rule: AlertRule, now: datetime) -> bool:
    """Whether a rule holds at an instant."""
    is_begun = rule.is_active and rule.valid_from <= now
    return is_begun and (rule.valid_until is None or rule.valid_until > now)


def needs_figures(rules: Collection[AlertRule]) -> bool:
    """Whether any of them judges figures."""
    return any(rule.subject == RuleSubject.FIGURE for rule in rules)
