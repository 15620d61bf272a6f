"""Reports in a few words, recorded through the services that imports use."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from mom.accounts.models import Site
from mom.core.use_case import UseCase
from mom.plant.models import Equipment, MaterialDefinition, Person
from mom.work.engine.terms import JobOrderStatus, WorkRequestStatus
from mom.work.services import reported_work as reported
from production.models import ProductionRequest


@dataclass
class Shop:
    """A site with what its reports need, made as they come."""

    site: Site
    material: MaterialDefinition

    @classmethod
    def make(cls, site: Site, unit: str = "C62") -> "Shop":
        """Joins an open use case."""
        return cls(site, MaterialDefinition.objects.create(site=site, code=f"PART-{unit}", name="Part", unit=unit))

    def machine(self, code: str) -> Equipment:
        return Equipment.objects.get_or_create(site=self.site, code=code, defaults={"level": "work_cell"})[0]

    def person(self, code: str) -> Person:
        return Person.objects.get_or_create(site=self.site, code=code)[0]

    def order(self, act: UseCase, code: str) -> int:
        known = reported.order_ids(self.site, [code])
        if code not in known:
            known = reported.add_orders(act, self.site, {code: ""}, WorkRequestStatus.COMPLETED)
            ProductionRequest.objects.create(
                site=self.site,
                work_request_id=known[code],
                definition=self.material,
                quantity=1,
                unit=self.material.unit,
            )
        return known[code]

    def record(self, act: UseCase, rows: Iterable[Mapping[str, Any]]) -> None:
        """Record reports in the shape of the golden input."""
        work = [self._work(act, row) for row in rows]
        reported.record_reported_work(act, self.site, work)

    def _work(self, act: UseCase, row: Mapping[str, Any]) -> reported.ReportedWork:
        start = datetime.fromisoformat(row["start"])
        order, machine = self.order(act, row["order"]), self.machine(row["machine"])
        jobs = reported.job_order_ids([order])
        if (order, row["operation"]) not in jobs:
            job = reported.ReportedJob(order, row["order"], row["operation"], machine.pk, start)
            jobs = reported.add_job_orders(act, self.site, [job], JobOrderStatus.COMPLETED)
        job_order = jobs[order, row["operation"]]
        output = reported.ReportedOutput(job_order, self.material.pk, None, self.material.unit)
        outputs = reported.output_ids(act, self.site, [output])
        return reported.ReportedWork(
            op_uuid=uuid.uuid4(),
            job_order_id=job_order,
            equipment_id=machine.pk,
            person_id=self.person(row["person"]).pk,
            output_id=outputs[job_order, self.material.pk],
            work_kind=row["kind"],
            is_rework=row["rework"],
            started_at=start,
            ended_at=datetime.fromisoformat(row["end"]),
            duration=timedelta(minutes=row["minutes"]),
            unit=self.material.unit,
            good=Decimal(row["good"]),
            scrap=Decimal(row["scrap"]),
            rework=Decimal(0),
            review=Decimal(row["review"]),
        )
