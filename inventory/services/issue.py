"""Material given to a job, of whichever domain: what was reserved for it first, then what expires first (FEFO).

A repair takes its spare part by the same act as a press its granulate. Everything joins the caller's transaction.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from inventory.engine.terms import MoveKind
from inventory.models import StockMove, StorageLocation
from inventory.selectors.material_at_hand import USABLE
from inventory.services import stock_reservation
from inventory.services.bringing import active_of
from inventory.services.posting import Leg, Occasion, post, posted, usable_lots
from mom.core.db.bulk import array
from mom.core.errors import Conflict, InvalidInput, Shortage
from mom.core.use_case import UseCase
from mom.plant.models import MaterialDefinition, MaterialLot
from mom.work.models import JobOrder, JobRequirement, JobResponse

TRIES = 4

# What may be taken of each balance: what nobody was promised, and what this job was. Numbered pieces people choose.
_AT_HAND = """
SELECT b.definition_id, b.id, b.location_id, b.lot_id, b.quantity - b.reserved AS free,
       coalesce((SELECT json_object_agg(s.requirement_id, (s.quantity - s.taken)::text)
                 FROM inventory_stockreservation s
                 WHERE s.balance_id = b.id AND s.released_at IS NULL AND s.taken < s.quantity
                   AND s.requirement_id = ANY(%(needs)s::bigint[])), '{}'::json)
FROM inventory_stockbalance b LEFT JOIN plant_materiallot l ON l.id = b.lot_id
WHERE b.site_id = %(site)s AND b.definition_id = ANY(%(materials)s::bigint[]) AND b.quantity > 0 AND b.sublot_id IS NULL
  AND (%(place)s::bigint IS NULL OR b.location_id = %(place)s)
  AND (l.id IS NULL OR (l.disposition = ANY(%(usable)s) AND (l.expires_at IS NULL OR l.expires_at > %(at)s)))
ORDER BY b.definition_id, l.expires_at NULLS LAST, l.id NULLS LAST, b.id
"""


@dataclass(frozen=True)
class Wanted:
    """So much of a material, in its unit; for a line of the job, where it has one; of one `lot` only, by its key."""

    definition: MaterialDefinition
    quantity: Decimal
    requirement: JobRequirement | None = None
    lot: int | None = None


@dataclass
class _Row:
    definition: int
    balance: int
    location: int
    lot: int | None
    free: Decimal
    kept: dict[int, Decimal]


Part = tuple[Wanted, _Row, Decimal]


def issue(
    act: UseCase,
    job_order: JobOrder,
    wanted: Sequence[Wanted],
    *,
    op_uuid: uuid.UUID,
    place: StorageLocation | None = None,
    at: datetime | None = None,
) -> list[StockMove]:
    """Give materials to a job that is in work, from a place or wherever they lie. The same `op_uuid` changes nothing.

    What was reserved for the line comes first, then what expires first. Raises: Shortage with everything that is short
    (P08); Conflict for a job that was never started, or where others took the same stock again and again; InvalidInput.
    """
    if not wanted or any(each.quantity <= 0 for each in wanted):
        raise InvalidInput({"quantity": [_("A quantity must be more than zero.")]})
    occasion = Occasion(op_uuid, at or act.now, job_response=latest_response(job_order))
    known = posted(occasion)
    if known:
        return known
    moves, short = take(act, job_order.site_id, wanted, occasion, place=place)
    if short:
        raise Shortage([_missing(each, quantity) for each, quantity in short])
    return moves


def take(
    act: UseCase,
    site_id: int,
    wanted: Sequence[Wanted],
    occasion: Occasion,
    *,
    place: StorageLocation | None = None,
    partly: bool = False,
) -> tuple[list[StockMove], list[tuple[Wanted, Decimal]]]:
    """Take what is wanted, or with `partly` what there is of it; gives the moves and how much of what is short.

    Where something is short and it isn't `partly`, nothing is taken. Raises: Conflict where others were always faster.
    """
    for _try in range(TRIES):
        parts, short = _picked(site_id, wanted, occasion.at, place)
        if (short and not partly) or not parts:
            return [], short
        try:
            with transaction.atomic():
                return _post(act, parts, occasion), short
        except (Shortage, Conflict):  # others took it, or it was held, since we looked
            continue
    raise Conflict(_("Others took this stock at the same moment. Try again."), code="stock_taken")


def give_back(
    act: UseCase,
    job_order: JobOrder,
    place: StorageLocation,
    definition: MaterialDefinition,
    quantity: Decimal,
    *,
    op_uuid: uuid.UUID,
    lot: MaterialLot | None = None,
    requirement: JobRequirement | None = None,
    at: datetime | None = None,
) -> list[StockMove]:
    """Put back what a job was given and did not use. The same `op_uuid` changes nothing.

    Raises: InvalidInput for nothing, or more than the job was given of it; Conflict for a job that was never started.
    """
    occasion = Occasion(op_uuid, at or act.now, job_response=latest_response(job_order))
    known = posted(occasion)
    if known:
        return known
    given = _given(job_order, definition, lot)
    if quantity <= 0 or quantity > given:
        words = {"job": job_order.code, "quantity": given.normalize()}
        raise InvalidInput({"quantity": [_("Job %(job)s was given %(quantity)s of it.") % words]})
    leg = Leg(MoveKind.RETURNED, place, definition, quantity, lot=lot, active_quantity=active_of(lot, quantity),
              requirement=requirement)  # fmt: skip
    return post(act, [leg], occasion)


def latest_response(job_order: JobOrder) -> JobResponse:
    """The stretch of work that material is booked on: the latest of the job. Raises: Conflict for one without."""
    rows = JobResponse.objects.filter(job_order=job_order, reverses=None, reversal=None).select_related("site")
    response = rows.order_by("-started_at", "-id").first()
    if response is None:
        sentence = _("Job %(job)s is not in work. Start it first.") % {"job": job_order.code}
        raise Conflict(sentence, code="job_not_in_work")
    return response


def _given(job_order: JobOrder, definition: MaterialDefinition, lot: MaterialLot | None) -> Decimal:
    kinds = [MoveKind.CONSUMED, MoveKind.RETURNED]
    rows = StockMove.objects.filter(job_response__job_order=job_order, definition=definition, lot=lot, kind__in=kinds)
    return -sum(rows.values_list("quantity", flat=True), Decimal(0))


def _picked(
    site_id: int, wanted: Sequence[Wanted], at: datetime, place: StorageLocation | None
) -> tuple[list[Part], list[tuple[Wanted, Decimal]]]:
    """From which balances each wanted quantity comes, and what is short. One statement."""
    needs = [each.requirement.pk for each in wanted if each.requirement is not None]
    rows = _at_hand(site_id, {each.definition.pk for each in wanted}, needs, at, place)
    parts: list[Part] = []
    left = {index: each.quantity for index, each in enumerate(wanted)}
    for own in (True, False):  # all that is promised first, so that no line takes what another was promised
        for index, each in enumerate(wanted):
            for row in rows[each.definition.pk]:
                got = _part(row, each, left[index], own=own)
                if got > 0:
                    parts.append((each, row, got))
                    left[index] -= got
    return parts, [(each, left[index]) for index, each in enumerate(wanted) if left[index] > 0]


def _part(row: _Row, wanted: Wanted, most: Decimal, *, own: bool) -> Decimal:
    """So much of a balance goes to what is wanted; the row remembers it."""
    if wanted.lot is not None and row.lot != wanted.lot:
        return Decimal(0)
    if own:
        key = wanted.requirement.pk if wanted.requirement is not None else 0
        got = min(most, row.kept.get(key, Decimal(0)))
        if got:
            row.kept[key] -= got
    else:
        got = min(most, max(row.free, Decimal(0)))
        row.free -= got
    return got


def _at_hand(
    site_id: int, materials: Collection[int], needs: Sequence[int], at: datetime, place: StorageLocation | None
) -> Mapping[int, list[_Row]]:
    values: dict[str, Any] = {
        "site": site_id, "materials": array(sorted(materials)), "needs": array(needs), "usable": list(USABLE), "at": at,
        "place": None if place is None else place.pk,
    }  # fmt: skip
    found: dict[int, list[_Row]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_AT_HAND, values)
        for definition, balance, location, lot, free, kept in cursor.fetchall():
            promised = {int(need): Decimal(quantity) for need, quantity in kept.items()}
            found[definition].append(_Row(definition, balance, location, lot, free, promised))
    return found


def _post(act: UseCase, parts: Sequence[Part], occasion: Occasion) -> list[StockMove]:
    lots = usable_lots([row.lot for _each, row, _got in parts if row.lot is not None], occasion.at)
    rows = StorageLocation.objects.select_related("site", "equipment")
    places = rows.in_bulk({row.location for _each, row, _got in parts})
    legs = []
    merged: dict[tuple[int, int], tuple[Wanted, _Row, Decimal]] = {}
    for each, row, got in parts:
        key = (id(each), row.balance)
        merged[key] = (each, row, got + (merged[key][2] if key in merged else 0))
    for each, row, got in merged.values():
        lot = None if row.lot is None else lots[row.lot]
        active = active_of(lot, got)
        legs.append(
            Leg(MoveKind.CONSUMED, places[row.location], each.definition, -got, lot=lot,
                active_quantity=None if active is None else -active, requirement=each.requirement)
        )  # fmt: skip
    stock_reservation.take(legs)
    return post(act, legs, occasion)


def _missing(wanted: Wanted, quantity: Decimal) -> dict[str, str]:
    return {
        "material": wanted.definition.code, "asked": str(wanted.quantity), "missing": str(quantity),
        "unit": wanted.definition.unit,
    }  # fmt: skip
