"""Maintenance of the growing plant: calls, jobs, plans and job plans, and the acts on them."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from maintenance.engine.terms import WaitReason
from maintenance.models import MaintenanceJob, PlanOccurrence
from maintenance.services import maintenance_job, maintenance_part, maintenance_plan, maintenance_step, plan_generation
from maintenance.services.maintenance_step import Answer
from mom.accounts.models import Site
from mom.core import clock
from mom.plant.models import Equipment
from tests.accounts.matrix import Route
from tests.factories.maintenance import SYSTEM, PartStore, make_job, make_job_plan, make_plan, make_request
from tests.factories.plant import make_equipment, next_code

Act = Callable[[Any], Any]
RUNNING = frozenset({"wait", "resume", "answer_step", "issue_parts", "repaired", "ask_for_part"})


class GrownMaintenance:
    """`grow` adds one of each."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.store = PartStore(site, 400, "MG-")
        self.job_plan = make_job_plan(site, "JP-G")
        self.machine: Equipment = make_equipment(site, "PRESS-G")
        self.request = make_request(self.machine)
        self.job = self.new_job()
        self.plan = make_plan(self.machine, "PM-G", job_plan=self.job_plan, rule="FREQ=YEARLY", starts_at=clock.now())
        plan_generation.generate(SYSTEM, self.plan.pk)
        self.due = PlanOccurrence.objects.get(plan=self.plan)

    def new_job(self) -> MaintenanceJob:
        """A repair with steps, at a machine of its own."""
        call = make_request(make_equipment(self.site, next_code("PRESS")))
        return maintenance_job.accept(SYSTEM, call.pk, version=self.job_plan.versions.order_by("-number").first())

    def grow(self) -> None:
        """One more of each, with its parts and a wait."""
        machine = make_equipment(self.site, next_code("PRESS"))
        make_request(machine)
        job = make_job(machine)
        maintenance_job.arrive(SYSTEM, job.pk)
        maintenance_job.wait(SYSTEM, job.pk, WaitReason.PARTS)
        maintenance_step.add_step(SYSTEM, self.job.pk, "One more")
        maintenance_part.ask_for(SYSTEM, self.job.pk, self.store.part, Decimal(1))
        plan = make_plan(machine, job_plan=make_job_plan(self.site), rule="FREQ=YEARLY", starts_at=clock.now())
        plan_generation.generate(SYSTEM, plan.pk)

    def rows(self) -> dict[str, Any]:
        """The first part of a resource's path -> the row that it is read at."""
        return {
            "maintenance/requests": self.request,
            "maintenance/jobs": self.job,
            "maintenance/plans": self.plan,
            "maintenance/due-dates": self.due,
            "maintenance/job-plan-versions": self.job_plan.versions.order_by("number").first(),
        }


def act_of(route: Route, held: GrownMaintenance) -> Act | None:
    """The request for a writing route of maintenance; None for others."""
    resource = route.path.removeprefix("/api/v1/maintenance/").partition("/")[0]
    if not route.path.startswith("/api/v1/maintenance/") or route.method != "post":
        return None
    keyed = {"Idempotency-Key": str(uuid.uuid4())}
    address, body = {"jobs": _of_job, "requests": _of_request}.get(resource, _of_plan)(route, held)
    return lambda client: client.post(address, body, content_type="application/json", headers=keyed)


def _of_job(route: Route, held: GrownMaintenance) -> tuple[str, dict[str, Any]]:
    place = {"site": held.site.code, "machine": held.machine.code}
    if not route.is_detail:
        return route.path, {**place, "kind": "inspection", "operation": "Look", "job_plan": held.job_plan.code}
    job = held.new_job()
    if route.action in RUNNING:
        maintenance_job.arrive(SYSTEM, job.pk)
    if route.action == "resume":
        maintenance_job.wait(SYSTEM, job.pk, WaitReason.PARTS)
    if route.action == "issue_parts":
        maintenance_part.ask_for(SYSTEM, job.pk, held.store.part, Decimal(1))
    if route.action == "repaired":
        maintenance_step.answer(SYSTEM, job.pk, 10, Answer(passed=True))
        maintenance_step.answer(SYSTEM, job.pk, 20, Answer(number=Decimal(6)))
    bodies: dict[str, dict[str, Any]] = {
        "wait": {"reason": "parts"},
        "answer_step": {"position": 10, "passed": True},
        "ask_for_part": {"material": held.store.part.code, "quantity": "1"},
        "issue_parts": {"op_uuid": str(uuid.uuid4())},
        "repaired": {"outcome": "full", "cause": "3.4"},
        "cancel": {"reason": "Not needed"},
    }
    return route.address(job.pk), bodies.get(route.action, {})


def _of_request(route: Route, held: GrownMaintenance) -> tuple[str, dict[str, Any]]:
    if not route.is_detail:
        where = {"site": held.site.code, "machine": make_equipment(held.site, next_code("PRESS")).code}
        return route.path, {**where, "op_uuid": str(uuid.uuid4()), "symptom": "NOI", "urgency": "shift"}
    call = make_request(make_equipment(held.site, next_code("PRESS")))
    return route.address(call.pk), {"reason": "Nothing wrong"} if route.action == "decline" else {}


def _of_plan(route: Route, held: GrownMaintenance) -> tuple[str, dict[str, Any]]:
    if route.is_detail:
        plan = make_plan(held.machine, job_plan=held.job_plan, rule="FREQ=DAILY", starts_at=clock.now() + timedelta(1))
        if route.action == "take_up":
            maintenance_plan.pause(SYSTEM, plan.pk, reason="Moved")
        return route.address(plan.pk), {"reason": "Moved"} if route.action == "pause" else {}
    site = {"site": held.site.code, "job_plan": held.job_plan.code}
    if "job-plan-versions" in route.path:
        return route.path, {**site, "minutes": 20, "steps": [{"text": "Look"}]}
    terms = {"meter_kind": "cycles", "meter_interval": "500"}
    return route.path, {**site, "code": next_code("PM"), "machine": held.machine.code, **terms}
