"""What is made of material that is in a hold of everything affected joins that hold, in the transaction that makes it.

What came of what is the trace's to say (`selectors.genealogy`). Who makes lots and who holds everything affected do not
pass each other: the first share a lock of the site, the second has it alone. It comes before every lock on lots,
balances and numbers, because a hold that has it waits for those.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from inventory.models import HeldLot, LotHold, StockMove
from inventory.selectors.genealogy import steps_back
from inventory.services.lot_hold import restrict, was_before
from inventory.services.posting import Leg, Occasion, moves_of, post
from mom.core.db.statements import Statement
from mom.core.use_case import UseCase
from mom.events.inventory import LotsHeld
from mom.plant.models import MaterialLot, MaterialSublot

MAKES = "inventory_makes_lots(%(site)s::bigint)"
"""Keeps holds of everything affected at a site out until the transaction ends, and says whether one goes on.

Goes into a statement that the caller sends anyway, before it locks lots, balances or numbers. A function of the
database, because it looks after it has waited: a statement sees what was committed before it began.
"""

_BEGIN_ONCE = Statement(
    f"SELECT {MAKES}, EXISTS (SELECT 1 FROM inventory_stockmove WHERE move_group = %(key)s::uuid)",  # noqa: S608 - constants
    "makes_lots",
)


def begin_once(site: int, occasion: Occasion) -> tuple[list[StockMove], bool]:
    """`posted` and `MAKES` in one statement: the legs of before under this key, and whether such a hold goes on.

    The caller has locked the job: nobody posts under its key meanwhile.
    """
    [(are_holds_open, is_known)] = _BEGIN_ONCE.rows({"site": site, "key": str(occasion.op_uuid)})
    return moves_of(occasion) if is_known else [], bool(are_holds_open)


def post_made(act: UseCase, legs: Sequence[Leg], occasion: Occasion, *, are_holds_open: bool) -> list[StockMove]:
    """Post an act that makes something, and let what it makes join the holds of everything affected that it is of.

    `are_holds_open`: what `MAKES` said. Where none goes on it costs what `post` costs. Raises: as `post`.
    """
    if not are_holds_open:
        return post(act, legs, occasion)
    keys = sorted({leg.lot.pk for leg in legs if leg.quantity > 0 and leg.lot is not None})
    # As everybody does: lots before their balances.
    lots = MaterialLot.objects.select_for_update(of=("self",)).select_related("site").filter(pk__in=keys)
    locked = {lot.pk: lot for lot in lots.order_by("pk")}
    moves = post(act, legs, occasion)
    _join(act, locked, moves)
    return moves


def grows_on(lot: MaterialLot) -> bool:
    """Whether a held lot is only in holds that it joined because of what it was made of: more of that belongs to it."""
    rows = list(HeldLot.objects.filter(lot=lot, released_at=None).values_list("joined_at", flat=True))
    return bool(rows) and None not in rows


def was_let_out(lot: MaterialLot) -> bool:
    """Whether a lot was let out of a hold that goes on: somebody judged what was in it then, and not what comes."""
    left = HeldLot.objects.filter(lot=lot, released_at__isnull=False)
    return left.filter(hold__is_everything_affected=True, hold__released_at=None).exists()


def _join(act: UseCase, lots: dict[int, MaterialLot], moves: Sequence[StockMove]) -> None:
    """Put made lots (locked, by key) into the holds of what they were made of."""
    made = [move for move in moves if move.quantity > 0 and move.lot_id is not None]
    names = {_name(move): int(move.lot_id or 0) for move in made}
    steps = steps_back(
        [move.lot_id for move in made if move.lot_id and move.sublot_id is None],
        [move.sublot_id for move in made if move.sublot_id],
    )
    lot_of = {**_lots_of({name for step in steps for name in step}), **names}
    rows = HeldLot.objects.filter(lot__in=set(lot_of.values()), hold__is_everything_affected=True)
    inside: dict[int, dict[int, bool]] = defaultdict(dict)
    for hold, lot, left in rows.filter(hold__released_at=None).values_list("hold_id", "lot_id", "released_at"):
        inside[hold][lot] = left is None
    joining = {hold: _of_held(names, steps, lot_of, known) for hold, known in inside.items()}
    joining = {hold: found for hold, found in joining.items() if found}
    if joining:
        _put_in(act, joining, lots)


def _of_held(
    names: dict[str, int], steps: Iterable[tuple[str, str]], lot_of: dict[str, int], known: dict[int, bool]
) -> set[int]:
    """Which of the made lots have something on their way back that a hold keeps.

    `known`: the hold's lots, and whether it keeps them still. The way ends at a lot that it let out.
    """
    parents: dict[str, list[str]] = defaultdict(list)
    for parent, child in steps:
        parents[child].append(parent)
    found = set()
    for name, lot in names.items():
        front, seen = [name], {name}
        while front and lot not in known:
            above = [parent for parent in parents[front.pop()] if parent not in seen]
            seen.update(above)
            if any(known.get(lot_of.get(parent, 0)) for parent in above):
                found.add(lot)
                break
            front += [parent for parent in above if lot_of.get(parent, 0) not in known]
    return found


def _put_in(act: UseCase, joining: dict[int, set[int]], lots: dict[int, MaterialLot]) -> None:
    """Write who joins which hold. A hold that ended meanwhile is joined by nobody; one that ends now waits."""
    holds = LotHold.objects.select_for_update(of=("self",)).select_related("site")
    joined: dict[int, MaterialLot] = {}
    former = was_before(list(lots.values()))
    for hold in holds.filter(pk__in=joining, released_at=None).order_by("pk"):
        found = [lots[pk] for pk in sorted(joining[hold.pk])]
        HeldLot.objects.bulk_create(
            HeldLot(site=hold.site, hold=hold, lot=lot, was=former.get(lot.pk, lot.disposition), joined_at=act.now)
            for lot in found
        )
        joined |= {lot.pk: lot for lot in found}
        codes, site = [lot.code for lot in found], hold.site.code
        act.record("inventory.lots_joined_hold", subject=hold, site=site, after={"lots": codes})
        keys = tuple(lot.pk for lot in found)
        act.publish(LotsHeld(site, hold.pk, hold.code, hold.reason, keys, act.now), key=f"hold:{hold.pk}")
    restrict(act, list(joined.values()))


def _name(move: StockMove) -> str:
    return f"L{move.lot_id}" if move.sublot_id is None else f"S{move.sublot_id}"


def _lots_of(names: Collection[str]) -> dict[str, int]:
    """The lots of lots and pieces by name; pieces of no lot are absent. One statement where there are pieces."""
    found = {name: int(name[1:]) for name in names if name[0] == "L"}
    pieces = [int(name[1:]) for name in names if name[0] == "S"]
    if pieces:
        rows = MaterialSublot.objects.filter(pk__in=pieces, lot__isnull=False).values_list("pk", "lot_id")
        found |= {f"S{piece}": int(lot or 0) for piece, lot in rows}
    return found
