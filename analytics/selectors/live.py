"""Where every machine stands at this instant: its running shift advanced to now, its state, its job."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from analytics.engine.machine_fold import Standing, advance, terms_of
from analytics.engine.machine_lines import PARTS, empty, totals_of
from analytics.engine.machine_parts import MachineTotals
from analytics.engine.machine_time import Meaning
from mom.accounts.models import Site
from mom.floor.engine.terms import PieceSource
from mom.plant.engine.terms import WORK_UNIT_LEVELS

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Running:
    """One machine's running shift up to now."""

    equipment_id: int
    day: date
    shift: str
    shift_started_at: datetime
    shift_ended_at: datetime
    totals: MachineTotals


@dataclass(frozen=True, slots=True)
class LiveMachine:
    """One machine now. Without any message yet `state` is `off` and there is no shift row (`totals` are empty).

    `good` is of the job so far, `planned` its quantity, `expected` what should be good by now: the planned quantity
    to scale of the job's time (as planned, else from first start to due date), without one at the ideal cycle since
    its start; None where neither is known.
    """

    equipment_id: int
    code: str
    name: str
    parent_id: int | None
    state: str
    state_since: datetime | None
    time_class: str
    state_code: str
    mode: str
    reason_id: int | None
    reason: str
    stop_id: int | None
    job_order_id: int | None
    job: str
    order: str
    definition_id: int | None
    product: str
    unit: str
    good: Decimal | None
    planned: Decimal | None
    expected: Decimal | None
    day: date | None
    shift: str
    shift_started_at: datetime | None
    shift_ended_at: datetime | None
    as_of: datetime | None
    last_sign_at: datetime | None
    totals: MachineTotals
    piece_source: str = ""  # of its pieces in the running shift; empty before its first

    @property
    def ahead(self) -> Decimal | None:
        """How many good pieces the job is before (or behind) what is expected by now."""
        return None if self.good is None or self.expected is None else self.good - self.expected


def microseconds(instant: datetime) -> int:
    """An instant as whole microseconds since 1970."""
    return (instant - EPOCH) // MICROSECOND


def running_totals(site: Site, now: datetime) -> list[Running]:
    """The running shifts of a site's machines, up to now (or their end). One statement."""
    return [_running(row, now) for row in _fetched(_RUNNING, {"site": site.pk})]


def live_machines(site: Site, now: datetime, only: Collection[str] | None = None) -> list[LiveMachine]:
    """Every machine of the site with its running shift up to now, in the order of the plant. One statement.

    `only` are the codes of those that are asked for: what one page shows costs no more where there are thousands.
    """
    values = {"site": site.pk, "levels": sorted(WORK_UNIT_LEVELS), "codes": None if only is None else sorted(only)}
    return [_machine(row, now) for row in _fetched(_SQL, values)]


_SQL = f"""
SELECT e.id AS equipment_id, e.code AS machine, coalesce(nullif(e.name, ''), e.code) AS name, e.parent_id,
       l.day, coalesce(l.shift, '') AS shift, l.shift_started_at, l.shift_ended_at, l.as_of, coalesce(l.state, 'off')
       AS state, l.state_since, l.time_class, coalesce(l.code, '') AS state_code, coalesce(l.mode, '') AS mode,
       l.reason_id, coalesce(nullif(r.name, ''), r.code, '') AS reason, l.stop_id, l.job_order_id,
       coalesce(j.code, '') AS job, coalesce(w.code, '') AS request, l.definition_id,
       coalesce(nullif(d.name, ''), d.code, '') AS product, coalesce(l.unit, '') AS unit, l.last_sign_at,
       l.terms::text AS terms, l.class_with_order, l.class_without_order, l.loss_class, l.is_stop_counted,
       l.is_startup, l.job_good, coalesce(j.planned_start, begun.at) AS planned_start,
       coalesce(j.planned_end, j.latest_end) AS planned_end, o.quantity AS planned, t.good AS reported,
       before.good AS good_before, begun.at AS begun_at, {", ".join(f"l.{name}" for name in PARTS)}
FROM plant_equipment e
LEFT JOIN analytics_liveshift l ON l.equipment_id = e.id
LEFT JOIN plant_equipment p ON p.id = e.parent_id
LEFT JOIN plant_reason r ON r.id = l.reason_id
LEFT JOIN work_joborder j ON j.id = l.job_order_id
LEFT JOIN work_workrequest w ON w.id = j.work_request_id
LEFT JOIN plant_materialdefinition d ON d.id = l.definition_id
LEFT JOIN LATERAL (
    SELECT id, quantity FROM work_jobrequirement
    WHERE job_order_id = j.id AND material_use IN ('produced', 'co_product', 'by_product')
    ORDER BY position, id LIMIT 1
) o ON true
LEFT JOIN work_outputtotal t ON t.output_id = o.id
LEFT JOIN LATERAL (
    SELECT sum(b.good) AS good FROM analytics_shiftbucket b
    WHERE b.equipment_id = e.id AND b.job_order_id = l.job_order_id AND b.started_at < l.shift_started_at
      AND b.day >= l.day - 60
) before ON true
LEFT JOIN LATERAL (
    SELECT min(started_at) AS at FROM work_jobresponse WHERE job_order_id = l.job_order_id
) begun ON true
WHERE e.site_id = %(site)s AND e.is_active AND e.level = ANY(%(levels)s)
  AND (%(codes)s::text[] IS NULL OR e.code = ANY(%(codes)s::text[]))
ORDER BY p.position, p.code, e.position, e.code
"""  # noqa: S608 - the names of our own columns
_RUNNING = f"""
SELECT l.equipment_id, l.day, l.shift, l.shift_started_at, l.shift_ended_at, l.as_of, l.state, l.state_since,
       l.reason_id, l.terms::text AS terms, l.class_with_order, l.class_without_order, l.loss_class,
       l.is_stop_counted, l.is_startup, {", ".join(f"l.{name}" for name in PARTS)}
FROM analytics_liveshift l WHERE l.site_id = %(site)s ORDER BY l.equipment_id
"""  # noqa: S608 - as above


def _fetched(statement: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        columns = [column.name for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _running(row: Mapping[str, Any], now: datetime) -> Running:
    return Running(
        equipment_id=row["equipment_id"],
        day=row["day"],
        shift=row["shift"],
        shift_started_at=row["shift_started_at"],
        shift_ended_at=row["shift_ended_at"],
        totals=_advanced(row, now)[0],
    )


def _advanced(row: Mapping[str, Any], now: datetime) -> tuple[MachineTotals, str]:
    """The parts up to now, or the end of the shift, and the class of that instant."""
    stored = MachineTotals(**{name: row[name] for name in PARTS})
    start, end = microseconds(row["shift_started_at"]), microseconds(row["shift_ended_at"])
    standing = Standing(
        start=start,
        end=end,
        as_of=microseconds(row["as_of"]),
        state=row["state"],
        since=microseconds(row["state_since"]),
        meaning=Meaning(row["class_with_order"], row["class_without_order"], row["loss_class"]),
        reason_id=row["reason_id"],
        is_stop_counted=row["is_stop_counted"],
        is_startup=row["is_startup"],
        total_reading=None,
        reject_reading=None,
        energy_reading=None,
        job_good=0,
        vector=empty(),
        terms=terms_of(row["terms"]),
    )
    advance(standing, min(max(microseconds(now), start), end))
    return stored + totals_of(standing.vector), standing.time_class


def _machine(row: Mapping[str, Any], now: datetime) -> LiveMachine:
    totals, time_class = _advanced(row, now) if row["as_of"] is not None else (MachineTotals(), "unknown")
    return LiveMachine(
        equipment_id=row["equipment_id"],
        code=row["machine"],
        name=row["name"],
        parent_id=row["parent_id"],
        state=row["state"],
        state_since=row["state_since"],
        time_class=time_class,
        state_code=row["state_code"],
        mode=row["mode"],
        reason_id=row["reason_id"],
        reason=row["reason"],
        stop_id=row["stop_id"],
        job_order_id=row["job_order_id"],
        job=row["job"],
        order=row["request"],
        definition_id=row["definition_id"],
        product=row["product"],
        unit=row["unit"],
        good=_good(row),
        planned=row["planned"],
        expected=_expected(row, now),
        day=row["day"],
        shift=row["shift"],
        shift_started_at=row["shift_started_at"],
        shift_ended_at=row["shift_ended_at"],
        as_of=row["as_of"],
        last_sign_at=row["last_sign_at"],
        totals=totals,
        piece_source=terms_of(row["terms"]).piece_source if row["as_of"] is not None else "",
    )


def _good(row: Mapping[str, Any]) -> Decimal | None:
    """Good pieces of the job so far: as reported, or as the machine's counters say."""
    if row["job_order_id"] is None:
        return None
    if terms_of(row["terms"]).piece_source == PieceSource.REPORTS:
        return Decimal(row["reported"] or 0)
    return Decimal(row["good_before"] or 0) + Decimal(row["job_good"])


def _expected(row: Mapping[str, Any], now: datetime) -> Decimal | None:
    """The planned quantity by its planned time, else by the time from its first start to its due date.

    Without a due date what the ideal cycle would have made since the job began. As `JobView.expected` says it.
    """
    planned: Decimal | None = row["planned"]
    start, end = row["planned_start"], row["planned_end"]
    if row["job_order_id"] is None or planned is None:
        return None
    if start is not None and end is not None and end > start:
        passed: timedelta = min(max(now - start, timedelta(0)), end - start)
        return planned * Decimal(passed // MICROSECOND) / Decimal((end - start) // MICROSECOND)
    rate = terms_of(row["terms"]).rate
    if rate is None or row["begun_at"] is None:
        return None
    made = Decimal(max(now - row["begun_at"], timedelta(0)) // MICROSECOND) * rate.below / rate.above
    return min(planned, made)
