"""One stop with all that is known of it: intervals, words, the messages behind it, how often it came today."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import NotFound, Unavailable
from mom.floor.models import FloorMessage, StateInterval, Stop, StopAnnotation
from mom.floor.permissions import VIEW
from mom.floor.selectors.record_pages import Order, Page, Wanted, dropped_days, read
from mom.plant.engine.calendar import day_interval, local_day

MOST_MESSAGES = 200
BEFORE = timedelta(seconds=1)
NEAR = timedelta(days=2)
"""How far around a stop its neighbours are looked for."""


@dataclass(frozen=True)
class StopView:
    """A stop as people look at it. `repeat`: the how-manieth of its reason on the machine on its day; 0 uncoded."""

    stop: Stop
    intervals: list[StateInterval]
    words: list[StopAnnotation]
    messages: list[FloorMessage]
    has_more: bool
    repeat: int
    unread: str = ""
    """Why the messages can't be read at the moment."""


def stops_of_site(actor: Actor, site: Site) -> QuerySet[Stop]:
    """The stops of a site that stand, with machine, reason and job, within the actor's rights."""
    rows = Stop.objects.filter(site=site, withdrawn_at=None)
    rows = rows.select_related("equipment", "reason", "job_order", "site")
    return rows if actor.may(VIEW, site.code) else rows.none()


def stop_get(actor: Actor, site: Site, pk: int) -> Stop:
    """One of them. Raises: NotFound."""
    found = stops_of_site(actor, site).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def stop_view(stop: Stop, now: datetime) -> StopView:
    """A stop with its intervals, words and first messages, and its repeat count. Six statements without the archive."""
    unread, page = "", Page([])
    try:
        page = _messages(stop, stop.ended_at or now)
    except Unavailable as error:
        unread = error.sentence
    return StopView(
        stop=stop,
        intervals=list(StateInterval.objects.filter(stop=stop).select_related("reason").order_by("started_at")),
        words=list(words_about(stop).select_related("reason").order_by("-id")),
        messages=page.rows[:MOST_MESSAGES],
        has_more=len(page.rows) > MOST_MESSAGES or page.goes_on_at is not None,
        repeat=repeat_count(stop),
        unread=unread,
    )


def _messages(stop: Stop, end: datetime) -> Page:
    """The first messages from its beginning on, from the archive where its days are only there. Raises: Unavailable."""
    start, end, order = stop.started_at - BEFORE, end + timedelta(microseconds=1), Order()
    rows = FloorMessage.objects.filter(equipment=stop.equipment_id, occurred_at__gte=start, occurred_at__lt=end)
    found = list(rows.order_by(*order.names())[: MOST_MESSAGES + 1])
    wanted = Wanted.within([stop.equipment], start, end, rows)
    return read(wanted, order, MOST_MESSAGES + 1) if dropped_days(wanted) else Page(found)


def words_about(stop: Stop) -> QuerySet[StopAnnotation]:
    """What was said about a stop: about its own time, or about the whole stretch that was split into it and others."""
    first, last = stop.started_at, stop.ended_at
    near = Stop.objects.filter(equipment=stop.equipment_id, withdrawn_at=None, started_at__gte=first - NEAR)
    if last is not None:
        near = near.filter(started_at__lte=last + NEAR)
    ends = list(near.order_by("started_at").values_list("started_at", "ended_at"))
    for start, end in ends:
        last = end if start == last else last
    for start, end in reversed(ends):
        first = start if end == first else first
    rows = StopAnnotation.objects.filter(equipment=stop.equipment_id, reversal=None, reverses=None)
    part = Q(is_whole=False) & (Q(ended_at=None, started_at__gte=first) | Q(ended_at__gt=stop.started_at))
    whole = Q(is_whole=True, started_at__gte=first)
    if stop.ended_at is not None:
        part &= Q(started_at__lt=stop.ended_at)
    if last is not None:
        whole &= Q(started_at__lt=last)
    return rows.filter(part | whole)


def repeat_count(stop: Stop) -> int:
    """The how-manieth stop of this reason on this machine on its day of the plant: "fourth time today"."""
    if stop.reason_id is None:
        return 0
    zone = stop.site.zone
    day = day_interval(local_day(stop.started_at, zone), zone)
    rows = Stop.objects.filter(equipment=stop.equipment_id, reason=stop.reason_id, withdrawn_at=None)
    return rows.filter(started_at__gte=day.start, started_at__lte=stop.started_at).count()


def repeats_on(site: Site, start: datetime, end: datetime) -> dict[tuple[int, int], int]:
    """How often each machine stopped for each reason in [start, end). One statement."""
    rows = Stop.objects.filter(site=site, withdrawn_at=None, started_at__gte=start, started_at__lt=end)
    counted = rows.exclude(reason=None).order_by().values(machine=F("equipment_id"), why=F("reason_id"))
    return {(row["machine"], row["why"]): row["many"] for row in counted.annotate(many=Count("id"))}
