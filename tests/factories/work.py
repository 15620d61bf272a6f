"""Machines, materials, people, orders and jobs in a few words, made through the services that people use."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from mom.accounts.models import Site
from mom.core.actor import Actor, system_actor
from mom.core.testing import acting
from mom.plant.models import Equipment, MaterialDefinition, Person
from mom.work.engine.terms import JobOrderCommand, MaterialUse, OperationsType, WorkRequestCommand
from mom.work.models import JobOrder, WorkRequest
from mom.work.services import job_order, work_request
from mom.work.services.job_order import Output
from production.models import OperationsDefinition, ProductionRequest
from production.services import operations_definition, production_request


def make_machine(site: Site, code: str = "CNC-01", **fields: object) -> Equipment:
    """A machine; `capacity_kind` and `capacity_places` make it a shared station."""
    with acting():
        return Equipment.objects.create(
            site=site, code=code, **{"name": f"Machine {code}", "level": "work_cell", **fields}
        )


def make_material(site: Site, code: str = "P-1", unit: str = "C62", **fields: object) -> MaterialDefinition:
    """A part."""
    with acting():
        return MaterialDefinition.objects.create(site=site, code=code, unit=unit, **{"name": f"Part {code}", **fields})


def make_person(site: Site, code: str = "ID1", **fields: object) -> Person:
    """Somebody who works there."""
    with acting():
        return Person.objects.create(site=site, code=code, **{"name": f"Person {code}", **fields})


def make_order(
    site: Site,
    code: str = "WO-1",
    *,
    material: MaterialDefinition | None = None,
    quantity: int = 100,
    machine: Equipment | None = None,
    due_at: datetime | None = None,
    limit: Decimal | None = None,
    is_released: bool = True,
) -> ProductionRequest:
    """A production order with its one job, in the test's own transaction."""
    definition = material or MaterialDefinition.objects.filter(site=site).first() or make_material(site)
    order = production_request.NewOrder(
        code=code, definition=definition, quantity=Decimal(quantity), equipment=machine, due_at=due_at, limit=limit
    )
    with acting() as act:
        request = production_request.add(act, site, order)
        return production_request.released(act, request) if is_released else request


def job_of(request: ProductionRequest) -> JobOrder:
    """The order's one job."""
    return JobOrder.objects.select_related("site", "equipment", "work_request").get(
        work_request=request.work_request_id
    )


def make_chain(site: Site, *operations: str, code: str = "WO-9") -> list[JobOrder]:
    """A released order with a job for each operation."""
    from mom.work.services import work_request_command

    material = MaterialDefinition.objects.filter(site=site).first() or make_material(site)
    with acting() as act:
        order: WorkRequest = work_request.add(act, site=site, code=code, operations_type=OperationsType.PRODUCTION)
        jobs = [
            job_order.add(
                act,
                order=order,
                operation=operation,
                sequence=10 * (number + 1),
                outputs=[Output(material, Decimal(10), material.unit)],
            )
            for number, operation in enumerate(operations)
        ]
        locked = work_request_command.locked_jobs(order.pk)
        work_request_command.move(act, work_request.locked(order.pk), locked, WorkRequestCommand.RELEASE)
    return [JobOrder.objects.select_related("site", "work_request").get(pk=job.pk) for job in jobs]


def give(job: JobOrder, *commands: str, actor: Actor | None = None, person: Person | None = None) -> JobOrder:
    """Commands to a job, one after the other, in the test's own transaction."""
    with acting(actor or system_actor("test")) as act:
        for command in commands:
            locked = job_order.locked(job.pk)
            job_order.move(act, locked, JobOrderCommand(command), person=person)
    job.refresh_from_db()
    return job


def make_routing(
    site: Site,
    code: str = "PUMP",
    *,
    operations: int = 4,
    inputs: Sequence[MaterialDefinition] = (),
    product: MaterialDefinition | None = None,
    machine: Equipment | None = None,
    machines: Sequence[Equipment] = (),
    setup: timedelta | None = None,
    run: timedelta | None = None,
    steps: Sequence[operations_definition.NewStep] = (),
) -> OperationsDefinition:
    """An approved definition of a batch of 10: all materials go into its first operation, 2 of each a piece.

    Every operation takes `setup` and, a piece, `run`; `machines` are one for each. The first one has the `steps`.
    """
    made = product or make_material(site, f"{code}-P")
    steps = [
        operations_definition.NewSegment(
            f"Operation {number + 1}",
            [
                *(operations_definition.NewMaterial(each, Decimal(20)) for each in (inputs if number == 0 else ())),
                *([operations_definition.NewMaterial(made, Decimal(10), MaterialUse.PRODUCED)]),
            ],
            machines[number] if machines else machine,
            setup_duration=setup,
            run_duration=run,
            steps=steps if number == 0 else (),
        )
        for number in range(operations)
    ]
    actor = system_actor("test")
    new = operations_definition.NewDefinition(code, made, Decimal(10), steps)
    draft = operations_definition.create(actor, site, new)
    return operations_definition.approve(actor, draft.pk)
