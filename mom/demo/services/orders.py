"""The demo's orders: those that are done, those in work, those that wait. All functions join the transaction."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from mom.core.use_case import UseCase
from mom.demo.engine import norrtal
from mom.demo.engine.shop_floor import MadeOrder, Stretch
from mom.demo.services.plant import DemoPlant
from mom.plant.models import Person
from mom.work import public as work
from mom.work.engine.terms import JobOrderCommand, JobOrderStatus, WorkRequestCommand, WorkRequestStatus
from mom.work.models import JobOrder, WorkRequest
from production import public as production

NAMESPACE = uuid.UUID("0b5f3f0e-6a53-5d0b-9a53-2f7c1f5f4d11")
"""Under it every fact of the demo gets its key, so that the same plant always has the same facts."""
MACHINES = {machine.code: machine for machine in norrtal.MACHINES}
COMMAND_FOR_STATE = {
    "wait": JobOrderCommand.PAUSE,
    "plan": JobOrderCommand.PAUSE,
    "down": JobOrderCommand.HOLD,
}


def record_history(act: UseCase, built: DemoPlant, orders: Sequence[MadeOrder]) -> int:
    """Orders that were made, as reports of work that came in afterwards; how many reports. They are completed."""
    site = built.site
    names = {order.code: built.materials[order.item].name for order in orders}
    due = {order.code: _was_due(order, index) for index, order in enumerate(orders)}
    ids = work.add_orders(act, site, names, WorkRequestStatus.COMPLETED, due)
    production.add_requests(
        act,
        site,
        [
            production.RequestedQuantity(ids[each.code], built.materials[each.item].pk, Decimal(each.quantity), "C62")
            for each in orders
        ],
    )
    first = {
        (order.code, stretch.operation): stretch
        for order in orders
        for stretch in sorted(order.stretches, key=lambda stretch: stretch.start, reverse=True)
    }
    jobs = work.add_job_orders(
        act,
        site,
        [
            work.ReportedJob(ids[code], code, operation, built.equipment[stretch.machine].pk, stretch.start)
            for (code, operation), stretch in first.items()
        ],
        JobOrderStatus.COMPLETED,
    )
    by_order = {
        (order.code, stretch.operation): jobs[ids[order.code], stretch.operation]
        for order in orders
        for stretch in order.stretches
    }
    return _record(act, built, orders, by_order)


def add_current_orders(act: UseCase, built: DemoPlant, orders: Sequence[MadeOrder]) -> None:
    """Orders in work: added and released as people do it, their reports until now, and each machine as it stands."""
    jobs: dict[tuple[str, str], int] = {}
    for index, order in enumerate(orders):
        machines = [machine for machine in norrtal.MACHINES if machine.order == order.code]
        due_in = _due(order, index, act.now) - act.now
        work_request = _add_order(act, built, order.code, order.item, order.quantity, machines, due_in=due_in)
        for job in JobOrder.objects.filter(work_request=work_request):
            jobs[order.code, job.operation] = job.pk
    _record(act, built, orders, jobs)
    for order in orders:
        for machine in (each for each in norrtal.MACHINES if each.order == order.code):
            _put_in_state(act, built, machine, jobs[order.code, machine.operation])


def _was_due(order: MadeOrder, index: int) -> datetime:
    """When an order that is done was due: some hours after its end, for about one in twelve a little before."""
    slack = timedelta(hours=-2) if index % 12 == 7 else timedelta(hours=1 + index % 5)
    return (max(stretch.end for stretch in order.stretches) + slack).replace(minute=0, second=0, microsecond=0)


def _due(order: MadeOrder, index: int, now: datetime) -> datetime:
    """When an order in work is due: about when its pace makes it finish, some a little before, one two hours ago."""
    if order.code == norrtal.LATE_ORDER:
        return now - timedelta(hours=2)
    done = order.progress()
    if not done:
        return now + timedelta(hours=12)
    pace = 0.86 if order.code == norrtal.ORDER_BEHIND else 0.97 + 0.02 * (index % 6)
    return order.first_start + (now - order.first_start) / float(done) * pace


def add_waiting_orders(act: UseCase, built: DemoPlant) -> None:
    """What comes next: released orders in the machines' queues, and some that are not released yet."""
    for number, (machine, item, quantity, due, is_released) in enumerate(norrtal.NEXT_ORDERS, start=24_132):
        _add_order(
            act, built, f"WO-{number}", item, quantity, [MACHINES[machine]],
            due_in=timedelta(hours=due), is_released=is_released,
        )  # fmt: skip


def _add_order(
    act: UseCase,
    built: DemoPlant,
    code: str,
    item: str,
    quantity: int,
    machines: Sequence[norrtal.Machine],
    *,
    due_in: timedelta,
    is_released: bool = True,
) -> WorkRequest:
    """An order with a job for each machine that it passes, in their order."""
    definition = built.materials[item]
    customers = [partner for partner in built.partners.values() if partner.is_customer]
    request = production.add_order(
        act,
        built.site,
        production.NewOrder(
            code=code,
            definition=definition,
            quantity=Decimal(quantity),
            due_at=(act.now + due_in).replace(second=0, microsecond=0),
            partner=customers[int(code[-1]) % len(customers)] if item.startswith("Q-") else None,
            operation=machines[0].operation,
            equipment=built.equipment[machines[0].code],
        ),
    )
    for position, machine in enumerate(machines[1:], start=2):
        work.add_job_order(
            act,
            order=request.work_request,
            operation=machine.operation,
            outputs=[work.Output(definition, Decimal(quantity), definition.unit)],
            sequence=10 * position,
            equipment=built.equipment[machine.code],
        )
    if is_released:
        jobs = work.lock_jobs(request.work_request_id)
        work_request = work.lock_work_request(request.work_request_id)
        work.move_work_request(act, work_request, jobs, WorkRequestCommand.RELEASE)
    return request.work_request


def _put_in_state(act: UseCase, built: DemoPlant, machine: norrtal.Machine, job_order_id: int) -> None:
    """Start the job with its operator and, where the machine stands, pause or hold it; a set-up has not started yet."""
    if machine.state == "setup":
        return
    rows = JobOrder.objects.select_for_update(of=("self",)).select_related("site", "work_request", "equipment")
    job_order = rows.get(pk=job_order_id)
    key = uuid.uuid5(NAMESPACE, f"{built.site.code}:{machine.order}:{machine.code}:start")
    work.move_job_order(act, job_order, JobOrderCommand.START, person=_operator(built, machine), op_uuid=key)
    asked = COMMAND_FOR_STATE.get(machine.state)
    if asked is not None:
        work.move_job_order(act, job_order, asked)


def _operator(built: DemoPlant, machine: norrtal.Machine) -> Person:
    crew = [worker for worker in norrtal.WORKERS if worker.area == machine.area and worker.shift == "E"]
    return built.people[crew[0].code]


def _record(act: UseCase, built: DemoPlant, orders: Sequence[MadeOrder], jobs: dict[tuple[str, str], int]) -> int:
    """The reports of these orders on their jobs; how many."""
    outputs = work.output_ids(
        act,
        built.site,
        (
            work.ReportedOutput(
                jobs[order.code, stretch.operation], built.materials[order.item].pk, Decimal(order.quantity), "C62"
            )
            for order in orders
            for stretch in order.stretches
        ),
    )

    def fact(order: MadeOrder, stretch: Stretch) -> work.ReportedWork:
        job = jobs[order.code, stretch.operation]
        key = f"{built.site.code}:{order.code}:{stretch.machine}:{stretch.kind}:{stretch.start.isoformat()}"
        return work.ReportedWork(
            op_uuid=uuid.uuid5(NAMESPACE, key),
            job_order_id=job,
            equipment_id=built.equipment[stretch.machine].pk,
            person_id=built.people[stretch.person].pk if stretch.person else None,
            output_id=outputs[job, built.materials[order.item].pk],
            work_kind=stretch.kind,
            is_rework=False,
            started_at=stretch.start,
            ended_at=stretch.end,
            duration=stretch.end - stretch.start,
            unit="C62",
            good=Decimal(stretch.good),
            scrap=Decimal(stretch.scrap),
            rework=Decimal(stretch.rework),
            review=Decimal(stretch.review),
        )

    facts = [fact(order, stretch) for order in orders for stretch in order.stretches]
    work.record_reported_work(act, built.site, facts)
    return len(facts)
