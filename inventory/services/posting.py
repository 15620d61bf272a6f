"""Posting to the ledger: all legs of one act in one statement. Every function joins the caller's transaction."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from inventory.engine.terms import MoveKind
from inventory.models import HeldLot, StockMove, StorageLocation
from mom.core.db.constraints import translating
from mom.core.db.prepared import Prepared, one_of
from mom.core.db.rows import add_all
from mom.core.db.statements import Statement
from mom.core.errors import Conflict, InvalidInput, Shortage
from mom.core.use_case import UseCase
from mom.plant.engine.terms import LotDisposition
from mom.plant.models import BusinessPartner, MaterialDefinition, MaterialLot, MaterialSublot
from mom.work.models import JobRequirement, JobResponse


@dataclass(frozen=True)
class Leg:
    """So much of a material to a place (more than zero) or from it (less than zero), in the material's unit."""

    kind: MoveKind
    location: StorageLocation
    definition: MaterialDefinition
    quantity: Decimal
    lot: MaterialLot | None = None
    sublot: MaterialSublot | None = None
    active_quantity: Decimal | None = None
    requirement: JobRequirement | None = None
    partner: BusinessPartner | None = None
    note: str = ""
    at: datetime | None = None  # where it happened at another instant than the act
    reverses: StockMove | None = None  # what it takes back; the occasion's `reversal_reason` says why


@dataclass(frozen=True)
class Occasion:
    """When it happened (bulk flows from `at` until `until`), on which job, under which key."""

    op_uuid: uuid.UUID
    at: datetime
    until: datetime | None = None
    job_response: JobResponse | None = None
    reversal_reason: str = ""


_KNOWN = Statement("SELECT 1 FROM inventory_stockmove WHERE move_group = %(key)s::uuid LIMIT 1", "known_moves")


def posted(occasion: Occasion) -> list[StockMove]:
    """The legs that were posted under this key before, in order; none for a new key (P01)."""
    if not _KNOWN.rows({"key": str(occasion.op_uuid)}):  # nearly always
        return []
    return moves_of(occasion)


def moves_of(occasion: Occasion) -> list[StockMove]:
    """The legs that were posted under this key, in order. One statement."""
    rows = StockMove.objects.filter(move_group=occasion.op_uuid)
    related = ("site", "location__equipment", "definition", "lot", "sublot", "job_response", "requirement", "partner")
    return list(rows.select_related(*related).order_by("id"))


def post(act: UseCase, legs: Sequence[Leg], occasion: Occasion) -> list[StockMove]:
    """Add the legs of one act. Its key is their `move_group`.

    Raises: Shortage where a place has not that much of it (P08); InvalidInput for a lot of another material, something
    of another site, or pieces that are not whole.
    """
    _check(legs)
    site = legs[0].location.site
    refusals = {
        "inventory_stockbalance_not_negative": lambda: Shortage(_short(legs)),
        "inventory_stockbalance_reserved_is_there": lambda: Shortage(
            _short(legs), _("Part of it is reserved for other jobs. Take another lot, or let go of the reservation.")
        ),
        "inventory_stockmove_fits_material": lambda: InvalidInput(
            {"lot": [_("The lot is of another material, or the quantity in another unit.")]}
        ),
    }
    with translating(refusals, ends_act=True):
        moves = add_all(
            StockMove(
                site=site,
                kind=leg.kind,
                move_group=occasion.op_uuid,
                location=leg.location,
                definition=leg.definition,
                lot=leg.lot,
                sublot=leg.sublot,
                quantity=leg.quantity,
                unit=leg.definition.unit,
                active_quantity=leg.active_quantity,
                job_response=occasion.job_response,
                requirement=leg.requirement,
                partner=leg.partner,
                note=leg.note,
                occurred_at=leg.at or occasion.at,
                occurred_until=occasion.until,
                op_uuid=uuid.uuid5(occasion.op_uuid, str(index)),
                reverses=leg.reverses,
                reversal_reason="" if leg.reverses is None else occasion.reversal_reason,
                recorded_at=act.now,
                recorded_by=act.actor.label,
            )
            for index, leg in enumerate(legs)
        )
    act.record(
        "inventory.stock_moved",
        subject=legs[0].lot or legs[0].definition,
        site=site.code,
        after={"legs": [_plain(leg) for leg in legs]},
    )
    return moves


def usable(lot: MaterialLot, at: datetime) -> MaterialLot:
    """The lot, locked, where it may be used at `at` (P13). Raises: Conflict for one that is held, closed or expired."""
    return usable_lots([lot.pk], at)[lot.pk]


_LOTS = Prepared(
    lambda keys: (
        MaterialLot.objects.select_for_update(of=("self",))
        .select_related("definition", "site")
        .filter(pk__in=one_of(keys))
        .order_by("pk")
    )
)


def usable_lots(keys: Collection[int], at: datetime) -> dict[int, MaterialLot]:
    """The same for many, by key. One statement."""
    return {lot.pk: _usable(lot, at) for lot in _LOTS.rows(keys=sorted(set(keys)))}


def _usable(locked: MaterialLot, at: datetime) -> MaterialLot:
    if locked.disposition not in {LotDisposition.UNRESTRICTED, LotDisposition.IN_PROCESS}:
        raise _not_released(locked)
    if locked.expires_at is not None and locked.expires_at <= at:
        raise Conflict(_("Lot %(lot)s has expired. Take another lot.") % {"lot": locked.code}, code="lot_expired")
    return locked


def _not_released(lot: MaterialLot) -> Conflict:
    """Why a lot may not be used: the holds that keep it by their numbers, where there are any."""
    rows = HeldLot.objects.filter(lot=lot, released_at=None).order_by("hold_id")
    holds = ", ".join(rows.values_list("hold__code", flat=True))
    words = {"lot": lot.code, "holds": holds}
    sentence = _("Lot %(lot)s is not released, it is in hold %(holds)s. Take another lot.")
    return Conflict(
        (sentence if holds else _("Lot %(lot)s is not released. Take another lot.")) % words, code="lot_on_hold"
    )


def _check(legs: Sequence[Leg]) -> None:
    sites = {leg.location.site_id for leg in legs}
    for leg in legs:
        sites |= {row.site_id for row in (leg.definition, leg.lot, leg.sublot, leg.partner) if row is not None}
    if len(sites) != 1:
        raise InvalidInput({"site": [_("A place, lot or material belongs to another site.")]})


def _short(legs: Sequence[Leg]) -> list[dict[str, str]]:
    return [
        {
            "material": leg.definition.code,
            "lot": leg.lot.code if leg.lot else "",
            "place": leg.location.equipment.code,
            "asked": str(-leg.quantity),
            "unit": leg.definition.unit,
        }
        for leg in legs
        if leg.quantity < 0
    ]


def _plain(leg: Leg) -> dict[str, str]:
    return {
        "kind": leg.kind,
        "place": leg.location.equipment.code,
        "material": leg.definition.code,
        "lot": leg.lot.code if leg.lot else "",
        "number": leg.sublot.code if leg.sublot else "",
        "quantity": str(leg.quantity),
        "active": "" if leg.active_quantity is None else str(leg.active_quantity),
    }
