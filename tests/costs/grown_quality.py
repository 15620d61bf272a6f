"""Quality of the growing plant: plans, samples, inspections and nonconformances, and the acts that add to them."""

import uuid
from collections.abc import Callable
from typing import Any

from mom.accounts.models import Site
from mom.core.testing import acting
from quality.models import Sample
from quality.services import sample as samples
from tests.accounts.matrix import Route
from tests.factories.plant import next_code
from tests.factories.quality import (
    STEADY,
    NewSample,
    make_disposed,
    make_inspection,
    make_nonconformance,
    make_plan,
    make_sample,
)
from tests.factories.work import give, job_of, make_machine, make_order

Act = Callable[[Any], Any]
WHY = {"reason": "Not wanted"}


class GrownQuality:
    """`grow` adds one of each."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.plan = make_plan(site, next_code("CP"))
        self.machine = make_machine(site, next_code("Q"))
        self.draft = make_plan(site, next_code("CP"), is_approved=False)
        order = make_order(site, next_code("WO-Q"), material=self.plan.material, machine=self.machine)
        self.job = give(job_of(order), "start")
        self.inspection = make_inspection(site, self.job, self.plan)
        self.sample = make_sample(site, self.plan, "9.4", "10", "10.1")
        assert self.sample.nonconformance is not None
        self.ncr = self.sample.nonconformance

    def grow(self) -> None:
        """One more of each, at what is looked at and elsewhere."""
        make_plan(self.site, next_code("CP"), is_approved=False)
        make_plan(self.site, self.draft.code, material=self.draft.material, is_approved=False)
        make_inspection(self.site, self.job, self.plan)
        make_nonconformance(self.site)
        self.measured()

    def measured(self) -> Sample:
        """One more of the inspection and of the nonconformance that are looked at."""
        about = self.plan.characteristics.select_related("control_plan__material", "site", "equipment").get(code="2")
        with acting() as act:
            samples.add(act, NewSample(about, job_order=self.job), op_uuid=uuid.uuid4(), inspection=self.inspection)
        return make_sample(self.site, self.plan, "9.4", "10", "10.1")

    def rows(self) -> dict[str, Any]:
        """The first part of a resource's path -> the row that it is read at."""
        return {
            "quality/control-plans": self.draft,
            "quality/characteristics": self.plan.characteristics.first(),
            "quality/charts": self.sample.chart,
            "quality/samples": self.sample,
            "quality/inspections": self.inspection,
            "quality/nonconformances": self.ncr,
        }

    def addresses(self) -> dict[str, list[dict[str, object]]]:
        """The name of a page -> what is put into its address."""
        draft: list[dict[str, object]] = [{"code": self.draft.code, "number": self.draft.number}]
        ncr: list[dict[str, object]] = [{"code": self.ncr.code}]
        chart: list[dict[str, object]] = [{"pk": self.sample.chart_id}]
        return {
            "quality:plan_detail": draft,
            "quality:plan_approve": draft,
            "quality:chart_detail": chart,
            "quality:chart_limits": chart,
            "quality:inspection_detail": [{"code": self.inspection.job_order.code}],
            "quality:inspection_ask": [{"code": self.job.code}],
            "quality:nonconformance_detail": ncr,
            "quality:nonconformance_decide": ncr,
            "quality:nonconformance_close": ncr,
        }

    def decision(self) -> str:
        """The query of the page that is signed."""
        line = self.ncr.lines.first()
        return f"?line={line.pk}&kind=use_as_is&quantity=0" if line else ""


def act_of(route: Route, held: GrownQuality) -> Act | None:
    """The request for a writing route of these resources; None for others."""
    if not route.path.startswith("/api/v1/quality/") or route.method != "post":
        return None
    resource = route.path.removeprefix("/api/v1/quality/").partition("/")[0]
    site, product = held.site, held.plan.material.code
    body, pk = WHY, 0
    name = f"{resource}/{route.action}"
    if name == "control-plans/approve":
        pk, body = make_plan(site, next_code("CP"), is_approved=False).pk, {}
    elif name == "nonconformances/close":
        pk = make_disposed(site).pk
    elif name == "inspections/cancel":
        pk = make_inspection(site, held.job, held.plan).pk
    elif name == "charts/freeze":
        plan = make_plan(site, next_code("CP"))
        pk = [make_sample(site, plan, *values) for values in STEADY][-1].chart_id
        body = {"first": 1, "last": 4, "reason": "First run"}
    else:
        about = held.plan.characteristics.get(code="1").pk
        look = {"code": "1", "name": "Burr", "kind": "visual"}
        body = {
            "control-plans": {"site": site.code, "code": next_code("CP"), "material": product,
                              "characteristics": [look]},
            "samples": {"op_uuid": str(uuid.uuid4()), "characteristic": about, "values": ["10", "10.1", "10"],
                        "job_order": held.job.pk, "machine": held.machine.code},
            "inspections": {"job_order": held.job.pk},
            "nonconformances": {"site": site.code, "title": "Scratched", "material": product, "quantity": "3"},
        }[resource]  # fmt: skip
    keyed = {"Idempotency-Key": str(uuid.uuid4())}
    address = route.address(pk)
    return lambda client: client.post(address, body, content_type="application/json", headers=keyed)
