"""Maintenance's part in the life of a job on the spine. Every method joins the caller's transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from maintenance.engine.terms import MaintenanceKind, Urgency
from maintenance.models import MaintenanceJob
from maintenance.services import maintenance_job
from mom.core.errors import Conflict, InvalidInput
from mom.core.use_case import UseCase
from mom.plant.models import Equipment
from mom.work.models import JobOrder, QuantityReport


class MaintenanceKindOfJob:
    """A job that was begun anywhere is begun here too; it is finished on its own page, with cause and outcome."""

    def started(self, act: UseCase, job_order: JobOrder, at: datetime) -> None:
        """Somebody is at the machine."""
        job = MaintenanceJob.objects.filter(job_order=job_order).select_related("site").first()
        if job is not None and job.arrived_at is None:
            accepted = job.accepted_at or max(at, job.reported_at)
            maintenance_job.keep(act, job, "job_begun", accepted_at=accepted, arrived_at=max(at, accepted))

    def start_undone(self, act: UseCase, job_order: JobOrder) -> None:
        """Nobody is at the machine after all. Raises: Conflict where something was done on the job since."""
        maintenance_job.not_arrived(act, job_order)

    def reported(self, act: UseCase, job_order: JobOrder, reports: list[QuantityReport]) -> None:
        """Maintenance makes no pieces."""

    def finished(self, act: UseCase, job_order: JobOrder) -> None:
        """Raises: Conflict where nobody said how it ended."""
        is_repaired = MaintenanceJob.objects.filter(job_order=job_order, repaired_at__isnull=False).exists()
        if not is_repaired and MaintenanceJob.objects.filter(job_order=job_order).exists():
            sentence = _("Finish job %(job)s on its maintenance page: its outcome and cause are asked there.")
            raise Conflict(sentence % {"job": job_order.code}, code="maintenance_outcome_missing")

    def request(self, act: UseCase, site_id: int, wish: Mapping[str, Any]) -> JobOrder:
        """A repair that another domain asks for: `machine` (code), `operation`, `urgency`. Raises: InvalidInput."""
        machine = Equipment.objects.select_related("site").filter(site=site_id, code=wish.get("machine", "")).first()
        if machine is None or not wish.get("operation"):
            raise InvalidInput({"machine": [_("Say on which machine, and what is to be done.")]})
        new = maintenance_job.NewMaintenanceJob(
            machine, MaintenanceKind.CORRECTIVE, str(wish["operation"]),
            priority=maintenance_job.PRIORITY[Urgency(wish.get("urgency", Urgency.SHIFT))],
        )  # fmt: skip
        return maintenance_job.add(act, new).job_order
