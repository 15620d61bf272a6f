"""Job responses and labour: opened and closed by the job's commands. All functions join the caller's transaction."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from mom.core.db.constraints import translating
from mom.core.db.rows import Along, add
from mom.core.db.statements import Statement
from mom.core.errors import Conflict
from mom.core.use_case import UseCase
from mom.events.work import WorkReported
from mom.plant.engine.calendar import local_day
from mom.plant.models import Person
from mom.work.engine.terms import OperationsType, WorkKind
from mom.work.models import JobOrder, JobResponse, LabourEntry, Run
from mom.work.selectors.job_origin import is_rework

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
    work_kind: WorkKind | None = None,
    at: datetime | None = None,
    along: Along | None = None,
) -> JobResponse:
    """Begin a stretch of work on a job, now or `at` an earlier instant, on its machine; with a person their labour.

    `at` here and below: what `told_time.moment` gave. `along` is run in the same round trip.
    """
    kind = work_kind or KIND_OF_WORK[job_order.operations_type]
    within = {"run": share.run, "share_weight": share.weight} if share else {}
    people = [] if person is None else [person.pk]
    return _open(act, job_order, kind, people, op_uuid or uuid.uuid4(), at or act.now, along, **within)


def switch_for(
    act: UseCase,
    job_order: JobOrder,
    work_kind: WorkKind,
    *,
    op_uuid: uuid.UUID | None = None,
    at: datetime | None = None,
    **stop: Any,
) -> JobResponse:
    """End what is open on a job and begin a stretch of another kind, at the same instant; whoever works on it stays.

    `stop`: `is_stop`, `reason`, `note` of the stretch that begins. Raises: Conflict for a job in a run with others.
    """
    entries = LabourEntry.objects.filter(job_response__job_order=job_order, ended_at=None)
    people = sorted(set(entries.values_list("person_id", flat=True)))
    close_for(act, job_order, at)
    return _open(act, job_order, work_kind, people, op_uuid or uuid.uuid4(), at or act.now, None, **stop)


def _open(
    act: UseCase,
    job_order: JobOrder,
    work_kind: WorkKind,
    people: Sequence[int],
    key: uuid.UUID,
    at: datetime,
    along: Along | None,
    **more: Any,
) -> JobResponse:
    with translating({"work_jobresponse_op_uuid_key": key_taken}, ends_act=True):
        response = add(
            JobResponse(
                site_id=job_order.site_id,
                job_order=job_order,
                equipment_id=job_order.equipment_id,
                work_kind=work_kind,
                is_rework=is_rework(job_order),
                started_at=at,
                **_stamp(act, key),
                **more,
            ),
            along,
        )
    for person in people:
        add_labour(act, response, person, key, at)
    if at < act.now:
        announce(act, job_order, [at])  # figures since then were made without this stretch
    return response


def go_on(act: UseCase, job_order: JobOrder, last: JobResponse, key: uuid.UUID) -> JobResponse:
    """Begin a stretch of work where the last one ended, of the same kind, with whoever worked until that instant."""
    people = there_at_the_end(job_order, last)
    return _open(act, job_order, WorkKind(last.work_kind), people, key, last.ended_at or act.now, None)


def there_at_the_end(job_order: JobOrder, last: JobResponse) -> list[int]:
    """Who worked on a job until its last stretch ended, by key.

    Asked of the job: a stop that was explained is another row than the one that people worked on.
    """
    entries = LabourEntry.objects.filter(job_response__job_order=job_order, reverses=None, reversal=None)
    return sorted(set(entries.filter(ended_at=last.ended_at).values_list("person_id", flat=True)))


def negative_of(act: UseCase, response: JobResponse, key: uuid.UUID, reason: str) -> JobResponse:
    """The fact that withdraws an ended stretch: the same in all, its time negative (P05). Not stored yet."""
    return JobResponse(
        site_id=response.site_id,
        job_order_id=response.job_order_id,
        equipment_id=response.equipment_id,
        work_kind=response.work_kind,
        is_rework=response.is_rework,
        started_at=response.started_at,
        ended_at=response.ended_at,
        duration=-response.duration if response.duration is not None else None,
        is_stop=response.is_stop,
        reason_id=response.reason_id,
        reverses=response,
        reversal_reason=reason,
        **_stamp(act, key),
    )


def take_back(act: UseCase, response: JobResponse, key: uuid.UUID, reason: str) -> None:
    """Withdraw an ended stretch and its labour by their negatives; they stay as they were. Raises: Conflict."""
    response.refresh_from_db(fields=["ended_at", "duration"])
    with translating({"work_jobresponse_op_uuid_key": key_taken}, ends_act=True):
        add(negative_of(act, response, key, reason))
    for entry in response.labour_entries.filter(reverses=None, reversal=None).order_by("pk"):
        add(
            LabourEntry(
                site_id=entry.site_id,
                person_id=entry.person_id,
                job_response_id=entry.job_response_id,
                started_at=entry.started_at,
                ended_at=entry.ended_at,
                duration=-(entry.duration or timedelta(0)),
                reverses=entry,
                reversal_reason=reason,
                **_stamp(act, uuid.uuid5(key, f"labour:{entry.pk}")),
            )
        )


def add_labour(
    act: UseCase, response: JobResponse, person_id: int, key: uuid.UUID, at: datetime | None = None
) -> LabourEntry:
    """A person begins to work on a stretch that is open, now or at an instant since its start."""
    return add(
        LabourEntry(
            site_id=response.site_id,
            person_id=person_id,
            job_response=response,
            started_at=at or act.now,
            **_stamp(act, uuid.uuid5(key, f"labour:{person_id}")),
        )
    )


def _stamp(act: UseCase, key: uuid.UUID) -> dict[str, Any]:
    return {"op_uuid": key, "recorded_at": act.now, "recorded_by": act.actor.label}


def key_taken() -> Conflict:
    """Another fact was recorded under the same key: whoever made the key used it twice."""
    return Conflict(_("This key was used for another report. Make a new key for each act."), code="op_uuid_taken")


def close_for(act: UseCase, job_order: JobOrder, at: datetime | None = None) -> None:
    """End whatever is open on a job, now or `at`. The day it started on has new figures.

    Not before its start: who waited for the job's lock has an instant from before it. Raises: Conflict for a job in a
    run that goes on: its time is shared out when the run ends.
    """
    [(begun, is_in_run)] = _CLOSE.rows({"job": job_order.pk, "at": at or act.now})
    closed(act, job_order, begun, is_in_run=is_in_run)


def closed(act: UseCase, job_order: JobOrder, begun: list[datetime], *, is_in_run: bool) -> None:
    """What follows from ending the stretches that began then. Raises: Conflict for a job in a run that goes on."""
    if is_in_run:
        sentence = _("Job %(job)s is in a run with others. End the run.") % {"job": job_order.code}
        raise Conflict(sentence, code="job_in_run")
    announce(act, job_order, begun)


ENDED = """labour AS (
    UPDATE work_labourentry AS l
    SET ended_at = greatest(%(at)s::timestamptz, l.started_at), duration = greatest(%(at)s, l.started_at) - l.started_at
    FROM work_jobresponse r
    WHERE r.id = l.job_response_id AND r.job_order_id = %(job)s AND l.ended_at IS NULL
), ended AS (
    UPDATE work_jobresponse
    SET ended_at = greatest(%(at)s, started_at), duration = greatest(%(at)s, started_at) - started_at
    WHERE job_order_id = %(job)s AND ended_at IS NULL RETURNING started_at, run_id
)
SELECT ARRAY(SELECT started_at FROM ended), EXISTS (SELECT FROM ended WHERE run_id IS NOT NULL)"""
_CLOSE = Statement(f"WITH {ENDED}", "close_stretches")


def ending(at: datetime) -> dict[str, Any]:
    """What is written into an open stretch or labour entry to end it at an instant, but not before its start."""
    end = Greatest(Value(at, output_field=DateTimeField()), F("started_at"))
    return {"ended_at": end, "duration": end - F("started_at")}


def announce(act: UseCase, about: JobOrder | JobResponse, instants: list[datetime]) -> None:
    """Say on which of the plant's days work was recorded, so that their figures are made again."""
    if instants:
        site = about.site
        days = tuple(sorted({local_day(at, site.zone) for at in instants}))
        job = about.pk if isinstance(about, JobOrder) else about.job_order_id
        key = f"job_order:{job}" if job else f"site:{site.code}"
        machines = () if about.equipment_id is None else (about.equipment_id,)
        until = max(act.now, *instants)
        act.publish(WorkReported(site.code, days, machines, min(instants), until), key=key)
