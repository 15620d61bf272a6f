"""Figures computed again on request, as long work: people see how far it is and may cancel it; what is made stays."""

import time
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from analytics import permissions
from analytics.models import DirtyDay
from analytics.services.machine_rebuild import mark_days
from analytics.services.rebuild import DAYS_PER_PIECE, rebuild_days, refuse_strange
from mom.accounts.models import Site
from mom.core import long_work
from mom.core.actor import Actor
from mom.core.db.locks import Lock, try_advisory_lock
from mom.core.errors import InvalidInput
from mom.core.live.change import tell
from mom.core.long_work import Progress
from mom.core.models import TaskRun
from mom.core.use_case import use_case

RECOMPUTE = long_work.declare("analytics.recompute", task="analytics.tasks.recompute", queue="kpi")
LONGEST = timedelta(days=3660)
PAUSE = 0.2  # seconds between tries while another worker is at the site


def request(actor: Actor, site: Site, first: date, last: date) -> TaskRun:
    """Have every day from `first` to `last` made again by a worker.

    Raises: NotAllowed; InvalidInput for days the wrong way round, that no fact has, or more than ten years of them.
    """
    refuse_strange(first, last)
    if last - first > LONGEST:
        raise InvalidInput({"first": [_("Choose ten years at most.")]})
    with use_case(actor) as act:
        act.require(permissions.RECOMPUTE, site.code)
        words = {"first": first.isoformat(), "last": last.isoformat()}
        title = _("Figures from %(first)s to %(last)s") % words
        days = (last - first).days + 1
        return long_work.start(act, RECOMPUTE, site.code, title, parameters=words, total=days)


def run(progress: Progress) -> dict[str, Any]:
    """Make the days that are left, a month at a time; a piece and its progress commit together. Raises: Cancelled."""
    task = progress.run
    site = Site.objects.get(code=task.site)
    first, last = (date.fromisoformat(task.parameters[name]) for name in ("first", "last"))
    days = (last - first).days + 1
    while progress.done < days:
        progress.check_cancelled()
        begin = first + timedelta(days=progress.done)
        piece = [begin + timedelta(days=n) for n in range(min(DAYS_PER_PIECE, days - progress.done))]
        if not _make(progress, site, piece):
            time.sleep(PAUSE)
    return {"days": days}


def _make(progress: Progress, site: Site, piece: list[date]) -> bool:
    """Make one piece, unless another worker is at this site; says whether it did. Machines' shifts are marked for it.

    Their buckets are made a machine at a time by whichever worker is free.
    """
    with use_case(progress.actor) as act:
        if not try_advisory_lock(Lock.KPI_REBUILD, site.pk):
            return False
        DirtyDay.objects.filter(site=site, day__in=piece).delete()
        rebuild_days(site, piece)
        mark_days(act, site, piece)
        tell(site.code, "figures", "site")
        progress.advance(progress.done + len(piece))
    return True
