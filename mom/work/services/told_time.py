"""When something told to us happened: by who was there, within what other acts allow. Source: decision 43."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import formats
from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core.errors import Conflict, InvalidInput
from mom.core.use_case import UseCase
from mom.plant.models import Equipment
from mom.work.engine.told import CLOCKS_DIFFER_BY, LONGEST_AGO
from mom.work.models import JobOrder, JobResponse


def moment(act: UseCase, job_order: JobOrder, told: datetime | None) -> datetime:
    """The instant of an act on a locked job: the one told, or now.

    A little ahead of us it is now; a little before the job's last act it is that one's instant, so that stretches of
    work never overlap. Raises: InvalidInput for a time further ahead or too long ago; Conflict for one before the
    job's last act, which was done without knowing of it.
    """
    if told is None:
        return act.now
    work = JobResponse.objects.filter(job_order=job_order)
    return _after(within_reach(act, told), _last_act(work), job_order.code, job_order.site)


def moment_at(act: UseCase, machine: Equipment, told: datetime | None) -> datetime:
    """The same for a locked machine that stands still without a job: bounded by its own stops."""
    if told is None:
        return act.now
    alone = JobResponse.objects.filter(equipment=machine, job_order=None)
    return _after(within_reach(act, told), _last_act(alone), machine.code, machine.site)


def moment_of_all(act: UseCase, job_orders: Iterable[JobOrder], told: datetime | None) -> datetime:
    """One instant for several locked jobs that begin or end together: what each of them allows, so the latest of those.

    Raises: as `moment`, where one of them does not allow it.
    """
    return max((moment(act, job_order, told) for job_order in job_orders), default=act.now)


def moment_after(act: UseCase, told: datetime | None, last: datetime | None, what: str, site: Site) -> datetime:
    """The same for what is no work of a job: bounded by the act that stands, or nothing. Raises: as `moment`."""
    return act.now if told is None else _after(within_reach(act, told), last, what, site)


def occurred(act: UseCase, at: datetime) -> dict[str, datetime]:
    """When it happened, for the audit entry, where that is not when it was recorded."""
    return {} if at == act.now else {"occurred_at": at}


def within_reach(act: UseCase, told: datetime) -> datetime:
    """The time as we take it, never after now. Raises: InvalidInput for one further ahead or too long ago."""
    if told > act.now + CLOCKS_DIFFER_BY:
        raise InvalidInput({"occurred_at": [_("This lies in the future. Check the clock.")]})
    if told < act.now - LONGEST_AGO:
        raise InvalidInput({"occurred_at": [_("This is more than thirty days ago. Check the clock.")]})
    return min(told, act.now)


def _last_act(work: QuerySet[JobResponse]) -> datetime | None:
    """When the last stretch that counts ended, or began where it goes on."""
    counts = work.filter(Q(reverses=None, reversal=None))
    found: datetime | None = counts.aggregate(last=Max(Coalesce("ended_at", "started_at")))["last"]
    return found


def _after(told: datetime, last: datetime | None, what: str, site: Site) -> datetime:
    sentence = _(
        "On %(what)s something was done at %(last)s already; this was said for %(told)s. Tell your supervisor."
    )
    return not_before(told, last, site, sentence, what=what)


def not_before(told: datetime, last: datetime | None, site: Site, sentence: str, **words: str) -> datetime:
    """A time that was told, or `last` where it is little earlier.

    Raises: Conflict with the `sentence` (of %(last)s, %(told)s and other words) where it is earlier than clocks differ.
    """
    if last is None or told >= last:
        return told
    if told >= last - CLOCKS_DIFFER_BY:
        return last
    words |= {"last": _clock(last, site), "told": _clock(told, site)}
    raise Conflict(sentence % words, code="told_too_late")


def _clock(at: datetime, site: Site) -> str:
    return formats.date_format(at.astimezone(site.zone), "j M H:i")
