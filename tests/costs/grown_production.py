"""What production's own routes need: jobs that may be parted, orders with times."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.test import Client

from mom.core.actor import system_actor
from mom.core.testing import acting
from mom.work.engine.terms import QuantityKind
from mom.work.models import JobOrder
from mom.work.services import quantity_report
from mom.work.services.quantity_report import Reported
from production.engine.instruction import steps_of
from production.engine.terms import StepKind
from production.services import batch, step_answer
from production.services.operations_definition import NewStep
from tests.accounts.matrix import Route
from tests.factories.work import give, job_of, make_order, make_routing

SYSTEM = system_actor("test")
Act = Callable[[Client], Any]
BODIES: dict[str, dict[str, Any]] = {
    "split": {"quantity": "2"},
    "finish_early": {"rest": "new_job"},
    "rework": {"quantity": "1", "reason": "Burr"},
    "replace": {"scrap": "1", "reason": "Clamp broke"},
}


class GrownInstruction:
    """A job in work with a work instruction; `grow` answers a step once more."""

    def __init__(self, site: Any) -> None:
        steps = [NewStep(StepKind.CHECK, "Clamp it"), NewStep(StepKind.NUMBER, "Bore", is_mandatory=False)]
        routing = make_routing(site, "INSTRUCTED", operations=1, steps=steps)
        order = batch.create(SYSTEM, site, routing.pk, batch.NewBatch("INSTRUCTED", quantity=Decimal(10)))
        self.job = give(JobOrder.objects.get(work_request=order.work_request_id), "start")
        self.steps = steps_of(self.job.directive)
        self.grow()

    def grow(self) -> None:
        """One more answer."""
        step, key = self.steps[1].id, uuid.uuid4()
        self.answer = step_answer.answer(SYSTEM, self.job.pk, step, "25", op_uuid=key)


def act_of(route: Route, plant: Any) -> Act | None:
    """The request for a writing route of these resources; None for others."""
    body: dict[str, Any] | None = None
    if route.path.startswith("/api/v1/production/jobs/"):
        body, address = BODIES[route.action], route.address(begun_job(plant).pk)
    elif route.path.startswith("/api/v1/production/orders/") and route.action == "plan":
        address = route.address(order_with_times(plant).pk)
    elif route.path.startswith("/api/v1/production/step-answers/") and route.method == "post":
        held = plant.instruction
        body = {"op_uuid": str(uuid.uuid4()), "job_order": held.job.pk, "step": held.steps[0].id, "value": "done"}
        address = route.path
    else:
        return None
    keyed = {"Idempotency-Key": str(uuid.uuid4())}
    return lambda client: client.post(address, body, content_type="application/json", headers=keyed)


def begun_job(plant: Any) -> JobOrder:
    """A running job of ten, of which two are good and one is to be reworked."""
    job = give(job_of(make_order(plant.site, "FOR-PARTS", material=plant.material, quantity=10)), "start")
    lines = [Reported(QuantityKind.GOOD, Decimal(2)), Reported(QuantityKind.REWORK, Decimal(1))]
    quantity_report.report(SYSTEM, job.pk, lines, op_uuid=uuid.uuid4())
    return job


def order_with_times(plant: Any) -> Any:
    """A released order whose job takes an hour on a machine."""
    order = make_order(plant.site, "FOR-PLAN", material=plant.material, machine=plant.new_machine)
    with acting():
        JobOrder.objects.filter(work_request=order.work_request_id).update(run_duration=timedelta(hours=1))
    return order
