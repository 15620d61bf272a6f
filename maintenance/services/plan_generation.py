"""Plans come due: the job of each due date is made exactly once, whoever asks and however often.

A scheduler is only a bell. What is due is computed from the plans; two that ask at once queue at the plan, and the
second finds the due date open. The database holds that too: one number, one calendar date, one open due date a plan.
"""

from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils.translation import gettext as _

from maintenance.engine import recurrence
from maintenance.engine.due import Due, Standing, due
from maintenance.engine.terms import DueBasis, DueCause, MaintenanceKind, OccurrenceStatus
from maintenance.models import MaintenanceJob, MaintenancePlan, PlanOccurrence
from maintenance.selectors.job_plan import current_version
from maintenance.selectors.meter import counted_in_all, with_meter
from maintenance.services import maintenance_job, meter
from maintenance.services.plan_occurrence import locked_plan
from mom.core import clock
from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.errors import Conflict
from mom.core.use_case import UseCase, use_case
from mom.events.maintenance import PlanCameDue
from mom.plant.models import Equipment
from mom.work.models import EquipmentReservation, JobOrder
from mom.work.public import reserve_equipment

TRIES = 3
MOST_MISSED = 400
"""So many missed dates are written down in one go: a daily plan that nobody looked at for a year."""


def generate_due(actor: Actor) -> int:
    """Make the jobs of all that is due now; gives how many. Each plan is a use case of its own."""
    with use_case(actor) as act:
        meter.count(act, meter.metered_machines())
    return sum(generate(actor, pk) for pk in due_plans(clock.now()))


def due_plans(now: datetime) -> list[int]:
    """Plans that look due, paused ones aside. One statement, however many plans there are."""
    rows = MaintenancePlan.objects.filter(is_active=True, paused_at=None)
    by_date = Q(next_due_at__lte=now + F("lead"))
    by_meter = Q(meter_interval__isnull=False, counted__gte=F("meter_interval")) & ~Q(occurrences__status="open")
    return list(with_meter(rows, now).filter(by_date | by_meter).order_by("pk").values_list("pk", flat=True).distinct())


def generate(actor: Actor, plan_id: int) -> bool:
    """Make the job of one plan where it is due; says whether one was made."""
    with use_case(actor, _("Plan came due")) as act:
        plan = locked_plan(plan_id)
        if plan is None or not plan.is_active or plan.paused_at is not None:
            return False
        if PlanOccurrence.objects.filter(plan=plan, status=OccurrenceStatus.OPEN).exists():
            _miss_what_passed(act, plan)
            return False
        found = due(_standing(plan), act.now)
        if found is None:
            return False
        return _make(act, plan, found) is not None


def _standing(plan: MaintenancePlan) -> Standing:
    counted = None
    if plan.meter_kind:
        counted = counted_in_all(plan.equipment_id, plan.meter_kind) - plan.meter_at
    return Standing(plan.next_due_at, plan.lead, counted, plan.meter_interval)


def _make(act: UseCase, plan: MaintenancePlan, found: Due) -> MaintenanceJob | None:
    version = current_version(plan.job_plan_id)
    if version is None:
        return None  # a job plan without steps yet: nothing that anybody could do
    start = max(found.at, act.now)
    planned = free_stretch(plan.equipment, start, version.duration) if plan.takes_machine else None
    new = maintenance_job.NewMaintenanceJob(
        plan.equipment, MaintenanceKind.PREVENTIVE, plan.name or plan.job_plan.name or plan.code, version,
        takes_machine=plan.takes_machine, due_at=found.at, planned=planned,
    )  # fmt: skip
    job = maintenance_job.add(act, new)
    occurrence = _occurrence(plan, found.at, found.cause, job=job)
    if planned is not None:
        _reserve(act, job.job_order, plan.equipment, start, version.duration)
    _go_on(plan, found)
    after = {"number": occurrence.number, "job": job.code, "due": found.at, "because": found.cause}
    act.record("maintenance.plan_came_due", subject=plan, site=plan.site.code, after=after)
    act.publish(
        PlanCameDue(plan.site.code, plan.pk, plan.code, occurrence.number, job.pk, found.at),
        key=f"maintenance_plan:{plan.pk}",
    )
    return job


def _occurrence(
    plan: MaintenancePlan, at: datetime, cause: DueCause, *, job: MaintenanceJob | None = None
) -> PlanOccurrence:
    last = PlanOccurrence.objects.filter(plan=plan).order_by("-number").values_list("number", flat=True).first() or 0
    twice = Conflict(_("This plan came due already."), code="due_already")
    names = ("once", "one_open", "date_once")
    with translating({f"maintenance_planoccurrence_{name}": lambda: twice for name in names}):
        return PlanOccurrence.objects.create(
            site=plan.site, plan=plan, number=last + 1, cause=cause, due_at=at, window_ends_at=at + plan.tolerance,
            status=OccurrenceStatus.OPEN if job else OccurrenceStatus.MISSED, job=job,
        )  # fmt: skip


def _go_on(plan: MaintenancePlan, found: Due) -> None:
    """Fixed dates go on at once; a floating one is known when the job is done."""
    if not plan.rule:
        return
    if plan.basis == DueBasis.COMPLETED or plan.starts_at is None:
        plan.next_due_at = None
    elif found.cause == DueCause.CALENDAR:
        plan.next_due_at = recurrence.next_due(plan.rule, plan.starts_at, found.at, plan.site.zone)
    plan.version += 1
    plan.save(update_fields=["next_due_at", "version", "changed_at"])


def _miss_what_passed(act: UseCase, plan: MaintenancePlan) -> None:
    """Dates that passed while the job of an earlier one is open: no second job, but they were due and not done."""
    for _number in range(MOST_MISSED):
        if plan.next_due_at is None or plan.next_due_at > act.now:
            return
        found = Due(plan.next_due_at, DueCause.CALENDAR)
        occurrence = _occurrence(plan, found.at, found.cause)
        _go_on(plan, found)
        after = {"number": occurrence.number, "due": found.at}
        act.record("maintenance.due_missed", subject=plan, site=plan.site.code, after=after)


def free_stretch(equipment: Equipment, start: datetime, duration: timedelta) -> tuple[datetime, datetime]:
    """The first stretch from `start` on in which nobody has reserved the machine. One statement."""
    rows = EquipmentReservation.objects.filter(equipment=equipment, ended_at__gt=start)
    for begins, ends in rows.order_by("started_at").values_list("started_at", "ended_at"):
        if begins >= start + duration:
            break
        start = max(start, ends)
    return start, start + duration


def _reserve(act: UseCase, job_order: JobOrder, equipment: Equipment, start: datetime, duration: timedelta) -> None:
    """Give the job its machine, where it is free; taken by others meanwhile, the next free stretch."""
    for _try in range(TRIES):
        begins, ends = free_stretch(equipment, start, duration)
        try:
            reserve_equipment(act, job_order, equipment, begins, ends)
        except Conflict:
            continue
        if (job_order.planned_start, job_order.planned_end) != (begins, ends):
            job_order.planned_start, job_order.planned_end = begins, ends
            job_order.version += 1
            job_order.save(update_fields=["planned_start", "planned_end", "version"])
        return
