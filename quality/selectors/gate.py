"""What quality says before a start: parts in doubt that nobody decided about, inspections that come first."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from mom.plant.models import Person
from mom.work.engine.terms import OUTPUT_USES, OperationsType
from mom.work.models import JobOrder
from mom.work.public import Blocker
from quality.engine.terms import OPEN_NONCONFORMANCES, InspectionStatus
from quality.models import Inspection, Nonconformance

MAY_BE_IN_DOUBT = """%(kind)s = 'production' AND EXISTS (
    SELECT FROM quality_nonconformance n LEFT JOIN work_joborder j ON j.id = n.job_order_id
    WHERE n.site_id = %(site)s AND n.status IN ('open', 'contained')
      AND (n.equipment_id = %(equipment)s OR j.work_request_id = %(order)s))"""
MAY_COME_FIRST = """%(kind)s = 'production' AND EXISTS (
    SELECT FROM quality_inspection i JOIN work_joborder j ON j.id = i.inspected_job_id
    WHERE i.status = 'due' AND i.is_blocking AND i.site_id = %(site)s
      AND (j.work_request_id = %(order)s OR j.equipment_id = %(equipment)s))"""


def nonconformance_open(job_order: JobOrder, _at: datetime, _person: Person | None = None) -> list[Blocker]:
    """Nonconformances of the job's order, or of its product at its machine, that nobody has decided. One statement."""
    if job_order.operations_type != OperationsType.PRODUCTION:
        return []
    makes = job_order.requirements.filter(material_use__in=OUTPUT_USES).values("definition")
    same_stream = Q(material__in=makes, equipment=job_order.equipment_id) if job_order.equipment_id else Q(pk=None)
    rows = Nonconformance.objects.filter(
        Q(job_order__work_request=job_order.work_request_id) | same_stream,
        site=job_order.site_id,
        status__in=list(OPEN_NONCONFORMANCES),
    )
    # The rework that a part of it was sent to must go on, whatever of it is still open.
    rows = rows.exclude(dispositions__rework_job=job_order).order_by("found_at", "id").distinct()
    return [
        Blocker(
            code="nonconformance_open",
            sentence=_("%(ncr)s is open: %(title)s. Decide what becomes of the parts.") % {"ncr": code, "title": title},
            subject=code,
            cleared_by=str(_("Quality engineer")),
        )
        for code, title in rows.values_list("code", "title")[:10]
    ]


def inspection_due(job_order: JobOrder, _at: datetime, _person: Person | None = None) -> list[Blocker]:
    """Inspections that the plan wants done before the next start of this order or at this machine. One statement."""
    if job_order.operations_type != OperationsType.PRODUCTION:
        return []
    here = Q(inspected_job__work_request=job_order.work_request_id)
    if job_order.equipment_id is not None:
        here |= Q(inspected_job__equipment=job_order.equipment_id)
    rows = Inspection.objects.filter(here, site=job_order.site_id, is_blocking=True, status=InspectionStatus.DUE)
    return [
        Blocker(
            code="inspection_due",
            sentence=_("Inspection %(inspection)s of job %(job)s is due. Measure first.")
            % {"inspection": code, "job": job},
            subject=code,
            cleared_by=str(_("Operator")),
        )
        for code, job in rows.order_by("due_at").values_list("job_order__code", "inspected_job__code")[:10]
    ]
