"""The board of nonconformances: what stands in which column, and the figures above it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Case, Count, F, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value, When, Window
from django.db.models.functions import Coalesce, RowNumber

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.plant.selectors.scope import for_actor
from quality import permissions
from quality.engine.terms import OPEN_NONCONFORMANCES, NonconformanceStatus
from quality.models import Disposition, Nonconformance, NonconformanceLine
from quality.selectors.nonconformance import open_rework

MOST = 12
"""So many cards stand in a column of the board; the list has all."""
WINDOW = timedelta(days=30)
AGAIN = timedelta(days=90)
POINTS = 7
"""So many points has the line of those that were open: every five days of the window, its two ends among them."""
_S = NonconformanceStatus


class Lane(StrEnum):
    """A column: the statuses, a decided one apart by whether its rework still goes on."""

    NEW = "new"
    CONTAINED = "contained"
    REWORK = "rework"
    TO_CLOSE = "to_close"
    CLOSED = "closed"


@dataclass(frozen=True)
class InDoubt:
    """So much in so many lots; `lot` is the first of them by code, "" for parts without a lot."""

    unit: str
    quantity: Decimal
    lots: int
    lot: str = ""


@dataclass(frozen=True)
class Board:
    """Cards by column (at most `MOST` each, newest first), how many there are of each, and what each is about."""

    cards: Mapping[Lane, Sequence[Nonconformance]]
    counts: Mapping[Lane, int]
    in_doubt: Mapping[int, Sequence[InDoubt]]
    open_then: Sequence[int]
    """How many were not closed, every five days of the last thirty; the last is now."""


@dataclass(frozen=True)
class Times:
    """The median from found to decided of those decided in the window and in that before it; None where none was."""

    median: timedelta | None
    decided: int
    before: timedelta | None


def board(actor: Actor, site: Site, now: datetime) -> Board:
    """The board of a site. Three statements, however much stands on it. Closed ones are those of the last 30 days."""
    since = now - WINDOW
    all_rows = _visible(actor, site).filter(~Q(status=_S.CLOSED) | Q(closed_at__gte=since))
    rows = all_rows.annotate(rework=Subquery(open_rework().values("rework_job__code")[:1])).annotate(lane=_lane())
    place = Window(RowNumber(), partition_by=[F("lane")], order_by=[_newest().desc(), F("pk").desc()])
    shown = rows.annotate(place=place).filter(place__lte=MOST).select_related("material", "equipment")
    cards: dict[Lane, list[Nonconformance]] = {lane: [] for lane in Lane}
    for each in shown.order_by("place"):
        cards[Lane(each.lane)].append(each)
    instants = [since + WINDOW / (POINTS - 1) * index for index in range(POINTS)]
    asked = {f"lane_{lane}": Count("pk", filter=Q(lane=lane)) for lane in Lane}
    asked |= {f"then_{index}": Count("pk", filter=_open_at(at)) for index, at in enumerate(instants)}
    counts = rows.order_by().aggregate(**asked)
    return Board(
        cards,
        {lane: counts[f"lane_{lane}"] for lane in Lane},
        _in_doubt_of([each.pk for column in cards.values() for each in column]),
        [counts[f"then_{index}"] for index in range(POINTS)],
    )


def still_in_doubt(actor: Actor, site: Site) -> list[InDoubt]:
    """What nobody has decided yet, by unit, the most lots first. One statement."""
    undecided = _visible(actor, site).filter(status__in=[each.value for each in OPEN_NONCONFORMANCES])
    decided = Disposition.objects.filter(line=OuterRef("pk")).order_by().values("line").annotate(all=Sum("quantity"))
    lines = NonconformanceLine.objects.filter(nonconformance__in=undecided)
    lines = lines.annotate(decided=Subquery(decided.values("all")))
    lines = lines.annotate(left=F("quantity") - Coalesce(F("decided"), Value(Decimal(0))))
    # Parts that nobody has counted are in doubt as long as nothing was decided of them.
    lines = lines.filter(Q(left__gt=0) | Q(decided=None))
    sums = lines.order_by().values("unit").annotate(total=Sum("left"), lots=Count("lot", distinct=True))
    found = [InDoubt(row["unit"], row["total"], row["lots"]) for row in sums]
    return sorted(found, key=lambda each: (-each.lots, -each.quantity, each.unit))


def times(actor: Actor, site: Site, now: datetime) -> Times:
    """How long it took to decide, in the last 30 days and in the 30 before. One statement."""
    rows = _visible(actor, site).filter(disposed_at__gte=now - 2 * WINDOW, disposed_at__lte=now)
    spans: dict[bool, list[timedelta]] = {True: [], False: []}
    instants: Any = rows.order_by().values_list("found_at", "disposed_at")
    for found_at, disposed_at in instants:
        spans[disposed_at >= now - WINDOW].append(disposed_at - found_at)
    return Times(_median(spans[True]), len(spans[True]), _median(spans[False]))


def found_again(actor: Actor, site: Site, now: datetime) -> tuple[int, int]:
    """How many characteristics, each at its machine and product, had more than one nonconformance in the last 90 days,
    and in the 90 before. One statement.
    """
    rows = _visible(actor, site).filter(characteristic__isnull=False, found_at__gte=now - 2 * AGAIN, found_at__lte=now)
    now_, before = Q(found_at__gte=now - AGAIN), Q(found_at__lt=now - AGAIN)
    sums = rows.order_by().values("material", "equipment", "characteristic__name")
    many = list(sums.annotate(late=Count("pk", filter=now_), early=Count("pk", filter=before)))
    return sum(row["late"] > 1 for row in many), sum(row["early"] > 1 for row in many)


def _visible(actor: Actor, site: Site) -> QuerySet[Nonconformance]:
    return for_actor(Nonconformance.objects.filter(site=site), actor, permissions.VIEW)


def _lane() -> Case:
    return Case(
        When(status=_S.OPEN, then=Value(Lane.NEW)),
        When(status=_S.CONTAINED, then=Value(Lane.CONTAINED)),
        When(status=_S.DISPOSED, rework__isnull=False, then=Value(Lane.REWORK)),
        When(status=_S.DISPOSED, then=Value(Lane.TO_CLOSE)),
        default=Value(Lane.CLOSED),
    )


def _newest() -> Any:
    return Coalesce(F("closed_at"), F("found_at"))


def _open_at(at: datetime) -> Q:
    return Q(found_at__lte=at) & (Q(closed_at=None) | Q(closed_at__gt=at))


def _in_doubt_of(keys: Sequence[int]) -> Mapping[int, Sequence[InDoubt]]:
    lines = NonconformanceLine.objects.filter(nonconformance__in=keys).order_by("nonconformance", "unit")
    sums = lines.values("nonconformance", "unit").annotate(
        total=Sum("quantity"), lots=Count("lot"), first=Min("lot__code")
    )
    found: dict[int, list[InDoubt]] = defaultdict(list)
    for row in sums:
        found[row["nonconformance"]].append(InDoubt(row["unit"], row["total"], row["lots"], row["first"] or ""))
    return found


def _median(spans: Sequence[timedelta]) -> timedelta | None:
    ordered, middle = sorted(spans), len(spans) // 2
    if not ordered:
        return None
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
