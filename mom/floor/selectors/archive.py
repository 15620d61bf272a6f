"""What the archive holds, what waits, and which days leave the database next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Count, Max, Min, Q, QuerySet, Sum

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.floor.archive.due import days_in_tables
from mom.floor.models import ArchivedDay, ArchivePolicy
from mom.floor.permissions import VIEW


def policy_for(site: Site) -> ArchivePolicy:
    """The site's settings, or the defaults, unsaved."""
    return ArchivePolicy.objects.filter(site=site).first() or ArchivePolicy(site=site)


@dataclass(frozen=True)
class ArchiveStanding:
    """What the archive of a site holds in all. Counts are of machine days."""

    written: int
    verified: int
    unverified: int
    damaged: int
    waiting: int
    dropped: int
    messages: int
    bytes: int
    first_day: date | None
    last_day: date | None
    verified_since: datetime | None


def standing(site: Site) -> ArchiveStanding:
    """The archive of a site; one statement."""
    found = ArchivedDay.objects.filter(site=site).aggregate(
        written=Count("id", filter=~Q(address="")),
        verified=Count("id", filter=Q(verified_at__isnull=False, problem="")),
        unverified=Count("id", filter=~Q(address="") & Q(verified_at=None)),
        damaged=Count("id", filter=~Q(problem="")),
        waiting=Count("id", filter=Q(due_at__isnull=False)),
        dropped=Count("id", filter=Q(dropped_at__isnull=False)),
        messages=Sum("row_count", default=0),
        bytes=Sum("byte_count", default=0),
        first_day=Min("day", filter=~Q(address="")),
        last_day=Max("day", filter=~Q(address="")),
        verified_since=Min("verified_at"),
    )
    return ArchiveStanding(**found)


def days_past_horizon(now: datetime) -> list[date]:
    """Days in the tables, oldest first, that no site with messages of them keeps any longer.

    A day is one partition for all sites: the longest horizon holds, and a site without one keeps all.
    """
    keeps = dict(ArchivePolicy.objects.values_list("site_id", "keep_days"))
    days = days_in_tables()
    sites: dict[date, set[int]] = {}
    for day, site_id in ArchivedDay.objects.filter(day__in=days).values_list("day", "site_id").distinct():
        sites.setdefault(day, set()).add(site_id)
    today = now.astimezone(UTC).date()
    return [day for day in days if day in sites and _may_go(day, today, [keeps.get(each) for each in sites[day]])]


def _may_go(day: date, today: date, kept: Sequence[int | None]) -> bool:
    return all(days is not None and day + timedelta(days=1 + days) <= today for days in kept)


def archived_days(actor: Actor, site: Site) -> QuerySet[ArchivedDay]:
    """The machine days of a site that are in the archive or wait for it; none where the actor may not look."""
    if not actor.may(VIEW, site.code):
        return ArchivedDay.objects.none()
    return ArchivedDay.objects.filter(site=site).select_related("equipment")
