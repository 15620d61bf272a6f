"""Holding lots together and letting them go again: nobody consumes or ships what is on hold (P13).

A lot may be in several holds; it may be used again when the last of them has ended. What jobs were promised of a held
lot is let go of at once: a hold must not fail because other lots are fought over, and which lot stands in is the
planner's to say. The gate of those jobs tells it, and one button reserves other lots.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Exists, F, OuterRef, Subquery
from django.utils.translation import gettext as _

from inventory import permissions
from inventory.models import HeldLot, LotHold
from inventory.selectors.genealogy import Direction, lots_reached
from inventory.services.stock_reservation import let_go_of_lots
from mom.core import numbers
from mom.core.actor import Actor
from mom.core.db.locks import Lock, advisory_lock
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.use_case import UseCase, use_case
from mom.events.inventory import LotsHeld, LotsReleased
from mom.plant.engine.terms import LotDisposition
from mom.plant.models import MaterialLot

CHANGELESS = (LotDisposition.RESTRICTED, LotDisposition.CLOSED)
"""What a hold leaves as it is: held already, or used up."""


@dataclass(frozen=True)
class Held:
    """A hold that was made: its key and number, and the lots in it."""

    hold_id: int
    code: str
    lots: tuple[str, ...]


@dataclass(frozen=True)
class Released:
    """What ended: the lots that left, and those of them that may be used again."""

    hold_id: int
    code: str
    lots: tuple[str, ...]
    usable: tuple[str, ...]


def hold(actor: Actor, lots: Collection[int], reason: str, *, origin: int | None = None) -> LotHold:
    """Hold lots in one act. Raises: NotAllowed, NotFound; InvalidInput without a lot or reason, or of two sites."""
    with use_case(actor, reason) as act:
        site = MaterialLot.objects.filter(pk__in=lots).values_list("site__code", flat=True).order_by("pk").first()
        act.require(permissions.HOLD_LOTS, site or "")
        made = hold_lots(act, lots, reason, origin=origin)
        return LotHold.objects.select_related("site", "origin").get(pk=made.hold_id)


class Also(StrEnum):
    """What is held with the lots that somebody chose."""

    NOTHING = ""
    DOWNSTREAM = "downstream"  # everything that was made of them
    SIBLINGS = "siblings"  # what they were made of, and everything that was made of that


def hold_affected(actor: Actor, lots: Collection[int], reason: str, *, also: str = Also.NOTHING) -> LotHold:
    """Hold lots with everything that is affected, in one act. Raises: as `hold`."""
    with use_case(actor, reason) as act:
        site = MaterialLot.objects.filter(pk__in=lots).values_list("site__code", flat=True).order_by("pk").first()
        act.require(permissions.HOLD_LOTS, site or "")
        made = hold_all_affected(act, lots, reason, also=Also(also))
        return LotHold.objects.select_related("site", "origin").get(pk=made.hold_id)


def hold_all_affected(act: UseCase, lots: Collection[int], reason: str, *, also: Also = Also.DOWNSTREAM) -> Held:
    """The same within the caller's transaction; rights are the caller's to ask.

    Lots are locked before it is looked for the last time, so that nothing is made of them in between unseen. Who makes
    lots at the site is waited for, and waits: what is made later joins the hold (`hold_join`).
    """
    if also is Also.NOTHING:
        return hold_lots(act, lots, reason, origin=next(iter(lots)) if len(lots) == 1 else None)
    # Before any lot is locked: who makes lots just now may want one of them, and is waited for.
    advisory_lock(Lock.LOTS_MADE, _site_of(lots))
    found = affected(lots, also)
    while True:
        _locked(found)
        again = found | affected(lots, also)
        if again == found:
            break
        found = again
    return hold_lots(act, found, reason, origin=min(lots), is_everything_affected=True)


def affected(lots: Collection[int], also: Also) -> set[int]:
    """The lots with everything that is affected, by key."""
    roots = set(lots)
    if also is Also.SIBLINGS:
        roots |= lots_reached(roots, Direction.BACKWARD, most_steps=1)
    return roots | lots_reached(roots, Direction.FORWARD)


def hold_lots(
    act: UseCase,
    lots: Collection[int],
    reason: str,
    *,
    origin: int | None = None,
    is_everything_affected: bool = False,
) -> Held:
    """Hold lots (by key) for one reason; `origin` is the lot that they were found from.

    Joins the caller's transaction; rights are the caller's to ask. Waits for who is consuming or shipping them just
    now, and nobody does after it. The same number of statements for one lot and for a thousand. Raises: NotFound for a
    lot that there is not; InvalidInput without a lot or reason, or for lots of two sites.
    """
    said = _said(reason)
    found = _locked(lots)
    site = found[0].site
    former = was_before(found)
    made = LotHold.objects.create(
        site=site,
        code=numbers.next_number(act, site, "hold"),
        reason=said,
        origin_id=origin,
        is_everything_affected=is_everything_affected,
        held_at=act.now,
        held_by=act.actor.label,
    )
    HeldLot.objects.bulk_create(
        HeldLot(site=site, hold=made, lot=lot, was=former.get(lot.pk, lot.disposition)) for lot in found
    )
    restrict(act, found)
    codes = tuple(lot.code for lot in found)
    act.record("inventory.lots_held", subject=made, site=site.code, after={"lots": list(codes)})
    keys = tuple(sorted(lot.pk for lot in found))
    act.publish(LotsHeld(site.code, made.pk, made.code, said, keys, act.now), key=f"hold:{made.pk}")
    return Held(made.pk, made.code, codes)


def was_before(lots: Collection[MaterialLot]) -> dict[int, str]:
    """What those of these lots were that a hold keeps, by key, before the first of their holds. One statement."""
    rows = HeldLot.objects.filter(lot__in=lots, released_at=None).order_by("-pk")
    return dict(rows.values_list("lot_id", "was"))


def restrict(act: UseCase, lots: Collection[MaterialLot]) -> None:
    """Let nobody use these locked lots, and let go of what jobs were promised of them. Two statements, or none."""
    free = [lot.pk for lot in lots if lot.disposition not in CHANGELESS]
    if free:
        MaterialLot.objects.filter(pk__in=free).update(disposition=LotDisposition.RESTRICTED, version=F("version") + 1)
        let_go_of_lots(act, free)


def release(actor: Actor, hold_id: int, reason: str, *, lots: Collection[int] | None = None) -> LotHold:
    """End a hold, or take some lots out of it. Raises: NotAllowed, NotFound, InvalidInput; Conflict where it ended."""
    with use_case(actor, reason) as act:
        site = LotHold.objects.filter(pk=hold_id).values_list("site__code", flat=True).first()
        act.require(permissions.RELEASE_LOTS, site or "")
        release_hold(act, hold_id, reason, lots=lots)
        return LotHold.objects.select_related("site", "origin").get(pk=hold_id)


def release_hold(act: UseCase, hold_id: int, reason: str, *, lots: Collection[int] | None = None) -> Released:
    """The same within the caller's transaction; rights are the caller's to ask. `lots` None: all that are still in it.

    Raises: NotFound for a hold that there is not; InvalidInput without a reason, or for a lot that is not in it;
    Conflict where it has ended.
    """
    said = _said(reason)
    row = LotHold.objects.select_for_update(of=("self",)).select_related("site").filter(pk=hold_id).first()
    if row is None:
        raise NotFound(_("There is no such hold."))
    if row.released_at is not None:
        raise Conflict(_("Hold %(hold)s has ended already.") % {"hold": row.code}, code="hold_ended")
    inside = dict(HeldLot.objects.filter(hold=row, released_at=None).values_list("lot_id", "lot__code"))
    leaving = set(inside) if lots is None else set(lots)
    if not leaving or not leaving <= set(inside):
        raise InvalidInput({"lots": [_("This lot is not in hold %(hold)s.") % {"hold": row.code}]})
    return _let_out(act, row, sorted(leaving), inside, said)


def release_lots(act: UseCase, lots: Collection[int], reason: str) -> list[Released]:
    """Take lots out of every hold that they are in. Joins the caller's transaction; rights are the caller's to ask.

    Raises: InvalidInput without a reason; Conflict for a lot that no hold keeps.
    """
    wanted = set(lots)
    rows = HeldLot.objects.filter(lot__in=wanted, released_at=None).values_list("hold_id", "lot_id", "lot__code")
    by_hold: dict[int, set[int]] = {}
    for hold_id, lot_id, _code in rows:
        by_hold.setdefault(hold_id, set()).add(lot_id)
    if wanted - {lot for found in by_hold.values() for lot in found}:
        raise Conflict(_("A lot is in no hold. Load the page again."), code="lot_not_held")
    return [release_hold(act, hold_id, reason, lots=by_hold[hold_id]) for hold_id in sorted(by_hold)]


def _let_out(act: UseCase, row: LotHold, leaving: Sequence[int], inside: dict[int, str], said: str) -> Released:
    site = row.site.code
    list(MaterialLot.objects.select_for_update().filter(pk__in=leaving).order_by("pk").values_list("pk"))
    HeldLot.objects.filter(hold=row, lot__in=leaving, released_at=None).update(released_at=act.now)
    if len(leaving) == len(inside):
        row.released_at, row.released_by, row.release_reason = act.now, act.actor.label, said
        row.save(update_fields=["released_at", "released_by", "release_reason"])
    still = HeldLot.objects.filter(lot=OuterRef("pk"), released_at=None)
    was = HeldLot.objects.filter(hold=row, lot=OuterRef("pk")).values("was")[:1]
    rows = MaterialLot.objects.filter(pk__in=leaving, disposition=LotDisposition.RESTRICTED).exclude(Exists(still))
    usable = dict(rows.order_by("pk").values_list("pk", "code"))
    MaterialLot.objects.filter(pk__in=list(usable)).update(disposition=Subquery(was), version=F("version") + 1)
    codes, free = tuple(inside[pk] for pk in leaving), tuple(usable.values())
    act.record("inventory.lots_released", subject=row, site=site, after={"lots": list(codes), "usable": list(free)})
    act.publish(LotsReleased(site, row.pk, row.code, said, tuple(usable), act.now), key=f"hold:{row.pk}")
    return Released(row.pk, row.code, codes, free)


def _site_of(lots: Collection[int]) -> int:
    found = MaterialLot.objects.filter(pk__in=lots).order_by("pk").values_list("site_id", flat=True).first()
    if found is None:
        raise NotFound(_("There is no such lot.")) if lots else InvalidInput({"lots": [_("Choose at least one lot.")]})
    return found


def _locked(lots: Collection[int]) -> list[MaterialLot]:
    keys = set(lots)
    if not keys:
        raise InvalidInput({"lots": [_("Choose at least one lot.")]})
    rows = MaterialLot.objects.select_for_update(of=("self",)).select_related("site")
    found = list(rows.filter(pk__in=keys).order_by("pk"))
    if len(found) != len(keys):
        raise NotFound(_("There is no such lot."))
    if len({lot.site_id for lot in found}) != 1:
        raise InvalidInput({"lots": [_("A hold is of lots of one site.")]})
    return found


def _said(reason: str) -> str:
    said = reason.strip()[:200]
    if len(said) < 2:
        raise InvalidInput({"reason": [_("Say why.")]})
    return said
