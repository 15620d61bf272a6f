"""Spare parts of a job: asked for and reserved, then issued from the stock ledger."""

import uuid
from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from inventory.public import Short, reserve_for, take_reserved
from maintenance import permissions
from maintenance.services.maintenance_job import keep, locked
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput
from mom.core.use_case import use_case
from mom.plant.models import MaterialDefinition
from mom.work.engine.terms import OPEN_JOB_ORDER_STATUSES
from mom.work.models import JobOrder, JobResponse
from mom.work.public import Input, add_job_inputs


def ask_for(actor: Actor, job_order_id: int, definition: MaterialDefinition, quantity: Decimal) -> Sequence[Short]:
    """The job needs a part: reserve it where it lies, first what expires first. Gives what is short, of all its parts.

    Raises: NotAllowed, NotFound; InvalidInput for nothing or a material of another site; Conflict for a job that ended.
    """
    if quantity <= 0:
        raise InvalidInput({"quantity": [_("A quantity must be more than zero.")]})
    with use_case(actor) as act:
        job, job_order = locked(act, job_order_id, permissions.EXECUTE_JOB)
        if definition.site_id != job.site_id:
            raise InvalidInput({"material": [_("This site has none with that code.")]})
        _require_open(job_order)
        add_job_inputs(act, job_order, [Input(definition, quantity, definition.unit)])
        _found, short = reserve_for(act, [job_order])
        keep(act, job, "part_asked_for")
        return short


def reserve(actor: Actor, job_order_id: int) -> Sequence[Short]:
    """Reserve what the job still needs and nothing is reserved for; gives what is short. Raises: as `ask_for`."""
    with use_case(actor) as act:
        _job, job_order = locked(act, job_order_id, permissions.EXECUTE_JOB)
        _require_open(job_order)
        _found, short = reserve_for(act, [job_order])
        return short


def issue(actor: Actor, job_order_id: int, *, op_uuid: uuid.UUID) -> int:
    """Take from the store what is reserved for the job; gives how many moves. The same `op_uuid` changes nothing.

    Raises: NotAllowed, NotFound, Shortage; Conflict before the job began, where nothing is reserved, or for a lot on
    hold.
    """
    with use_case(actor) as act:
        job, job_order = locked(act, job_order_id, permissions.EXECUTE_JOB)
        rows = JobResponse.objects.filter(job_order=job_order, reverses=None, reversal=None).select_related("site")
        response = rows.order_by("-started_at", "-id").first()
        if response is None:
            raise Conflict(_("Begin the job first."), code="job_not_begun")
        moves = take_reserved(act, job_order, response, op_uuid=op_uuid)
        if not moves:
            raise Conflict(_("Nothing is reserved for this job. Ask for a part first."), code="nothing_reserved")
        keep(act, job, "parts_issued")
        return len(moves)


def _require_open(job_order: JobOrder) -> None:
    if job_order.status not in OPEN_JOB_ORDER_STATUSES:
        raise Conflict(_("Job %(job)s has ended.") % {"job": job_order.code}, code="job_ended")
