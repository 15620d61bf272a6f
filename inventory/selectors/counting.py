"""What a count is to look at, what was counted, and what it comes to against the book of the counting moment."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from inventory.engine.counting import accuracy
from inventory.engine.terms import CountStatus
from inventory.models import CountEntry, CountLine, CycleCount
from inventory.permissions import VIEW
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.plant.selectors.scope import for_actor


@dataclass(frozen=True)
class Outcome:
    """A counted line: what was counted when, what the book said at that instant, and what it says and promises now."""

    line_id: int
    counted: Decimal
    counted_at: datetime
    book: Decimal
    balance_id: int | None
    now: Decimal
    reserved: Decimal

    @property
    def difference(self) -> Decimal:
        """More than zero: there is more than the book said."""
        return self.counted - self.book

    @property
    def left(self) -> Decimal:
        """What will lie there by the book once the difference is posted."""
        return self.now + self.difference


# The book of the counting moment is the book now less what happened since, by when it happened and not by when it was
# typed: a withdrawal of before the count that was booked late is in the book of that moment.
_OUTCOMES = """
SELECT line.id, entry.quantity, entry.counted_at,
       coalesce(b.quantity, 0) - coalesce((
           SELECT sum(m.quantity) FROM inventory_stockmove m
           WHERE m.site_id = line.site_id AND m.occurred_at > entry.counted_at AND m.location_id = c.location_id
             AND m.definition_id = line.definition_id AND m.lot_id IS NOT DISTINCT FROM line.lot_id
             AND m.sublot_id IS NOT DISTINCT FROM line.sublot_id), 0),
       b.id, coalesce(b.quantity, 0), coalesce(b.reserved, 0)
FROM inventory_countline line
JOIN inventory_cyclecount c ON c.id = line.count_id
CROSS JOIN LATERAL (
    SELECT e.quantity, e.counted_at FROM inventory_countentry e WHERE e.line_id = line.id
    ORDER BY e.counted_at DESC, e.id DESC LIMIT 1
) entry
LEFT JOIN inventory_stockbalance b ON b.location_id = c.location_id AND b.definition_id = line.definition_id
 AND b.lot_id IS NOT DISTINCT FROM line.lot_id AND b.sublot_id IS NOT DISTINCT FROM line.sublot_id
WHERE line.count_id = %s ORDER BY line.id
"""


def outcomes_of(count: CycleCount) -> list[Outcome]:
    """Every counted line against the book of its moment, as of now. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_OUTCOMES, [count.pk])
        return [Outcome(*row) for row in cursor.fetchall()]


def count_list(actor: Actor, site: Site | None = None) -> QuerySet[CycleCount]:
    """Counts that the actor may see, with how many lines they have and how many were counted."""
    rows = CycleCount.objects.all() if site is None else CycleCount.objects.filter(site=site)
    counted = Q(lines__entries__isnull=False)
    return (
        for_actor(rows, actor, VIEW)
        .select_related("site", "location__equipment", "job_order")
        .annotate(
            line_count=Count("lines", distinct=True),
            counted_count=Count("lines", filter=counted, distinct=True),
        )
    )


def count_get(actor: Actor, site: Site, code: str) -> CycleCount:
    """The count of that number. Raises: NotFound."""
    found = count_list(actor, site).filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def sheet_of(count: CycleCount) -> QuerySet[CountLine]:
    """The lines of a count with what was counted last (`counted`, `counted_at`, `counted_by`); nothing of the book."""
    latest = CountEntry.objects.filter(line=OuterRef("pk")).order_by("-counted_at", "-id")
    rows = CountLine.objects.filter(count=count).select_related("definition", "lot", "sublot")
    return rows.annotate(
        counted=Subquery(latest.values("quantity")[:1]),
        counted_at=Subquery(latest.values("counted_at")[:1]),
        counted_by=Subquery(latest.values("recorded_by")[:1]),
    ).order_by("definition__code", "lot__code", "sublot__code", "id")


@dataclass(frozen=True)
class Accuracy:
    """How exact the books were: counted lines that agreed, over counted lines. Both add up over places and days."""

    right: int
    counted: int

    @property
    def ratio(self) -> Decimal | None:
        """0 to 1; None where nothing was counted."""
        exact = accuracy(self.right, self.counted)
        return None if exact is None else Decimal(exact.numerator) / Decimal(exact.denominator)


_SUMS = {"right": Count("pk", filter=Q(difference=0)), "counted": Count("pk")}


def judged_lines(
    site: Site, since: datetime, until: datetime, places: Collection[int] | None = None
) -> QuerySet[CountLine]:
    """The counted lines of the counts posted during [since, until), of all places of a site or some: what accuracy is
    of. No statement of its own.
    """
    lines = CountLine.objects.filter(
        site=site, count__status=CountStatus.POSTED, count__posted_at__gte=since, count__posted_at__lt=until
    ).exclude(difference=None)
    return lines if places is None else lines.filter(count__location__in=places)


def accuracy_of(site: Site, since: datetime, until: datetime, places: Collection[int] | None = None) -> Accuracy:
    """Of the counts posted during [since, until), of all places of a site or some. One statement."""
    found = judged_lines(site, since, until, places).aggregate(**_SUMS)
    return Accuracy(found["right"], found["counted"])


@dataclass(frozen=True, slots=True)
class AccuracyAt:
    """The lines of one posting: when, at which equipment, and of which material where that was asked."""

    at: datetime
    equipment: int
    material: int | None
    accuracy: Accuracy


def accuracy_by(
    site: Site,
    since: datetime,
    until: datetime,
    *,
    equipment: Collection[int] | None = None,
    material: int | None = None,
    by_material: bool = False,
) -> list[AccuracyAt]:
    """The same told apart by posting and place, and by material where asked; narrowed to some. One statement."""
    lines = judged_lines(site, since, until).order_by()
    if equipment is not None:
        lines = lines.filter(count__location__equipment__in=equipment)
    if material is not None:
        lines = lines.filter(definition=material)
    keys: dict[str, Any] = {"at": F("count__posted_at"), "equipment": F("count__location__equipment_id")}
    if by_material:
        keys["material"] = F("definition_id")
    rows: Any = lines.values(**keys).annotate(**_SUMS)
    return [
        AccuracyAt(row["at"], row["equipment"], row.get("material"), Accuracy(row["right"], row["counted"]))
        for row in rows
    ]
