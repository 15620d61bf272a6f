"""When something told to us happened: by who was there, within what other acts allow. Source: decision 43."""

from datetime import datetime, timedelta

from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import formats
from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core.errors import Conflict, InvalidInput
from mom.core.use_case import UseCase
from mom.plant.models import Equipment
from mom.work.models import JobOrder, JobResponse

CLOCKS_DIFFER_BY = timedelta(minutes=2)
"""So much two clocks, or two sendings of one device, may disagree about the order of two acts: it is evened out."""
LONGEST_AGO = timedelta(days=30)
"""An earlier time comes from a clock that was reset. Entries of stations are cut at the same bound."""


def moment(act: UseCase, job_order: JobOrder, told: datetime | None) -> datetime:
    """The instant of an act on a locked job: the one told, or now.

    A little ahead of us it is now; a little before the job's last act it is that one's instant, so that stretches of
    work never overlap. Raises: InvalidInput for a time further ahead or too long ago; Conflict for one before the
    job's last act, which was done without knowing of it.
    """
    if told is None:
        return act.now
    work = JobResponse.objects.filter(job_order=job_order)
    return _after(_within_reach(act, told), _last_act(work), job_order.code, job_order.site)


def moment_at(act: UseCase, machine: Equipment, told: datetime | None) -> datetime:
    """The same for a locked machine that stands still without a job: bounded by its own stops."""
    if told is None:
        return act.now
    alone = JobResponse.objects.filter(equipment=machine, job_order=None)
    return _after(_within_reach(act, told), _last_act(alone), machine.code, machine.site)


def _within_reach(act: UseCase, told: datetime) -> datetime:
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
    if last is None or told >= last:
        return told
    if told >= last - CLOCKS_DIFFER_BY:
        return last
    words = {"what": what, "last": _clock(last, site), "told": _clock(told, site)}
    sentence = _(
        "On %(what)s something was done at %(last)s already; this was said for %(told)s. Tell your supervisor."
    )
    raise Conflict(sentence % words, code="told_too_late")


def _clock(at: datetime, site: Site) -> str:
    return formats.date_format(at.astimezone(site.zone), "j M H:i")
