"""Production's part in the life of its jobs, and the jobs that other domains ask it for: rework."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from mom.core.errors import NotFound
from mom.core.use_case import UseCase
from mom.work.models import JobOrder, QuantityReport
from production.services.job_change import Rework, make_rework_job
from production.services.rework import rework_order
from production.services.step_answer import refuse_open_steps


class ProductionJobs:
    """A job is not finished before the steps of its work instruction are answered."""

    def started(self, act: UseCase, job_order: JobOrder, at: datetime) -> None:
        """Nothing."""

    def start_undone(self, act: UseCase, job_order: JobOrder) -> None:
        """Nothing: an answered step is an act on the job, and stands against it."""

    def reported(self, act: UseCase, job_order: JobOrder, reports: list[QuantityReport]) -> None:
        """Nothing: material is taken by hand."""

    def finished(self, act: UseCase, job_order: JobOrder) -> None:
        """Raises: Conflict with the steps that nobody answered, where the area asks for them."""
        refuse_open_steps(job_order)

    def request(self, act: UseCase, site_id: int, wish: Mapping[str, Any]) -> JobOrder:
        """Make a rework job: `{"job_order": key, "quantity": ..., "reference": code}`, and an `operation` if wanted.

        Where no job of an order is to do it again, `material_id` instead: an order of its own (`rework_order`).
        Raises: NotFound; Conflict and InvalidInput as `job_change.rework`.
        """
        if "material_id" in wish:
            return rework_order(act, site_id, wish)
        if not JobOrder.objects.filter(pk=wish["job_order"], site=site_id).exists():
            raise NotFound
        rework = Rework(
            Decimal(wish["quantity"]), operation=wish.get("operation", ""), reference=wish.get("reference", "")
        )
        return make_rework_job(act, wish["job_order"], rework)
