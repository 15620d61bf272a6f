"""What the overview shows: figures, machines with job and load, orders in work, what needs somebody."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, DateTimeField, DecimalField, F, OuterRef, Q, Subquery, Sum
from django.db.models import Window as Over
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from analytics.engine.book import BOOK
from analytics.engine.kpi import Basis, Kpi, KpiValue, Missing, Trend
from analytics.engine.parts import ZERO_TIME, Times
from analytics.models import DirtyDay, WorkBucket
from analytics.selectors.series import By, evidence_by, nothing
from analytics.selectors.slices import Window
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.engine.task_run import TaskRunStatus
from mom.core.models import TaskRun
from mom.plant.models import Equipment
from mom.plant.selectors.equipment import area_of, machine_list
from mom.plant.selectors.scope import for_actor
from mom.work.engine.progress import expected_by_now, pace
from mom.work.engine.terms import OPEN_WORK_REQUEST_STATUSES, OUTPUT_USES, JobOrderStatus, WorkKind
from mom.work.models import JobOrder, JobRequirement, JobResponse, WorkRequest
from mom.work.models.labels import JOB_ORDER_STATUS, WORK_KIND
from mom.work.permissions import VIEW as WORK_VIEW
from production.selectors.order import IN_WORK, OrderFigures, is_late, order_list

TILES = (
    "finished_pieces",
    "reported_quality_ratio",
    "corrective_downtime",
    "reported_setup_ratio",
    "orders_finished",
    "order_lead_time",
)
SPARKS = 8
LOAD_DAYS = 7
MOST_ORDERS = 10
MOST_OF_A_KIND = 5
VIEW_IMPORT = "erp.view_import"  # by its name: imports are of a storey above
IMPORT_IS_NEWS = timedelta(days=3)
BEGUN = (JobOrderStatus.RUNNING, JobOrderStatus.SUSPENDED, JobOrderStatus.HELD)


@dataclass(frozen=True)
class Tile:
    """A figure of the window, the same of the window before, and eight values on the way."""

    kpi: Kpi
    now: KpiValue
    before: KpiValue
    series: tuple[Decimal | None, ...]

    @property
    def change(self) -> Decimal | None:
        """The difference to the window before; None where one of the two has no value."""
        if self.now.value is None or self.before.value is None or self.now.unit != self.before.unit:
            return None
        return self.now.value - self.before.value

    @property
    def is_worse(self) -> bool:
        """Whether the change goes the wrong way."""
        if not self.change or self.kpi.trend == Trend.NEITHER:
            return False
        return (self.change < 0) == (self.kpi.trend == Trend.HIGHER)


def tiles(site: Site, window: Window) -> list[Tile]:
    """The figures of `window` beside those of the window before. Three statements.

    The values on the way are those of eight equal stretches of the window (or of its days, where it has fewer).
    """
    before = window.before()
    both, found = Window(before.first, window.last), []
    days: dict[Basis, list[tuple[date, Any]]] = {}
    for kpi_id in TILES:
        kpi = BOOK[kpi_id]
        if kpi.basis not in days:
            rows = evidence_by(kpi.basis, site, both, By.DAY).rows
            days[kpi.basis] = [(date.fromisoformat(each.key), each.evidence) for each in rows]
        found.append(_tile(kpi, days[kpi.basis], before, window))
    return found


def _tile(kpi: Kpi, days: list[tuple[date, Any]], before: Window, window: Window) -> Tile:
    def over(first: date, last: date) -> KpiValue:
        return kpi.of(sum((each for day, each in days if first <= day <= last), nothing(kpi.basis)))

    series = tuple(over(a, b).value for a, b in _stretches(window))
    has_before = any(day <= before.last for day, _evidence in days)
    held_against = over(before.first, before.last) if has_before else KpiValue(None, kpi.unit, Missing.NO_DATA)
    return Tile(kpi, over(window.first, window.last), held_against, series)


def _stretches(window: Window) -> list[tuple[date, date]]:
    length = (window.last - window.first).days + 1
    count = min(SPARKS, length)
    edges = [window.first + timedelta(days=length * number // count) for number in range(count + 1)]
    return [(edges[number], edges[number + 1] - timedelta(days=1)) for number in range(count)]


@dataclass(frozen=True)
class Job:
    """A begun job at a machine: what it makes, how far it is and how far it should be."""

    job: Any  # a JobOrder with the annotations of `_begun_jobs`
    now: datetime

    @property
    def state(self) -> str:
        """The colour of its status; while it stands or is set up, of that."""
        if self.is_stopped or self.job.open_kind == WorkKind.SETUP:
            return WORK_KIND.state(self.job.open_kind) or "plan"
        return JOB_ORDER_STATUS.state(self.job.status)

    @property
    def status_word(self) -> str | Promise:
        """Its status in words; while it stands, why."""
        if self.is_stopped:
            return str(self.job.open_reason) if self.job.open_reason else _("Stopped, no reason yet")
        if self.job.open_kind == WorkKind.SETUP:
            return WORK_KIND.label(WorkKind.SETUP)
        return JOB_ORDER_STATUS.label(self.job.status)

    @property
    def is_stopped(self) -> bool:
        """Whether a stop was logged and goes on."""
        return bool(self.job.open_is_stop)

    @property
    def since(self) -> timedelta | None:
        """How long it has been running."""
        return self.now - self.job.open_since if self.job.open_since else None

    @property
    def good(self) -> Decimal:
        return self.job.good if self.job.good is not None else Decimal(0)

    @property
    def expected(self) -> Decimal | None:
        """What should be good by now, from the plan or else from first start and due date."""
        start = self.job.planned_start or self.job.first_start
        return expected_by_now(self.job.ordered, start, self.job.planned_end or self.job.latest_end, self.now)

    @property
    def difference(self) -> Decimal | None:
        """Good less expected."""
        return None if self.expected is None else self.good - self.expected

    @property
    def pace(self) -> str:
        """How its bar of progress is marked."""
        end = self.job.planned_end or self.job.latest_end
        return pace(self.good, self.job.ordered, self.expected, is_overdue=bool(end and end < self.now))


@dataclass
class MachineLine:
    """One machine: its jobs in work, the load of each of the last days, and their sum."""

    machine: Equipment
    area: str
    jobs: list[Job] = field(default_factory=list)
    days: dict[date, Times] = field(default_factory=dict)

    @property
    def job(self) -> Job | None:
        """The job that shows: a running one before one that stands."""
        return self.jobs[0] if self.jobs else None

    @property
    def more(self) -> int:
        """How many jobs besides that one are begun here."""
        return max(0, len(self.jobs) - 1)

    @property
    def load(self) -> Times:
        """The sum over the days."""
        return sum(self.days.values(), Times())


def machine_lines(actor: Actor, site: Site, last: date, now: datetime) -> list[MachineLine]:
    """Every machine of the site by area, with its load over the seven days up to `last`. Three statements."""
    lines = {
        machine.pk: MachineLine(machine, _area_name(machine))
        for machine in machine_list(actor, site).filter(is_active=True)
    }
    for job in _begun_jobs(actor, site):
        if job.equipment_id in lines:
            lines[job.equipment_id].jobs.append(Job(job, now))
    for line in lines.values():
        line.jobs.sort(key=lambda each: (each.job.status != JobOrderStatus.RUNNING, each.job.code))
    for equipment, day, times in _loads(site, Window(last - timedelta(days=LOAD_DAYS - 1), last)):
        if equipment in lines:
            lines[equipment].days[day] = times
    return list(lines.values())


def _area_name(machine: Equipment) -> str:
    area = area_of(machine)
    return (area.name or area.code) if area is not None else ""


def _begun_jobs(actor: Actor, site: Site) -> Iterable[Any]:
    outputs = JobRequirement.objects.filter(job_order=OuterRef("pk"), material_use__in=OUTPUT_USES)
    outputs = outputs.order_by("position", "id")
    responses = JobResponse.objects.filter(job_order=OuterRef("pk"), reverses=None, reversal__isnull=True)
    rows = for_actor(JobOrder.objects.filter(site=site, status__in=BEGUN, equipment__isnull=False), actor, WORK_VIEW)
    return rows.select_related("work_request").annotate(
        ordered=Subquery(outputs.values("quantity")[:1], output_field=DecimalField()),
        unit=Subquery(outputs.values("unit")[:1]),
        good=Subquery(outputs.values("total__good")[:1], output_field=DecimalField()),
        material=Subquery(outputs.values("definition__name")[:1]),
        material_code=Subquery(outputs.values("definition__code")[:1]),
        first_start=Subquery(responses.order_by("started_at").values("started_at")[:1]),
        open_since=Subquery(
            responses.filter(ended_at=None).order_by("started_at").values("started_at")[:1],
            output_field=DateTimeField(),
        ),
        open_kind=Subquery(responses.filter(ended_at=None).values("work_kind")[:1]),
        open_is_stop=Subquery(responses.filter(ended_at=None).values("is_stop")[:1]),
        open_reason=Subquery(responses.filter(ended_at=None).values("reason__name")[:1]),
    )


def _loads(site: Site, window: Window) -> Iterable[tuple[int, date, Times]]:
    rows = WorkBucket.objects.filter(site=site, day__range=(window.first, window.last), equipment__isnull=False)
    sums = (
        rows.order_by()
        .values("equipment", "day")
        .annotate(
            times_setup=Sum("setup"),
            times_production=Sum("production"),
            times_breakdown=Sum("breakdown"),
            times_other=Sum("other"),
        )
    )
    sums_by_name: Any = sums
    for row in sums_by_name:
        kinds = (row[f"times_{name}"] or ZERO_TIME for name in ("setup", "production", "breakdown", "other"))
        yield row["equipment"], row["day"], Times(*kinds)


@dataclass(frozen=True)
class OrderCounts:
    """How many of the open orders are in work, and how many are late."""

    in_work: int
    late: int


def order_counts(actor: Actor, site: Site, now: datetime) -> OrderCounts:
    """Both at once. One statement."""
    rows = order_list(actor, site).filter(status__in=OPEN_WORK_REQUEST_STATUSES)
    in_work, late = Count("pk", filter=Q(status__in=IN_WORK)), Count("pk", filter=is_late(now))
    return OrderCounts(**rows.aggregate(in_work=in_work, late=late))


def orders_in_work(actor: Actor, site: Site, now: datetime) -> list[OrderFigures]:
    """The orders in work that are due first. One statement."""
    rows = order_list(actor, site).filter(status__in=IN_WORK)
    first_due = rows.order_by(F("due_at").asc(nulls_last=True), "created_at", "id")[:MOST_ORDERS]
    return [OrderFigures(row, now) for row in first_due]


@dataclass(frozen=True)
class Attention:
    """What needs somebody: late orders, held jobs, imports that failed or refused rows."""

    late_orders: Sequence[WorkRequest]
    held_jobs: Sequence[Any]
    imports: Sequence[Any]
    late_count: int
    held_count: int

    @property
    def count(self) -> int:
        return self.late_count + self.held_count + len(self.imports)


def attention(actor: Actor, site: Site, now: datetime, late_count: int) -> Attention:
    """The worst of each kind, and how many there are; the late orders were counted already. Three statements."""
    late = order_list(actor, site).filter(is_late(now)).order_by("due_at")
    held = for_actor(JobOrder.objects.filter(site=site, status=JobOrderStatus.HELD), actor, WORK_VIEW)
    held = held.select_related("equipment", "work_request")
    held_jobs = list(held.annotate(of_all=Over(Count("*"))).order_by("latest_end", "id")[:MOST_OF_A_KIND])
    runs = TaskRun.objects.filter(site=site.code, kind__startswith="erp.", finished_at__gte=now - IMPORT_IS_NEWS)
    if not actor.may(VIEW_IMPORT, site.code):
        runs = runs.none()
    troubled = runs.annotate(refused=Count("issues")).filter(Q(status=TaskRunStatus.FAILED) | Q(refused__gt=0))
    return Attention(
        late_orders=list(late[:MOST_OF_A_KIND]),
        held_jobs=held_jobs,
        imports=list(troubled.order_by("-finished_at")[:MOST_OF_A_KIND]),
        late_count=late_count,
        held_count=held_jobs[0].of_all if held_jobs else 0,
    )


def has_orders(site: Site) -> bool:
    """Whether the site has any order. One statement."""
    return WorkRequest.objects.filter(site=site).exists()


def days_to_compute(site: Site) -> int:
    """How many days wait for a worker; their figures are of before. One statement."""
    return DirtyDay.objects.filter(site=site).count()


def by_area(lines: Iterable[MachineLine]) -> list[tuple[str, list[MachineLine]]]:
    """The machines of each area, in the order of the lines."""
    groups: dict[str, list[MachineLine]] = defaultdict(list)
    for line in lines:
        groups[line.area].append(line)
    return list(groups.items())
