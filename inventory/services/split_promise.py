"""What a job was promised follows its parts: when one of them needs less, what it need not keep is the other's.

Locked are lots, then places, then reservations in the order of their balances, and the balances move in that order too,
as where stock is held, brought, issued and reserved. Of each balance the first part lets go before the second is
promised the same: nobody comes between.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from inventory.engine.promise_share import NONE, Promise, Share, shares
from mom.core.db.bulk import array
from mom.core.db.statements import Statement
from mom.core.use_case import UseCase
from mom.work.public import PartedJob

# A balance that moves twice asks for its lot and place (foreign keys), so these are locked before the reservations: a
# hold has the lot and then wants these, a filling of a silo has lot and place and then wants the balance. Who counts
# what a step has locked comes after it.
_PROMISED = Statement(
    """
WITH kept AS (
    SELECT b.lot_id, b.location_id
    FROM inventory_stockreservation s JOIN inventory_stockbalance b ON b.id = s.balance_id
    WHERE s.requirement_id = ANY(%(requirements)s::bigint[]) AND s.released_at IS NULL AND s.taken < s.quantity
), lots AS MATERIALIZED (
    SELECT l.id, l.code, l.expires_at FROM plant_materiallot l WHERE l.id IN (SELECT lot_id FROM kept)
    ORDER BY l.id FOR UPDATE
), places AS MATERIALIZED (
    SELECT p.id FROM inventory_storagelocation p
    WHERE p.id IN (SELECT location_id FROM kept) AND (SELECT count(*) FROM lots) >= 0
    ORDER BY p.id FOR KEY SHARE
)
SELECT s.requirement_id, s.id, s.quantity - s.taken, b.id, b.lot_id, l.expires_at, coalesce(l.code, d.code),
       coalesce((SELECT -sum(m.quantity) FROM inventory_stockmove m WHERE m.requirement_id = s.requirement_id), 0)
FROM inventory_stockreservation s JOIN inventory_stockbalance b ON b.id = s.balance_id
JOIN plant_materialdefinition d ON d.id = b.definition_id LEFT JOIN lots l ON l.id = b.lot_id
WHERE s.requirement_id = ANY(%(requirements)s::bigint[]) AND s.released_at IS NULL AND s.taken < s.quantity
  AND (SELECT count(*) FROM places) >= 0
ORDER BY b.id, s.id FOR UPDATE OF s
""",
    "promised_to_parts",
)
# A row for what the first part keeps meets its reservation, a row for the second part is new; one that comes with
# nothing open of it (`taken` is all) lets go. Rows are written, and so the balances locked by trigger, in the order
# given here: an UPDATE keeps to no order. A promise keeps its age: where a count finds less, the newest loses first.
_SHARE = Statement(
    """
INSERT INTO inventory_stockreservation AS s
       (site_id, requirement_id, balance_id, quantity, taken, reserved_at, reserved_by)
SELECT r.site_id, u.requirement, r.balance_id, u.quantity, u.taken, r.reserved_at, r.reserved_by
FROM unnest(%(keys)s::bigint[], %(requirements)s::bigint[], %(quantities)s::numeric[], %(taken)s::numeric[])
     WITH ORDINALITY AS u (id, requirement, quantity, taken, place)
JOIN inventory_stockreservation r ON r.id = u.id
ORDER BY u.place
ON CONFLICT (requirement_id, balance_id) WHERE released_at IS NULL
DO UPDATE SET
    quantity = CASE WHEN excluded.taken < excluded.quantity THEN s.taken + excluded.quantity ELSE s.quantity END,
    released_at = CASE WHEN excluded.taken < excluded.quantity THEN NULL ELSE %(at)s::timestamptz END
""",
    "share_promises",
)
_Row = tuple[int, int, Decimal, Decimal]


def follow(act: UseCase, parted: PartedJob) -> None:
    """Share what is reserved for a locked job with the part that was taken out of it.

    The first keeps what it still needs, first what expires first; the part gets what comes next, never more than it
    needs; what neither needs is free. Both logs say it. Joins the caller's transaction, which asks the rights. One
    statement, and one more where something is reserved that the first part need not keep.
    """
    promised, issued, names = _promised(parted)
    found: list[tuple[Share, int, int]] = []
    for kept, given in parted.lines:
        if kept.pk in promised and kept.quantity is not None and given.quantity is not None:
            made = shares(promised[kept.pk], kept.quantity - issued[kept.pk], given.quantity)
            found += [(share, kept.pk, given.pk) for share in made if share.first < share.promise.open]
    if not found:
        return
    found.sort(key=lambda each: (each[0].promise.balance, each[0].promise.key))
    keys, requirements, quantities, taken = zip(*(row for each in found for row in _rows(*each)), strict=True)
    values: dict[str, Any] = {
        "keys": array(keys), "requirements": array(requirements), "quantities": array(quantities),
        "taken": array(taken), "at": act.now,
    }  # fmt: skip
    with connection.cursor() as cursor:
        _SHARE.execute(cursor, values)
    _say(act, parted, [share for share, _kept, _given in found], names)


def _rows(share: Share, kept: int, given: int) -> list[_Row]:
    """What of a promise stays with the line `kept`, then what goes to `given`: key, for which line, how much, taken."""
    key, all_of_it = share.promise.key, share.promise.open
    stays = (key, kept, share.first, NONE) if share.first else (key, kept, all_of_it, all_of_it)
    return [stays, (key, given, share.second, NONE)] if share.second else [stays]


def _promised(parted: PartedJob) -> tuple[dict[int, list[Promise]], dict[int, Decimal], dict[int, str]]:
    """Promises and what was issued by requirement of the first part, names of lots by balance; locked."""
    promised: dict[int, list[Promise]] = {}
    issued: dict[int, Decimal] = {}
    names: dict[int, str] = {}
    with connection.cursor() as cursor:
        _PROMISED.execute(cursor, {"requirements": array(kept.pk for kept, _given in parted.lines)})
        for requirement, key, left, balance, lot, expires_at, name, taken in cursor.fetchall():
            promised.setdefault(requirement, []).append(Promise(key, left, balance, lot, expires_at))
            issued[requirement], names[balance] = taken, name
    return promised, issued, names


def _say(act: UseCase, parted: PartedJob, found: Sequence[Share], names: Mapping[int, str]) -> None:
    site = parted.job.site.code
    moved = _by_lot((names[each.promise.balance], each.second) for each in found)
    freed = _by_lot((names[each.promise.balance], each.free) for each in found)
    after: dict[str, Any] = {"part": parted.part.code, "lots": moved, "free": freed}
    act.record("inventory.reservations_parted", subject=parted.job, site=site, after=after)
    if moved:
        after = {"of": parted.job.code, "lots": moved}
        act.record("inventory.reservations_came_along", subject=parted.part, site=site, after=after)


def _by_lot(amounts: Iterable[tuple[str, Decimal]]) -> dict[str, str]:
    sums: dict[str, Decimal] = {}
    for name, amount in amounts:
        if amount:
            sums[name] = sums.get(name, NONE) + amount
    return {name: str(sums[name]) for name in sorted(sums)}
