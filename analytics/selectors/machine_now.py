"""What the page of a machine shows of its time: cycles, signals, its log, why it stops, which reason is likely."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.db import connection
from django.db.models import Count, F, OuterRef, Q, Subquery, Sum

from analytics.engine.alert_rule import RuleSide, RuleSubject
from analytics.models import AlertRule, LossBucket
from analytics.selectors.alert_rule import holding_at
from mom.core.models import Note
from mom.floor.engine.terms import MessageKind
from mom.floor.models import FloorMessage, Stop, StopAnnotation
from mom.plant.engine.terms import LossClass, ReasonKind, TimeClass
from mom.plant.models import Equipment, Reason
from mom.work.engine.terms import WorkKind
from mom.work.models import JobOrder, JobResponse, LabourEntry

CYCLES = 60
CYCLES_WITHIN = timedelta(hours=24)
SIGNALS_WITHIN = timedelta(hours=2)
MOST_SIGNALS = 6
LOG_WITHIN = timedelta(hours=24)
MOST_LOG = 9
LIKELY_WITHIN = timedelta(days=60)
MOST_LIKELY = 9
BEGINS = (WorkKind.SETUP.value, WorkKind.PRODUCTION.value)
LOST_CLASSES = (TimeClass.DELAY.value, TimeClass.DOWN.value, TimeClass.SETUP.value)


def last_cycles(machine: Equipment, now: datetime) -> list[tuple[datetime, Decimal]]:
    """When the last cycles ended and how many seconds each took, the oldest first. One statement."""
    rows = FloorMessage.objects.filter(
        equipment=machine, kind=MessageKind.CYCLE, occurred_at__gte=now - CYCLES_WITHIN, value__isnull=False
    )
    last = rows.order_by("-occurred_at").values_list("occurred_at", "value")[:CYCLES]
    return [(at, value) for at, value in reversed(list(last)) if value is not None]


@dataclass(frozen=True)
class SignalLine:
    """One signal: a value a minute, the last of each, the oldest first."""

    name: str
    unit: str
    points: tuple[tuple[datetime, Decimal], ...]

    @property
    def last(self) -> tuple[datetime, Decimal]:
        return self.points[-1]


_SIGNALS = """
SELECT name, max(unit), date_bin('1 minute', occurred_at, %(start)s), (array_agg(value ORDER BY occurred_at DESC))[1]
FROM floor_floormessage
WHERE equipment_id = %(machine)s AND kind = 'reading' AND value IS NOT NULL
  AND occurred_at >= %(start)s AND occurred_at <= %(end)s
GROUP BY name, 3 ORDER BY name, 3
"""


def last_signals(machine: Equipment, until: datetime) -> list[SignalLine]:
    """The readings of the two hours before an instant, by name. One statement."""
    start = until - SIGNALS_WITHIN
    with connection.cursor() as cursor:
        cursor.execute(_SIGNALS, {"machine": machine.pk, "start": start, "end": until})
        rows = cursor.fetchall()
    found: dict[str, tuple[str, list[tuple[datetime, Decimal]]]] = {}
    for name, unit, at, value in rows:
        found.setdefault(name, (unit, []))[1].append((at, value))
    return [SignalLine(name, unit, tuple(points)) for name, (unit, points) in list(found.items())[:MOST_SIGNALS]]


@dataclass(frozen=True)
class SignalLimits:
    """Between what a signal should stay, as the alert rules of the machine say; None: no limit on that side."""

    lower: Decimal | None = None
    upper: Decimal | None = None

    def is_beyond(self, value: Decimal) -> bool:
        """Whether a value is off."""
        return (self.lower is not None and value < self.lower) or (self.upper is not None and value > self.upper)


def signal_limits(machine: Equipment, now: datetime) -> dict[str, SignalLimits]:
    """The tightest limits by signal of the rules that hold for a machine. One statement."""
    above = Equipment.objects.filter(pk=machine.pk)
    places = Q(equipment=None) | Q(equipment=machine.pk)
    for path in ("parent", "parent__parent", "parent__parent__parent"):
        places |= Q(equipment__in=above.values(path))
    rules = AlertRule.objects.filter(holding_at(now), places, site=machine.site_id, subject=RuleSubject.READING)
    found: dict[str, SignalLimits] = {}
    for signal, side, limit in rules.values_list("signal", "side", "threshold"):
        known = found.get(signal, SignalLimits())
        if limit is not None and side == RuleSide.BELOW:
            lower = limit if known.lower is None else max(limit, known.lower)
            found[signal] = SignalLimits(lower, known.upper)
        elif limit is not None:
            upper = limit if known.upper is None else min(limit, known.upper)
            found[signal] = SignalLimits(known.lower, upper)
    return found


@dataclass(frozen=True)
class LogLine:
    """One thing that happened at the machine: state for its shape, words, and who or what said it."""

    at: datetime
    kind: str  # stop, alarm, reason, work, note
    state: str
    words: str
    by: str


def log_of(machine: Equipment, now: datetime) -> list[LogLine]:
    """What happened last at a machine, the newest first. Five statements."""
    since = now - LOG_WITHIN
    lines = [*_stops(machine, since), *_reasons(machine, since), *_work(machine, since)]
    lines += [*_notes(machine), *_alarms(machine, since)]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:MOST_LOG]


def _stops(machine: Equipment, since: datetime) -> list[LogLine]:
    rows = Stop.objects.filter(equipment=machine, withdrawn_at=None, is_minor=False, started_at__gte=since)
    found = rows.select_related("reason").order_by("-started_at")[:MOST_LOG]
    return [LogLine(row.started_at, "stop", row.state, _name(row.reason) or row.code, row.reporter) for row in found]


def _reasons(machine: Equipment, since: datetime) -> list[LogLine]:
    rows = StopAnnotation.objects.filter(equipment=machine, recorded_at__gte=since, reverses=None)
    found = rows.select_related("reason").order_by("-recorded_at")[:MOST_LOG]
    return [
        LogLine(row.recorded_at, "reason", row.state or "down", _name(row.reason) or row.note, row.recorded_by)
        for row in found
    ]


def _work(machine: Equipment, since: datetime) -> list[LogLine]:
    rows = JobResponse.objects.filter(
        equipment=machine, started_at__gte=since, is_stop=False, reverses=None, work_kind__in=BEGINS
    )
    found = list(rows.filter(reversal=None).select_related("job_order").order_by("-started_at")[: MOST_LOG * 4])
    begun = [
        row
        for row, before in zip_longest(found, found[1:])
        if before is None or (row.job_order_id, row.work_kind) != (before.job_order_id, before.work_kind)
    ]
    return [
        LogLine(row.started_at, row.work_kind, "info", row.job_order.code if row.job_order else "", row.recorded_by)
        for row in begun
    ]


def _notes(machine: Equipment) -> list[LogLine]:
    rows = Note.objects.filter(
        site=machine.site.code,
        subject_type=machine._meta.label_lower,
        subject_id=str(machine.pk),
        withdrawn_at=None,
    )
    found = rows.order_by("-added_at")[:3]
    return [LogLine(row.added_at, "note", "info", row.text, row.added_by_label) for row in found]


def _alarms(machine: Equipment, since: datetime) -> list[LogLine]:
    rows = FloorMessage.objects.filter(equipment=machine, kind=MessageKind.ALARM, occurred_at__gte=since)
    found = rows.exclude(mode="cleared").order_by("-occurred_at")[:MOST_LOG]
    return [LogLine(row.occurred_at, "alarm", "warn", row.text or row.code, "") for row in found]


def _name(reason: Reason | None) -> str:
    return (reason.name or reason.code) if reason is not None else ""


@dataclass(frozen=True)
class ReasonSum:
    """Lost time of one reason: microseconds and stops. No reason: minor stops, or not coded."""

    reason: str
    group: str
    duration: int
    count: int
    is_minor: bool = False

    @property
    def is_coded(self) -> bool:
        return bool(self.reason)


def reason_sums(machine: Equipment, first: date, last: date) -> list[ReasonSum]:
    """Lost time of these days by reason, set-ups among it, longest first. One statement."""
    rows = LossBucket.objects.filter(
        equipment=machine, site_id=machine.site_id, day__range=(first, last), time_class__in=LOST_CLASSES
    )
    sums: Any = rows.order_by().values(
        "loss_class", name=F("reason__name"), code=F("reason__code"), group=F("reason__parent__name")
    )
    found: dict[tuple[str, str, bool], ReasonSum] = {}
    for row in sums.annotate(spent=Sum("duration"), stops=Sum("stop_count")):
        reason, is_minor = row["name"] or row["code"] or "", row["loss_class"] == LossClass.MINOR_STOP
        key = (reason, row["group"] or "", is_minor and not reason)
        before = found.get(key, ReasonSum(*key[:2], 0, 0, key[2]))
        found[key] = ReasonSum(*key[:2], before.duration + row["spent"], before.count + row["stops"], key[2])
    return sorted(found.values(), key=lambda each: -each.duration)


@dataclass(frozen=True)
class Likely:
    """A reason that one may tap, and how often it was given here."""

    pk: int
    name: str
    count: int


def likely_reasons(machine: Equipment, code: str, now: datetime) -> list[Likely]:
    """Reasons of this machine's stops: those given to the same state code first, then the frequent. One statement."""
    rows = Stop.objects.filter(
        equipment=machine, withdrawn_at=None, reason__isnull=False, started_at__gte=now - LIKELY_WITHIN
    ).filter(reason__is_active=True, reason__kind=ReasonKind.STOP)
    same = Count("pk", filter=Q(code=code) if code else Q(pk=None))
    counted: Any = rows.order_by().values("reason_id", name=F("reason__name"), reason_code=F("reason__code"))
    ranked = sorted(
        counted.annotate(count=Count("pk"), same=same),
        key=lambda row: (-row["same"], -row["count"], row["reason_code"]),
    )
    return [Likely(row["reason_id"], row["name"] or row["reason_code"], row["count"]) for row in ranked[:MOST_LIKELY]]


def current_stop(machine: Equipment) -> Any:
    """The stop that goes on, with who said why, and `last_word`: the key of what was said last here. One statement."""
    words = StopAnnotation.objects.filter(equipment=OuterRef("equipment")).order_by("-id").values("pk")[:1]
    rows = Stop.objects.filter(equipment=machine, withdrawn_at=None, ended_at=None)
    return rows.select_related("reason").annotate(last_word=Subquery(words)).order_by("-started_at").first()


def people_at(machine: Equipment) -> list[str]:
    """Who is signed in to what goes on at a machine. One statement."""
    open_entries = LabourEntry.objects.filter(
        ended_at=None, job_response__equipment=machine, job_response__ended_at=None, reverses=None
    )
    rows = open_entries.order_by("person__code").values_list("person__name", "person__code").distinct()
    return [name or code for name, code in rows]


def due_of(machine: Equipment, job_order: int | None) -> tuple[datetime | None, int]:
    """When a job should be finished (by its plan, else by its order), and how many jobs are at work on the machine.

    One statement, or none.
    """
    if job_order is None:
        return None, 0
    open_ones = JobResponse.objects.filter(equipment=machine, ended_at=None, job_order__isnull=False).order_by()
    jobs = open_ones.values("equipment").annotate(jobs=Count("job_order", distinct=True)).values("jobs")
    rows = JobOrder.objects.filter(pk=job_order)
    row = rows.annotate(at_work=Subquery(jobs)).values_list("planned_end", "latest_end", "at_work").first()
    return (row[0] or row[1], row[2] or 0) if row is not None else (None, 0)


def sums_by_state(spans: Sequence[Any]) -> dict[str, timedelta]:
    """How long each state held, of stretches as they are shown."""
    found: dict[str, timedelta] = {}
    for span in spans:
        found[span.state] = found.get(span.state, timedelta(0)) + (span.end - span.start)
    return found
