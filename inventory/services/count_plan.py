"""The plan of counts: how often each place is due, by its class or its own interval; a worker makes the jobs."""

from datetime import datetime, timedelta

from django.db.models import (
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from inventory import permissions
from inventory.engine.terms import CountStatus, StockClass
from inventory.models import CountClass, CycleCount, StorageLocation
from inventory.services import cycle_count
from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, Stale
from mom.core.use_case import use_case

AHEAD = timedelta(days=1)
"""So long before it is due a count stands on the dispatch list."""


def class_set(actor: Actor, site: Site, letter: StockClass, interval_days: int) -> CountClass:
    """Say how often places of a class are counted. Raises: NotAllowed; InvalidInput for less than a day."""
    if interval_days < 1:
        raise InvalidInput({"interval_days": [_("Give a number of days.")]})
    with use_case(actor) as act:
        act.require(permissions.ADJUST_STOCK, site.code)
        row = CountClass.objects.select_for_update().filter(site=site, letter=letter).first()
        before = row.interval_days if row else None
        if row is None:
            row = CountClass.objects.create(site=site, letter=letter, interval_days=interval_days)
        else:
            row.interval_days = interval_days
            row.version += 1
            row.save(update_fields=["interval_days", "version"])
        act.record(
            "inventory.count_class_set",
            subject=row,
            site=site.code,
            before={"interval_days": before},
            after={"class": letter, "interval_days": interval_days},
        )
        return row


def place_set(
    actor: Actor,
    location_id: int,
    *,
    count_class: str,
    count_interval_days: int | None,
    is_inbound: bool,
    version: int | None = None,
) -> StorageLocation:
    """Say how often a place is counted, and whether what lies there waits to be put away.

    Raises: NotAllowed, NotFound, Stale; InvalidInput for less than a day.
    """
    if count_interval_days is not None and count_interval_days < 1:
        raise InvalidInput({"count_interval_days": [_("Give a number of days.")]})
    with use_case(actor) as act:
        rows = StorageLocation.objects.select_for_update(of=("self",)).select_related("site", "equipment")
        row = rows.get(pk=location_id)
        act.require(permissions.ADJUST_STOCK, row.site.code)
        if version is not None and version != row.version:
            raise Stale
        values = {"count_class": count_class, "count_interval_days": count_interval_days, "is_inbound": is_inbound}
        before = {name: getattr(row, name) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
        row.save(update_fields=[*values, "version"])
        act.record("inventory.place_set", subject=row.equipment, site=row.site.code, before=before, after=values)
        return row


def due_places(at: datetime) -> QuerySet[StorageLocation]:
    """Places whose next count is due by `at` and that are not being counted. `due_at` says since when.

    A place that was never counted is due at once.
    """
    by_class = CountClass.objects.filter(site=OuterRef("site"), letter=OuterRef("count_class"))
    going_on = CycleCount.objects.filter(location=OuterRef("pk"), status__in=[CountStatus.OPEN, CountStatus.COUNTED])
    last = (
        CycleCount.objects.filter(location=OuterRef("pk"), status=CountStatus.POSTED)
        .order_by()
        .values("location")
        .annotate(at=Max("posted_at"))
        .values("at")
    )
    rows = StorageLocation.objects.annotate(
        days=Coalesce(F("count_interval_days"), Subquery(by_class.values("interval_days")[:1])),
        last_counted=Subquery(last),
    )
    rows = rows.exclude(days=None).exclude(Exists(going_on)).filter(equipment__is_active=True)
    interval = ExpressionWrapper(F("days") * Value(timedelta(days=1)), output_field=DurationField())
    since = ExpressionWrapper(Value(at) - interval, output_field=DateTimeField())
    late = Q(last_counted=None) | Q(last_counted__lte=since)
    return rows.filter(late).select_related("site", "equipment").order_by("site", "equipment__code")


def plan(actor: Actor, *, most: int = 200) -> int:
    """Make the jobs of all counts that are due within a day, one transaction each; gives how many were made."""
    made, horizon = 0, clock.now() + AHEAD
    for location in due_places(horizon)[:most]:
        last, days = location.last_counted, location.days  # type: ignore[attr-defined]
        due_at = clock.now() if last is None else last + timedelta(days=days)
        try:
            with use_case(actor) as act:
                cycle_count.add(act, location, due_at=due_at, is_planned=True)
        except Conflict:  # somebody asked for it at the same moment
            continue
        made += 1
    return made
