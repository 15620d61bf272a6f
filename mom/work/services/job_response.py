"""Job responses and labour: opened and closed by the job's commands. All functions join the caller's transaction."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from mom.core.db.constraints import translating
from mom.core.errors import Conflict
from mom.core.use_case import UseCase
from mom.events.work import WorkReported
from mom.plant.engine.calendar import local_day
from mom.plant.models import Person
from mom.work.engine.terms import OperationsType, WorkKind
from mom.work.models import JobOrder, JobResponse, LabourEntry, Run

KIND_OF_WORK: dict[str, WorkKind] = {
    OperationsType.PRODUCTION: WorkKind.PRODUCTION,
    OperationsType.MAINTENANCE: WorkKind.MAINTENANCE,
    OperationsType.QUALITY: WorkKind.INSPECTION,
    OperationsType.INVENTORY: WorkKind.LOGISTICS,
}


@dataclass(frozen=True)
class RunShare:
    """A job's part in a run that serves several jobs: its weight over the sum of the weights."""

    run: Run
    weight: Decimal


def open_for(
    act: UseCase,
    job_order: JobOrder,
    *,
    person: Person | None,
    op_uuid: uuid.UUID | None,
    share: RunShare | None = None,
) -> JobResponse:
    """Begin a stretch of work on a job, now, on its machine; with a person also that person's labour."""
    key = op_uuid or uuid.uuid4()
    with translating({"work_jobresponse_op_uuid_key": key_taken}):
        response = JobResponse.objects.create(
            site_id=job_order.site_id,
            job_order=job_order,
            equipment_id=job_order.equipment_id,
            run=share.run if share else None,
            share_weight=share.weight if share else None,
            work_kind=KIND_OF_WORK[job_order.operations_type],
            started_at=act.now,
            op_uuid=key,
            recorded_at=act.now,
            recorded_by=act.actor.label,
        )
    if person is not None:
        LabourEntry.objects.create(
            site_id=job_order.site_id,
            person=person,
            job_response=response,
            started_at=act.now,
            op_uuid=uuid.uuid5(key, f"labour:{person.pk}"),
            recorded_at=act.now,
            recorded_by=act.actor.label,
        )
    return response


def key_taken() -> Conflict:
    """Another fact was recorded under the same key: whoever made the key used it twice."""
    return Conflict(_("This key was used for another report. Make a new key for each act."), code="op_uuid_taken")


def close_for(act: UseCase, job_order: JobOrder) -> None:
    """End whatever is open on a job, now. The day it started on has new figures.

    Not before its start: who waited for the job's lock has an instant from before it. Raises: Conflict for a job in a
    run that goes on: its time is shared out when the run ends.
    """
    end = Greatest(Value(act.now, output_field=DateTimeField()), F("started_at"))
    ended = {"ended_at": end, "duration": end - F("started_at")}
    LabourEntry.objects.filter(job_response__job_order=job_order, ended_at=None).update(**ended)
    still_open = JobResponse.objects.filter(job_order=job_order, ended_at=None)
    begun = list(still_open.values_list("started_at", "run"))
    if any(run is not None for _start, run in begun):
        sentence = _("Job %(job)s is in a run with others. End the run.") % {"job": job_order.code}
        raise Conflict(sentence, code="job_in_run")
    still_open.update(**ended)
    announce(act, job_order, [start for start, _run in begun])


def announce(act: UseCase, job_order: JobOrder, instants: list[datetime]) -> None:
    """Say on which of the plant's days work was recorded, so that their figures are made again."""
    if instants:
        zone = job_order.site.zone
        days = tuple(sorted({local_day(at, zone) for at in instants}))
        act.publish(WorkReported(site=job_order.site.code, days=days), key=f"job_order:{job_order.pk}")
