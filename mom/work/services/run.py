"""Runs: one stretch of a machine that serves several jobs at once. Time and energy are shared out when it ends."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.use_case import UseCase, use_case
from mom.plant.models import Equipment
from mom.work import permissions
from mom.work.engine.sharing import share_duration
from mom.work.engine.terms import EnergyCarrier, JobOrderCommand, RunKind, ShareRule
from mom.work.models import EnergyUse, JobOrder, JobResponse, Run
from mom.work.services import job_order as job_orders
from mom.work.services import told_time
from mom.work.services.job_response import RunShare, announce


@dataclass(frozen=True)
class Loaded:
    """A job that goes into a run, with its weight: pieces, kilograms, area, whatever the run's rule counts."""

    job_order: JobOrder
    weight: Decimal = Decimal(1)


def start(
    actor: Actor,
    equipment: Equipment,
    jobs: Sequence[Loaded],
    *,
    kind: RunKind,
    share_rule: ShareRule,
    op_uuid: uuid.UUID,
    at: datetime | None = None,
) -> Run:
    """Start several jobs on one machine as one run; the gate is asked for each, and one blocker starts none.

    The same `op_uuid` again is the same run (P01). `at`: when it began, where that is told later: at one instant for
    all of them, not before the last act on any. Raises: NotAllowed; InvalidInput without jobs, for a weight that is not
    more than zero, a job of another site or machine, or a time that can't be; Conflict where the gate says no, or for a
    time before the last act on one of the jobs.
    """
    _check(equipment, jobs, share_rule)
    with use_case(actor) as act:
        act.require(permissions.EXECUTE_JOB_ORDER, equipment.site.code)
        known = Run.objects.filter(op_uuid=op_uuid).first()
        if known is not None:
            return known
        weights = {loaded.job_order.pk: loaded.weight for loaded in jobs}
        locked = [job_orders.locked(pk) for pk in sorted(weights)]
        known = Run.objects.filter(op_uuid=op_uuid).first()  # a twin waited for the locks of the first
        if known is not None:
            return known
        begun = told_time.moment_of_all(act, locked, at)
        run = Run.objects.create(
            site=equipment.site,
            equipment=equipment,
            kind=kind,
            share_rule=share_rule,
            started_at=begun,
            op_uuid=op_uuid,
        )
        told = None if at is None else begun
        for job_order in locked:
            key, share = uuid.uuid5(op_uuid, str(job_order.pk)), RunShare(run, weights[job_order.pk])
            job_orders.move(act, job_order, JobOrderCommand.START, op_uuid=key, share=share, at=told)
        codes = [loaded.job_order.code for loaded in jobs]
        after = {"kind": kind, "share_rule": share_rule, "jobs": codes, **told_time.occurred(act, begun)}
        act.record("work.run_started", subject=run, site=equipment.site.code, after=after)
        return run


def _check(equipment: Equipment, jobs: Sequence[Loaded], share_rule: ShareRule) -> None:
    wrong: list[str] = []
    if not jobs:
        wrong.append(_("Choose the jobs that run together."))
    if len({loaded.job_order.pk for loaded in jobs}) < len(jobs):
        wrong.append(_("A job is in the run once."))
    for loaded in jobs:
        words = {"job": loaded.job_order.code, "machine": equipment.code}
        if loaded.job_order.site_id != equipment.site_id or loaded.job_order.equipment_id != equipment.pk:
            wrong.append(_("Job %(job)s is not planned on %(machine)s.") % words)
        if loaded.weight <= 0:
            wrong.append(_("Job %(job)s needs a share of more than zero.") % words)
        if share_rule == ShareRule.EQUAL and loaded.weight != 1:
            wrong.append(_("With equal shares job %(job)s has no weight of its own.") % words)
    if wrong:
        raise InvalidInput({"jobs": wrong})


def finish(actor: Actor, run_id: int, *, at: datetime | None = None) -> Run:
    """End a run, now or `at` where it is told later: its time is shared among its jobs, to the microsecond, and each of
    them is finished.

    Ending it again changes nothing. Raises: NotAllowed, NotFound; InvalidInput or Conflict for a time that can't be.
    """
    with use_case(actor) as act:
        first = Run.objects.select_related("site").filter(pk=run_id).first()
        if first is None:
            raise NotFound(_("There is no such run."))
        act.require(permissions.EXECUTE_JOB_ORDER, first.site.code)
        # Jobs before their run, in the order in which everybody locks them.
        pks = JobResponse.objects.filter(run=first, ended_at=None).values_list("job_order_id", flat=True)
        jobs = {pk: job_orders.locked(pk) for pk in sorted(pk for pk in pks if pk is not None)}
        run = Run.objects.select_for_update(of=("self",)).select_related("site").get(pk=run_id)
        if run.ended_at is not None:
            return run
        over = told_time.moment_of_all(act, jobs.values(), at)
        run.ended_at = max(over, run.started_at)
        run.save(update_fields=["ended_at"])
        _end_responses(act, run, jobs)
        for job_order in jobs.values():
            job_orders.move(act, job_order, JobOrderCommand.FINISH, at=None if at is None else run.ended_at)
        act.record("work.run_finished", subject=run, site=run.site.code, after={"ended_at": run.ended_at})
        return run


def _end_responses(act: UseCase, run: Run, jobs: dict[int, JobOrder]) -> None:
    responses = list(JobResponse.objects.filter(run=run, ended_at=None).order_by("id"))
    elapsed: timedelta = run.ended_at - run.started_at  # type: ignore[operator]
    shares = share_duration(elapsed, [response.share_weight or Decimal(1) for response in responses])
    for response, duration in zip(responses, shares, strict=True):
        response.ended_at, response.duration = run.ended_at, duration
        response.save(update_fields=["ended_at", "duration"])
        if response.job_order_id is not None:
            announce(act, jobs[response.job_order_id], [response.started_at])


def record_energy(
    actor: Actor, run_id: int, *, carrier: EnergyCarrier, quantity: Decimal, unit: str = "KWH", op_uuid: uuid.UUID
) -> EnergyUse:
    """Book the energy that an ended run used. The same `op_uuid` again is the same booking.

    Raises: NotAllowed, NotFound; Conflict while the run goes on; InvalidInput for nothing or less.
    """
    with use_case(actor) as act:
        run = Run.objects.select_related("site").filter(pk=run_id).first()
        if run is None:
            raise NotFound(_("There is no such run."))
        act.require(permissions.EXECUTE_JOB_ORDER, run.site.code)
        known = EnergyUse.objects.filter(op_uuid=op_uuid, run=run).first()
        if known is not None:
            return known
        if run.ended_at is None:
            raise Conflict(_("The run goes on. End it first."), code="run_not_ended")
        if quantity <= 0:
            raise InvalidInput({"quantity": [_("A quantity must be more than zero.")]})
        use = EnergyUse.objects.create(
            site=run.site,
            run=run,
            carrier=carrier,
            quantity=quantity,
            unit=unit,
            started_at=run.started_at,
            ended_at=run.ended_at,
            op_uuid=op_uuid,
            recorded_at=act.now,
            recorded_by=act.actor.label,
        )
        after = {"carrier": carrier, "quantity": quantity, "unit": unit}
        act.record("work.energy_recorded", subject=run, site=run.site.code, after=after)
        return use
