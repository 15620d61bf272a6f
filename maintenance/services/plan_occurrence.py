"""What becomes of a due date when its job ends, and where its plan stands afterwards. All join the transaction."""

from datetime import datetime

from maintenance.engine import recurrence
from maintenance.engine.terms import DueBasis, OccurrenceStatus
from maintenance.models import MaintenanceJob, MaintenancePlan, PlanOccurrence
from maintenance.selectors.meter import counted_in_all
from mom.core.use_case import UseCase


def locked_plan(pk: int) -> MaintenancePlan | None:
    """The plan, locked for the rest of the transaction. Two schedulers queue here."""
    rows = MaintenancePlan.objects.select_for_update(of=("self",)).select_related("site", "equipment__site", "job_plan")
    return rows.filter(pk=pk).order_by("pk").first()


def completed(act: UseCase, job: MaintenanceJob) -> None:
    """The job of a due date is signed off: it was done when the work was, and the plan counts on from there."""
    _ended(act, job, OccurrenceStatus.DONE, job.repaired_at)


def cancelled(act: UseCase, job: MaintenanceJob) -> None:
    """The job of a due date was given up: it neither counts as due nor as done, and the plan counts on from now."""
    _ended(act, job, OccurrenceStatus.CANCELLED, None)


def _ended(act: UseCase, job: MaintenanceJob, status: OccurrenceStatus, completed_at: datetime | None) -> None:
    plan_id = PlanOccurrence.objects.filter(job=job, status="open").values_list("plan_id", flat=True).first()
    if plan_id is None:
        return
    plan = locked_plan(plan_id)
    occurrence = PlanOccurrence.objects.select_for_update().get(job=job)
    occurrence.status, occurrence.completed_at = status, completed_at
    occurrence.save(update_fields=["status", "completed_at"])
    if plan is not None:
        begin_anew(plan, completed_at or act.now)
    act.record(
        f"maintenance.due_{status}", subject=plan or occurrence, site=job.site.code,
        after={"number": occurrence.number, "job": job.code, "due": occurrence.due_at, "done": completed_at},
    )  # fmt: skip


def begin_anew(plan: MaintenancePlan, at: datetime) -> None:
    """The meter starts again from what it shows now, a floating date from `at`; fixed dates went on by themselves."""
    if plan.rule and plan.basis == DueBasis.COMPLETED:
        plan.next_due_at = recurrence.after_completion(plan.rule, at, plan.site.zone)
    if plan.meter_kind:
        plan.meter_at = counted_in_all(plan.equipment_id, plan.meter_kind)
    plan.version += 1
    plan.save(update_fields=["next_due_at", "meter_at", "version", "changed_at"])
