"""First passes, jobs planned to end, due dates and counted lines, by place, shift or time. Statements are constant.

Each is read off its ledger and not off buckets: reports and plans change late, and sums of a window are small.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncDate, TruncSecond

from analytics.engine.first_pass import against_good
from analytics.engine.kpi_evidence import Counted, Kept, PassPieces, PassTotals
from analytics.selectors.machine_parts import By, Tree, above, names_of
from analytics.selectors.series_shifts import Shifts, shifts_of
from analytics.selectors.slices import Window
from inventory.public import accuracy_by
from maintenance.public import compliance_by_machine_and_time
from mom.accounts.models import Site
from mom.core import clock
from mom.plant.engine.calendar import instant, local_day
from mom.work.engine.terms import JobOrderStatus, MaterialUse, OperationsType, QuantityKind
from mom.work.models import JobOrder, JobResponse, OutputTotal, QuantityReport
from quality.public import Decided, decided_of_jobs_found, rework_jobs

ZERO = Decimal(0)
TIMES = frozenset({By.DAY, By.WEEK, By.MONTH})
PLACES = frozenset({By.MACHINE, By.LINE, By.AREA})
FINISHED = (JobOrderStatus.COMPLETED, JobOrderStatus.CLOSED)
Row = tuple[Any, datetime | None, Any]
"""What it is of (a machine, day, order or material by key, or nothing), when (to tell shifts apart), its evidence."""


TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant on, up to another. With `shifts` each fact is of the shift that ran, and of that shift's day."""

    start: datetime
    end: datetime
    shifts: Shifts | None = None

    @classmethod
    def of_days(cls, site: Site, window: Window) -> "Span":
        """The local days of a window, both included."""
        end = instant(window.last + timedelta(days=1), time(0), site.zone)
        return cls(instant(window.first, time(0), site.zone), end)

    @classmethod
    def of_shifts(cls, site: Site, window: Window) -> "Span":
        """The shifts of the days of a window, the whole of a night that ends a day later. Four statements at most."""
        shifts = shifts_of(site, window)
        return cls(*shifts.interval, shifts)


@dataclass(frozen=True, slots=True)
class PlacesOnly:
    """Narrows to a machine, line or area, a material or an order by their keys, a shift by its code; None: everything.

    A shift is told apart in a span that has shifts.
    """

    equipment: int | tuple[int, ...] | None = None
    definition: int | None = None
    work_request: int | None = None
    shift: str | None = None


@dataclass(frozen=True, slots=True)
class OfSlice:
    """One slice: the key in addresses, what people read, its evidence."""

    key: str
    label: str
    evidence: Any
    pk: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """The window as instants, and the machines that it is narrowed to."""

    site: Site
    start: datetime
    end: datetime
    by: By
    only: PlacesOnly
    machines: Sequence[int] | None
    shifts: Shifts | None


Read = Callable[[Site, Span, By, PlacesOnly], list[OfSlice]]


def first_passes(site: Site, span: Span, by: By, only: PlacesOnly) -> list[OfSlice]:
    """Pieces made for the first time, and how many of them were right. Six statements at most.

    By the day of the report; what quality decided against counts on the day on which it was found.
    """
    tree, asked = asked_of(site, span, by, only)
    return slices_of([*_reported(asked), *_decided(asked)], asked, tree, PassTotals())


def planned_jobs(site: Site, span: Span, by: By, only: PlacesOnly) -> list[OfSlice]:
    """Jobs whose planned end lies in the span and is over, and those that ended in their plan. Three statements.

    An end at midnight is of the day that ends there, as an end of a shift is of that shift.
    """
    tree, asked = asked_of(site, span, by, only)
    ended = JobResponse.objects.filter(job_order=OuterRef("pk"), reverses=None, reversal=None).order_by()
    ended_at = ended.values("job_order").annotate(last=Max("ended_at")).values("last")
    jobs = JobOrder.objects.filter(
        site=site, operations_type=OperationsType.PRODUCTION, planned_end__gt=asked.start,
        planned_end__lte=min(asked.end, clock.now()),
    ).exclude(status=JobOrderStatus.CANCELLED)  # fmt: skip
    jobs = narrowed(jobs, asked, "equipment_id", "work_request")
    key = key_of(asked, F("planned_end") - Value(TICK), F("equipment_id"), "work_request")
    when = when_of(asked, F("planned_end") - Value(TICK))
    rows: Any = jobs.annotate(finished=Subquery(ended_at)).order_by().values(of=key, at=when).annotate(
        due=Count("pk"),
        kept=Count("pk", filter=Q(status__in=FINISHED, finished__lte=F("planned_end"),
                                  finished__gte=F("planned_start"))),
    )  # fmt: skip
    return slices_of([(row["of"], row["at"], Kept(row["due"], row["kept"])) for row in rows], asked, tree, Kept())


def due_dates(site: Site, span: Span, by: By, only: PlacesOnly) -> list[OfSlice]:
    """Due dates of maintenance plans whose time ended in the span, and those done in time. Two statements."""
    tree, asked = asked_of(site, span, by, only)
    if only.definition is not None or only.work_request is not None:
        return []
    found = compliance_by_machine_and_time(site, asked.start, asked.end, clock.now(), asked.machines)
    rows = [
        (local_day(at, site.zone) if by in TIMES else machine if by in PLACES else site.pk, at,
         Kept(each.due, each.in_time))
        for (machine, at), each in found.items()
    ]  # fmt: skip
    return slices_of(rows, asked, tree, Kept())


def counted_lines(site: Site, span: Span, by: By, only: PlacesOnly) -> list[OfSlice]:
    """Lines of counts posted in the span, and those that agreed with the book. A machine is a place of the store here.

    Three statements at most.
    """
    tree, asked = asked_of(site, span, by, only)
    if only.work_request is not None:
        return []
    found = accuracy_by(
        site, asked.start, asked.end, equipment=asked.machines, material=only.definition,
        by_material=by == By.MATERIAL,
    )  # fmt: skip
    rows = [
        (local_day(each.at, site.zone) if by in TIMES else each.equipment if by in PLACES
         else each.material if by == By.MATERIAL else site.pk,
         each.at, Counted(each.accuracy.right, each.accuracy.counted))
        for each in found
    ]  # fmt: skip
    return slices_of(rows, asked, tree, Counted())


def asked_of(site: Site, span: Span, by: By, only: PlacesOnly) -> tuple[Tree | None, Asked]:
    tree = Tree(site) if by in PLACES or only.equipment is not None else None
    machines = tree.below(only.equipment) if tree is not None and only.equipment is not None else None
    return tree, Asked(site, span.start, span.end, by, only, machines, span.shifts)


def key_of(asked: Asked, when: Any, machine: Any, order: str) -> Any:
    """What rows are grouped by. `order`: the way from the row to its order."""
    if asked.by in TIMES:
        return TruncDate(ExpressionWrapper(when, DateTimeField()), tzinfo=asked.site.zone)
    if asked.by in PLACES:
        return machine
    if asked.by == By.MATERIAL:
        return F(f"{order}__production_request__definition_id")
    return F(f"{order}_id") if asked.by == By.ORDER else F("site_id")


def when_of(asked: Asked, when: Any) -> Any:
    """When it was, to the second, where that says its shift; else nothing: rows are grouped by `key_of` alone."""
    if asked.shifts is None:
        return Value(None, output_field=DateTimeField())
    return TruncSecond(ExpressionWrapper(when, DateTimeField()), tzinfo=UTC)


def narrowed(rows: QuerySet[Any], asked: Asked, machine: str, order: str) -> QuerySet[Any]:
    only = asked.only
    if asked.machines is not None:
        rows = rows.filter(**{f"{machine}__in": asked.machines})
    if only.work_request is not None:
        rows = rows.filter(**{f"{order}_id": only.work_request})
    if only.definition is not None:
        rows = rows.filter(**{f"{order}__production_request__definition_id": only.definition})
    return rows


def _reported(asked: Asked) -> list[Row]:
    """What jobs reported that are no rework, of any kind and good. By-products are not what the job is for."""
    job = "output__job_order"
    rows: Any = QuantityReport.objects.filter(
        site=asked.site, occurred_at__gte=asked.start, occurred_at__lt=asked.end,
        output__job_order__operations_type=OperationsType.PRODUCTION,
        output__material_use__in=(MaterialUse.PRODUCED, MaterialUse.CO_PRODUCT),
    )  # fmt: skip
    rows = rows.exclude(output__job_order__in=rework_jobs(asked.site)).filter(
        Q(job_response=None) | Q(job_response__is_rework=False)
    )
    rows = rows.alias(machine=Coalesce(F("job_response__equipment_id"), F(f"{job}__equipment_id")))
    rows = narrowed(rows, asked, "machine", f"{job}__work_request").order_by()
    key = key_of(asked, F("occurred_at"), F("machine"), f"{job}__work_request")
    sums = rows.values("unit", of=key, at=when_of(asked, F("occurred_at"))).annotate(
        made=Sum("quantity"), right=Sum(Case(When(kind=QuantityKind.GOOD, then=F("quantity")), default=ZERO)),
    )  # fmt: skip
    return [(row["of"], row["at"], PassTotals(((row["unit"], PassPieces(row["made"], row["right"])),))) for row in sums]


def _decided(asked: Asked) -> list[Row]:
    """Pieces reported as good that quality decided against, negative."""
    decisions = decided_of_jobs_found(asked.site, asked.start, asked.end)
    if not decisions:
        return []
    of_jobs = OutputTotal.objects.filter(output__job_order__in={each.job for each in decisions}).order_by()
    held = dict(of_jobs.values_list("output__job_order_id").annotate(Sum("review")))
    found = against_good(decisions, held)
    return [
        (_of(each, asked), each.found_at, PassTotals(((each.unit, PassPieces(right=-quantity)),)))
        for each, quantity in found if quantity and _is_asked(each, asked)
    ]  # fmt: skip


def _is_asked(each: Decided, asked: Asked) -> bool:
    only = asked.only
    return (
        asked.start <= each.found_at < asked.end
        and (asked.machines is None or each.machine in asked.machines)
        and only.work_request in (None, each.order)
        and only.definition in (None, each.material)
    )


def _of(each: Decided, asked: Asked) -> Any:
    if asked.by in TIMES:
        return local_day(each.found_at, asked.site.zone)
    if asked.by in PLACES:
        return each.machine
    return {By.MATERIAL: each.material, By.ORDER: each.order}.get(asked.by, asked.site.pk)


def of_shift(read: Read, site: Site, span: Span, shift: str, place: int | None, nothing: Any) -> Any:
    """One of these figures' evidence of a shift of a span at a place; `nothing` where there is none of it."""
    found = read(site, span, By.SITE, PlacesOnly(place, shift=shift))
    return found[0].evidence if found else nothing


def slices_of(rows: Iterable[Row], asked: Asked, tree: Tree | None, empty: Any) -> list[OfSlice]:
    sums: dict[Any, Any] = {}
    for of, evidence in _of_shifts(rows, asked):
        key = rolled_up(of, asked.by, tree)
        sums[key] = sums.get(key, empty) + evidence
    known = {key for key in sums if key is not None}
    names: Mapping[Any, tuple[str, str, int | None]] = {None: ("", "", None), **names_of(known, asked.by, tree)}
    found = [OfSlice(names[key][0], names[key][1], evidence, names[key][2]) for key, evidence in sums.items()]
    return sorted(found, key=lambda each: each.key)


def _of_shifts(rows: Iterable[Row], asked: Asked) -> Iterator[tuple[Any, Any]]:
    """The rows of the shifts asked for, of their shift or of its day; all rows as they are without shifts."""
    for of, at, evidence in rows:
        if asked.shifts is None or at is None:
            yield of, evidence
            continue
        found = asked.shifts.of(at)
        if found is None or asked.only.shift not in (None, found[1]):
            continue
        day, code = found
        yield code if asked.by == By.SHIFT else day if asked.by in TIMES else of, evidence


def rolled_up(of: Any, by: By, tree: Tree | None) -> Any:
    if by == By.WEEK:
        return of - timedelta(days=of.weekday())
    if by == By.MONTH:
        return of.replace(day=1)
    return None if of is None else above(tree, by, of)
