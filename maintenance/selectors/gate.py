"""What maintenance says before a start: the machine is in its hands, or something is overdue on it."""

from datetime import datetime

from django.utils.translation import gettext as _

from maintenance.models import MaintenanceJob, PlanOccurrence
from mom.plant.models import Person
from mom.work.engine.terms import OperationsType
from mom.work.models import JobOrder
from mom.work.public import Blocker

IS_IN_HAND = """%(kind)s <> 'maintenance' AND EXISTS (
    SELECT FROM maintenance_maintenancejob
    WHERE equipment_id = %(equipment)s AND takes_machine AND arrived_at IS NOT NULL AND handed_back_at IS NULL
      AND given_up_at IS NULL)"""
IS_DUE = """%(kind)s <> 'maintenance' AND EXISTS (
    SELECT FROM maintenance_planoccurrence o JOIN maintenance_maintenanceplan p ON p.id = o.plan_id
    WHERE p.equipment_id = %(equipment)s AND o.status = 'open' AND o.due_at <= %(at)s)"""


def machine_in_hand(job_order: JobOrder, _at: datetime, _person: Person | None = None) -> list[Blocker]:
    """A maintenance job on the machine has begun and nobody has signed it off. One statement.

    Another maintenance job may begin beside it.
    """
    if job_order.equipment_id is None or job_order.operations_type == OperationsType.MAINTENANCE:
        return []
    rows = MaintenanceJob.objects.filter(
        equipment=job_order.equipment_id, takes_machine=True, arrived_at__isnull=False, handed_back_at=None,
        given_up_at=None,
    )  # fmt: skip
    return [
        Blocker("machine_under_maintenance", _sentence(job), job.code, cleared_by=str(_("Maintenance")))
        for job in rows.select_related("equipment").order_by("arrived_at", "pk")
    ]


def _sentence(job: MaintenanceJob) -> str:
    words = {"machine": job.equipment.code, "job": job.code}
    if job.repaired_at is not None:
        return _("%(machine)s is repaired, but job %(job)s is not signed off.") % words
    return _("%(machine)s is under maintenance: job %(job)s.") % words


def maintenance_due(job_order: JobOrder, at: datetime, _person: Person | None = None) -> list[Blocker]:
    """A planned job of the machine is due and not begun. One statement.

    What is overdue has another code than what is due, so that a rule or a signature can tell them apart.
    """
    if job_order.equipment_id is None or job_order.operations_type == OperationsType.MAINTENANCE:
        return []
    rows = PlanOccurrence.objects.filter(
        plan__equipment=job_order.equipment_id, status="open", due_at__lte=at, job__arrived_at=None
    )
    found = []
    for each in rows.select_related("plan__equipment", "job").order_by("due_at"):
        words = {"machine": each.plan.equipment.code, "job": each.job.code if each.job else "", "plan": each.plan.code}
        is_overdue = each.window_ends_at < at
        code = "maintenance_overdue" if is_overdue else "maintenance_due"
        overdue = _("%(machine)s: planned maintenance %(plan)s is overdue. Do job %(job)s first.") % words
        due = _("%(machine)s: planned maintenance %(plan)s is due, job %(job)s.") % words
        found.append(Blocker(code, overdue if is_overdue else due, words["job"], cleared_by=str(_("Maintenance"))))
    return found
