"""Closed days go to the archive and, past their horizon, leave the database; a machine's day at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import structlog
from django.db import DatabaseError, IntegrityError, connection
from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core import clock, long_work
from mom.core.actor import Actor, system_actor
from mom.core.db.yielding import has_yielded
from mom.core.errors import InvalidInput, Unavailable
from mom.core.long_work import Progress
from mom.core.models import TaskRun
from mom.core.use_case import Subject, use_case
from mom.floor import permissions
from mom.floor.archive import due
from mom.floor.archive.due import CLOSE_AFTER_DAYS
from mom.floor.archive.store import StoreAway
from mom.floor.archive.sweeping import damage_words, stranger_words, sweep
from mom.floor.archive.writing import StoreFailed, claim_next, verify, write
from mom.floor.models import ArchivedDay, ArchivePolicy
from mom.floor.selectors.archive import days_past_horizon, policy_for

log = structlog.get_logger(__name__)

ARCHIVE = long_work.declare("floor.archive", task="mom.floor.tasks.archive_days", queue="floor")
VERIFY = long_work.declare("floor.verify_archive", task="mom.floor.tasks.verify_archive", queue="floor")
_FAILURES = 3  # in a row: the store is away, not a file
_PIECE = 50  # files verified between two signs of life


@dataclass(frozen=True)
class Kept:
    """When a site's days are archived and dropped; `keep_days` None: never dropped."""

    close_after_days: int = CLOSE_AFTER_DAYS
    keep_days: int | None = None


def set_policy(actor: Actor, site: Site, wanted: Kept) -> ArchivePolicy:
    """Set when the site's days are archived and how long they stay in the database.

    Raises: NotAllowed; InvalidInput for a horizon before the closing.
    """
    if wanted.close_after_days < 1:
        raise InvalidInput({"close_after_days": [_("At least one day.")]})
    if wanted.keep_days is not None and wanted.keep_days < wanted.close_after_days:
        raise InvalidInput({"keep_days": [_("Not fewer days than until the archive.")]})
    with use_case(actor) as act:
        act.require(permissions.MANAGE_ARCHIVE, site.code)
        before = policy_for(site)
        values = {"close_after_days": wanted.close_after_days, "keep_days": wanted.keep_days}
        policy, _made = ArchivePolicy.objects.update_or_create(site=site, defaults=values)
        old = {"close_after_days": before.close_after_days, "keep_days": before.keep_days}
        act.record("floor.archive_policy_set", subject=policy, site=site.code, before=old, after=values)
    return policy


def mark_closed_days(now: datetime) -> int:
    """Find the machine days that have to be written, and begin work for each site that has some; gives how many."""
    marked = sum(due.mark_due(day, now) for day in due.days_that_changed())
    waiting = ArchivedDay.objects.filter(due_at__isnull=False).values_list("site__code", flat=True).distinct()
    for code in sorted(waiting.order_by()):
        with use_case(system_actor("archive")) as act:
            site = Site.objects.select_for_update(of=("self",)).get(code=code)  # one beginning at a time
            if not _is_under_way(ARCHIVE, code):
                _begin(act, site)
    return marked


def request_archive(actor: Actor, site: Site) -> TaskRun:
    """Have every closed day of the site written that is not yet; who waits sees how far it is. Raises: NotAllowed."""
    actor_may = actor.may(permissions.MANAGE_ARCHIVE, site.code)
    if actor_may:
        for day in due.days_that_changed():
            due.mark_due(day, clock.now())
    with use_case(actor) as act:
        act.require(permissions.MANAGE_ARCHIVE, site.code)
        return _begin(act, site)


def _begin(act: Any, site: Site) -> TaskRun:
    total = due.waiting(site.pk)
    return long_work.start(act, ARCHIVE, site.code, _("Archive machine messages"), total=total)


def _is_under_way(kind: str, site: str) -> bool:
    return TaskRun.objects.filter(kind=kind, site=site, finished_at__isnull=True).exists()


def archive_site(progress: Progress) -> Mapping[str, Any]:
    """Write what waits at a site. Any number of workers may do this at once, each takes other days."""
    site = Site.objects.get(code=progress.run.site)
    written, failed = write_waiting(site.pk, after_each=lambda done: _step(progress, done))
    return {"days": written, "failed": failed}


def _step(progress: Progress, written: int) -> None:
    progress.advance(written)
    progress.check_cancelled()


def write_waiting(site_id: int | None = None, *, after_each: Any = None, most: int | None = None) -> tuple[int, int]:
    """Write the days that wait, oldest first; gives how many were written and how many the store did not take.

    A store that fails three times in a row is left alone until the sweep comes round again.
    """
    written = failed = in_a_row = 0
    while (most is None or written + failed < most) and in_a_row < _FAILURES:
        claim = claim_next(site_id)
        if claim is None:
            break
        try:
            written += write(claim)
            in_a_row = 0
        except StoreFailed:
            failed += 1
            in_a_row += 1
        if after_each is not None:
            after_each(written)
    return written, failed


def request_verify(actor: Actor, site: Site) -> TaskRun:
    """Have every file of the site read again and compared. Raises: NotAllowed."""
    with use_case(actor) as act:
        act.require(permissions.MANAGE_ARCHIVE, site.code)
        total = ArchivedDay.objects.filter(site=site).exclude(address="").count()
        return long_work.start(act, VERIFY, site.code, _("Verify the archive"), total=total)


def verify_site(progress: Progress) -> Mapping[str, Any]:
    """Read all files of a site, oldest day first, and say how many are not as they were written.

    Raises: Unavailable, in the words of the store that is away.
    """
    try:
        return _verify_site(progress)
    except StoreAway as error:
        raise Unavailable(str(error)) from error


def _verify_site(progress: Progress) -> Mapping[str, Any]:
    site = Site.objects.get(code=progress.run.site)
    swept = sweep(site.code)
    if not progress.done:
        progress.issues((None, "", each, "unknown_file", stranger_words(each)) for each in swept.strangers)
    rows = ArchivedDay.objects.filter(site=site).exclude(address="").order_by("id")
    keys = list(rows.values_list("pk", flat=True))
    for start in range(progress.done, len(keys), _PIECE):
        piece = keys[start : start + _PIECE]
        found = ArchivedDay.objects.filter(pk__in=piece).select_related("equipment")
        bad = [row for row in found if row.address and not verify(row)]
        progress.issues((None, row.day.isoformat(), row.address, "damaged", damage_words(row)) for row in bad)
        progress.advance(start + len(piece), total=len(keys))
        progress.check_cancelled()
    return {"files": len(keys), "orphans": swept.removed, "unknown": len(swept.strangers)}


def drop_past_horizon(now: datetime) -> list[date]:
    """Take days out of the database that are past the horizon of every site; each file is read once more before.

    The database refuses a day that has a message no verified file holds; such a day is written again first.
    Raises: StoreAway, and then no further day goes.
    """
    dropped = []
    for day in days_past_horizon(now):
        rows = ArchivedDay.objects.filter(day=day, verified_at__isnull=False)
        if all(verify(row) for row in rows) and _drop(day, now):
            dropped.append(day)
    return dropped


def _drop(day: date, now: datetime) -> bool:
    try:
        with use_case(system_actor("archive")) as act, connection.cursor() as cursor:
            cursor.execute("SELECT floor_drop_day(%s)", [day])
            (many,) = cursor.fetchone()
            subject = Subject("floor.floormessage", day.isoformat(), day.isoformat())
            act.record("floor.day_dropped", subject=subject, before={"messages": many})
    except IntegrityError:
        log.warning("day_not_archived", day=str(day))
        due.mark_due(day, now)
        return False
    except DatabaseError as error:
        if not has_yielded(error):
            raise
        return False
    return True
