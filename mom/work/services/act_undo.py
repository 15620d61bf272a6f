"""A start, pause or resume that was a mistake, undone by who gave it: the job stands as before. Source: decision 45."""

import uuid
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.errors import Conflict, NotAllowed, NotFound
from mom.core.live.change import tell
from mom.core.models import AuditEntry
from mom.core.use_case import UseCase, use_case
from mom.events.work import JobOrderStatusChanged
from mom.work import gate, permissions
from mom.work.engine.terms import BEGUN_JOB_ORDER_STATUSES, DependencyKind, JobOrderCommand, JobOrderStatus
from mom.work.engine.transitions import UNDOABLE
from mom.work.job_kinds import follow_withdrawal, job_kind
from mom.work.models import JobDependency, JobOrder, JobResponse, QuantityReport
from mom.work.models.labels import JOB_ORDER_COMMAND
from mom.work.selectors.record import words_of
from mom.work.services import job_order as job_orders
from mom.work.services import job_response, told_time, work_request
from mom.work.services import stop as stops
from mom.work.services.quantity_report import UNDO_WITHIN

ACTIONS = {f"work.job_order_{asked}": asked for asked in UNDOABLE}
FOLLOWS_START = [DependencyKind.AFTER_START, DependencyKind.AT_START]


def undo(
    actor: Actor,
    job_order_id: int,
    *,
    op_uuid: uuid.UUID,
    act_key: uuid.UUID | None = None,
    at: datetime | None = None,
    seen_by: str = "",
) -> JobOrder:
    """Undo one's own start, pause or resume of a job, within ten minutes: the one given under `act_key`, else the last.

    A start or resume: its stretch of work is withdrawn by a reversal, with its labour. A pause: the stretch goes on
    from the instant it ended at. The same `op_uuid` again changes nothing. `at`: when it was undone, where told later.

    Raises: NotFound, also for who has not the right `seen_by`; NotAllowed, also for somebody else's act; Conflict after
    ten minutes, where something followed from the act that stays, and where a pause can't be undone because the job
    could not be resumed.
    """
    with use_case(actor, _("Undone by who did it")) as act:
        job_order = job_orders.locked(job_order_id, with_order=True)
        if seen_by and not actor.may(seen_by, job_order.site.code):
            raise NotFound(_("There is no such job."))
        act.require(permissions.EXECUTE_JOB_ORDER, job_order.site.code)
        if JobResponse.objects.filter(job_order=job_order, op_uuid=op_uuid).exists():
            return job_order
        first = _to_undo(act, job_order, act_key)
        asked = ACTIONS[first.action]
        if asked == JobOrderCommand.PAUSE:
            _refuse_later_acts(job_order, first)
            instant = _go_on(act, job_order, op_uuid)
        else:
            instant = _withdraw(act, job_order, first, op_uuid, told_time.moment(act, job_order, at))
        _put_back(act, job_order, asked, JobOrderStatus(first.before["status"]), instant)
        return job_order


def _on(job_order: JobOrder) -> QuerySet[AuditEntry]:
    """What was done to a job, the newest first; notes, files and signatures are no acts on it."""
    rows = AuditEntry.objects.filter(subject_type=JobOrder._meta.label_lower, subject_id=str(job_order.pk))
    return rows.exclude(Q(action__startswith="core.") | Q(action__startswith="accounts.")).order_by("-id")


def _to_undo(act: UseCase, job_order: JobOrder, act_key: uuid.UUID | None) -> AuditEntry:
    """The audit entry of the act. Raises: NotAllowed, Conflict."""
    rows = _on(job_order).filter(action__in=list(ACTIONS), after__has_key="key")  # older acts have none
    first = (rows if act_key is None else rows.filter(after__key=str(act_key))).first()
    if first is None:
        sentence = _("Nobody started, paused or resumed job %(job)s by this. Look at the job anew.")
        raise Conflict(sentence % {"job": job_order.code}, code="nothing_to_undo")
    if (first.actor_kind, first.actor_id) != (act.actor.kind, act.actor.id):
        raise NotAllowed(_("Somebody else did this. Ask them to undo it, or give the next command instead."))
    if act.now - first.recorded_at > UNDO_WITHIN:
        late = _("After ten minutes this is not undone any more. Pause, resume or finish job %(job)s instead.")
        raise Conflict(late % {"job": job_order.code}, code="too_late_to_undo")
    return first


def _refuse_later_acts(job_order: JobOrder, first: AuditEntry) -> None:
    later = _on(job_order).filter(pk__gt=first.pk).values_list("action", flat=True).first()
    if later is None:
        return
    words = {"job": job_order.code, "later": words_of(later)}
    if later == f"{first.action}_undone":
        raise Conflict(_("This was undone already on job %(job)s.") % words, code="undone_already")
    sentence = _("On job %(job)s something was done after it: %(later)s. Give the next command instead.")
    raise Conflict(sentence % words, code="acted_since")


def _withdraw(act: UseCase, job_order: JobOrder, first: AuditEntry, op_uuid: uuid.UUID, at: datetime) -> datetime:
    """Take back the stretch that a start or resume began, with what came of it; gives its start. Raises: Conflict."""
    asked = ACTIONS[first.action]
    response = JobResponse.objects.filter(job_order=job_order, op_uuid=first.after["key"]).first()
    if response is None or response.run_id is not None:
        sentence = _("Job %(job)s is in a run with others. End the run.") % {"job": job_order.code}
        raise Conflict(sentence, code="job_in_run")
    if QuantityReport.objects.filter(job_response=response).exists():
        sentence = _("Pieces of job %(job)s were reported since. Pause or finish it instead.") % {"job": job_order.code}
        raise Conflict(sentence, code="pieces_reported")
    if asked == JobOrderCommand.START:
        _refuse_followers(job_order)
    response.job_order = job_order
    follow_withdrawal(act, response, asked)
    _refuse_later_acts(job_order, first)
    kind = job_kind(job_order.operations_type)
    if kind is not None and asked == JobOrderCommand.START:
        kind.start_undone(act, job_order)
    job_response.close_for(act, job_order, at)
    job_response.take_back(
        act, response, op_uuid, _("%(command)s undone") % {"command": JOB_ORDER_COMMAND.label(asked)}
    )
    return response.started_at


def _refuse_followers(job_order: JobOrder) -> None:
    """Raises: Conflict where another job began because this one had."""
    links = JobDependency.objects.filter(predecessor=job_order, kind__in=FOLLOWS_START)
    ended = [JobOrderStatus.COMPLETED, JobOrderStatus.CLOSED]
    begun = links.filter(successor__status__in=[*BEGUN_JOB_ORDER_STATUSES, *ended])
    code = begun.order_by("pk").values_list("successor__code", flat=True).first()
    if code is not None:
        words = {"job": job_order.code, "other": code}
        sentence = _("Job %(other)s began because %(job)s had begun. Pause %(job)s instead.") % words
        raise Conflict(sentence, code="job_followed")


def _go_on(act: UseCase, job_order: JobOrder, op_uuid: uuid.UUID) -> datetime:
    """The stretch that a pause ended goes on: work in one that begins there, a stop as the one it is. Gives the instant
    of the pause. Raises: Conflict."""
    found = [each for each in gate.resume_in_the_way(job_order, act.now) if each.forbids]
    job_orders.refuse_if(job_order, gate.order_stopped(job_order, act.now) + found)
    rows = JobResponse.objects.filter(job_order=job_order, reverses=None, reversal=None, ended_at__isnull=False)
    last = rows.order_by("-ended_at", "-started_at", "-id").first()
    if last is None or last.ended_at is None:
        raise NotFound(_("Nothing is recorded on job %(job)s.") % {"job": job_order.code})
    (stops.go_on if last.is_stop else job_response.go_on)(act, job_order, last, op_uuid)
    return last.ended_at


def _put_back(
    act: UseCase, job_order: JobOrder, asked: JobOrderCommand, after: JobOrderStatus, instant: datetime
) -> None:
    """The state before, with its record and event; an order that ran by this start alone is put back too."""
    before, site = JobOrderStatus(job_order.status), job_order.site.code
    job_orders.put_back(job_order, after)
    if asked == JobOrderCommand.START:
        work_request.put_back_unbegun(act, job_order.work_request)
    act.record(
        f"work.job_order_{asked}_undone", subject=job_order, site=site,
        before={"status": before}, after={"status": after},
    )  # fmt: skip
    act.publish(
        JobOrderStatusChanged(site, job_order.pk, job_order.code, f"undo_{asked}", before, after, instant),
        key=f"job_order:{job_order.pk}",
    )
    tell(site, "job_order", job_order.pk, job_order.version)
