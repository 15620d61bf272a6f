"""Where a lot or piece came from and where it went: one walk over the ledger, through blends with their shares."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, NamedTuple

from django.db import connection

from inventory.engine.blend import Filling, Share, Withdrawal, shares
from inventory.engine.terms import MoveKind
from inventory.models import StockMove
from inventory.selectors.genealogy_sql import BACKWARD, ENDS, FORWARD, NODES
from mom.core.db.bulk import array
from mom.plant.models import MaterialLot, MaterialSublot

_WHOLE = Fraction(1)


class Direction(StrEnum):
    """Which way a trace goes."""

    BACKWARD = "backward"  # to what it was made of
    FORWARD = "forward"  # to what was made of it


# Thousands of nodes, steps and ends a trace: tuples with names are made in a fifth of the time of frozen data classes.
class Node(NamedTuple):
    """A lot or a piece with its own number."""

    key: str  # L or S and the row's key
    code: str
    material: str
    is_piece: bool


class Step(NamedTuple):
    """One way in which `parent` came to be in `child`.

    `low` and `high` bound the part of the taken quantity that was of the parent: both 1 outside blends. For a component
    `until` is when it was removed; it is None while it is in. `depth` counts from the traced node, 1 is the nearest.
    """

    parent: Node
    child: Node
    depth: int
    quantity: Decimal
    unit: str
    at: datetime
    until: datetime | None = None
    job: str = ""
    position: str = ""
    is_component: bool = False  # built into the child, and perhaps taken out again
    low: Fraction = _WHOLE
    high: Fraction = _WHOLE


class End(NamedTuple):
    """A receipt from a supplier or a shipment to a customer of a node on the way."""

    node: Node
    kind: str
    partner: str
    quantity: Decimal
    at: datetime


@dataclass(frozen=True)
class Trace:
    """Everything on the way from one node in one direction; each step and end stands once."""

    steps: list[Step] = field(default_factory=list)
    ends: list[End] = field(default_factory=list)

    @property
    def codes(self) -> set[str]:
        """The codes of every lot and piece reached."""
        return {node.code for step in self.steps for node in (step.parent, step.child)}


class _Row(NamedTuple):
    parent: str
    child: str
    taken: int | None
    made: int | None
    installation: int | None
    quantity: Decimal
    unit: str
    at: datetime
    until: datetime | None
    made_kind: str
    job: str
    position: str


Walked = list[tuple[_Row, int, Share | None]]


def key_of(thing: MaterialLot | MaterialSublot) -> str:
    """How the walk names a lot or piece."""
    return f"{'S' if isinstance(thing, MaterialSublot) else 'L'}{thing.pk}"


def trace(thing: MaterialLot | MaterialSublot, direction: Direction) -> Trace:
    """Everything that went into a lot or piece, or that was made of it, over any number of levels.

    Three statements, five where lots ran together. Through a silo the walk follows only lots that could be in
    what was taken (or only what could hold the lot), with exact shares or, where a filling and a withdrawal overlap,
    bounds.
    """
    start = key_of(thing)
    walked = _walk([start], direction)
    nodes = _nodes({start, *(key for row, *_rest in walked for key in (row.parent, row.child))})
    steps = [_step(row, nodes, depth, share) for row, depth, share in walked]
    return Trace(steps, _ends(nodes))


def lots_reached(lots: Collection[int], direction: Direction, *, most_steps: int | None = None) -> set[int]:
    """The lots (by key) that went into these, or that were made of them; of a piece the lot that it is of.

    `most_steps` 1: only the nearest. Four statements at most, however many lots.
    """
    walked = _walk([f"L{pk}" for pk in sorted(lots)], direction)
    keys = {
        row.parent if direction == Direction.BACKWARD else row.child
        for row, depth, _share in walked
        if most_steps is None or depth <= most_steps
    }
    pieces = [int(key[1:]) for key in keys if key[0] == "S"]
    found = {int(key[1:]) for key in keys if key[0] == "L"}
    if pieces:
        found |= set(MaterialSublot.objects.filter(pk__in=pieces, lot__isnull=False).values_list("lot_id", flat=True))
    return found


def steps_back(lots: Collection[int], pieces: Collection[int]) -> list[tuple[str, str]]:
    """The steps, each its parent's and its child's name as of `key_of`, by which something went into these.

    One statement, two where lots ran together.
    """
    starts = [*(f"L{pk}" for pk in sorted(lots)), *(f"S{pk}" for pk in sorted(pieces))]
    return [(row.parent, row.child) for row, _depth, _share in _walk(starts, Direction.BACKWARD)]


def _walk(starts: Sequence[str], direction: Direction) -> Walked:
    rows = _rows(starts, direction)
    return _walked(rows, _blend_shares(rows), starts, direction)


def _rows(keys: Sequence[str], direction: Direction) -> list[_Row]:
    with connection.cursor() as cursor:
        nodes = [int(key[1:]) if key[0] == "L" else -int(key[1:]) for key in keys]
        cursor.execute(BACKWARD if direction == Direction.BACKWARD else FORWARD, {"nodes": nodes})
        return [_Row(_key(parent), _key(child), *rest) for parent, child, *rest in cursor.fetchall()]


def _key(node: int) -> str:
    """From the walk's own way to name a node."""
    return f"L{node}" if node > 0 else f"S{-node}"


Shares = dict[str, dict[int, dict[str, Share]]]
"""Blend's key -> withdrawing move -> filled lot's key -> its share."""


def _blend_shares(rows: Iterable[_Row]) -> Shares:
    """The shares in every withdrawal of the blends on the way. One statement, none without a blend."""
    blends = {row.child for row in rows if row.made_kind == MoveKind.BLENDED}
    if not blends:
        return {}
    moves = StockMove.objects.filter(lot__in=[int(key[1:]) for key in blends], reverses=None, reversal=None)
    into: dict[Any, StockMove] = {}
    outs: dict[str, list[Withdrawal]] = defaultdict(list)
    for move in moves:
        if move.quantity > 0:
            into[move.move_group] = move
        else:
            outs[f"L{move.lot_id}"].append(Withdrawal(str(move.pk), -Fraction(move.quantity), *_window(move)))
    fillings: dict[str, list[Filling]] = defaultdict(list)
    sources = StockMove.objects.filter(move_group__in=into, kind=MoveKind.BLENDED, quantity__lt=0)
    for source in sources:
        target = into[source.move_group]
        fillings[f"L{target.lot_id}"].append(Filling(f"L{source.lot_id}", -Fraction(source.quantity), *_window(source)))
    return {
        key: {int(name): {share.lot: share for share in found} for name, found in shares(ins, outs[key]).items()}
        for key, ins in fillings.items()
    }


def _window(move: StockMove) -> tuple[datetime, datetime]:
    return move.occurred_at, move.occurred_until or move.occurred_at


def _walked(rows: Sequence[_Row], blends: Shares, starts: Sequence[str], direction: Direction) -> Walked:
    """The steps that can be true, nearest first: out of a blend goes only what its shares allow."""
    is_back = direction == Direction.BACKWARD
    by_node: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        by_node[row.child if is_back else row.parent].append(row)
    # A blend is entered by a certain withdrawal (backward) or with a certain lot (forward); only then it is followed.
    front: list[tuple[str, int | str | None]] = [(start, None) for start in starts]
    seen: set[tuple[str, int | str | None]] = set(front)
    taken: dict[tuple[Any, ...], tuple[_Row, int, Share | None]] = {}
    depth = 0
    while front:
        depth += 1
        following: list[tuple[str, int | str | None]] = []
        for node, entry in front:
            for row in by_node[node]:
                share = _share(row, blends, node, entry, is_back=is_back)
                if share is not None and share.high == 0:
                    continue
                taken.setdefault((row.taken, row.made, row.installation, entry if share else None), (row, depth, share))
                after = _entry(row, blends, is_back=is_back)
                if after not in seen:
                    seen.add(after)
                    following.append(after)
        front = following
    return list(taken.values())


def _share(row: _Row, blends: Shares, node: str, entry: int | str | None, *, is_back: bool) -> Share | None:
    """The part of a filled lot in the withdrawal that this walk came by; None where no blend is left by this step."""
    if node not in blends or entry is None:
        return None
    nothing = Share(row.parent, Fraction(0), Fraction(0))
    if is_back:
        return blends[node].get(int(entry), {}).get(row.parent, nothing)
    return blends[node].get(row.taken or 0, {}).get(str(entry), nothing)


def _entry(row: _Row, blends: Shares, *, is_back: bool) -> tuple[str, int | str | None]:
    if is_back:
        return row.parent, row.taken if row.parent in blends else None
    return row.child, row.parent if row.child in blends else None


_AT_THE_ENDS = [MoveKind.OPENED.value, MoveKind.RECEIVED.value, MoveKind.SHIPPED.value]


def _asked(keys: Iterable[str]) -> dict[str, Any]:
    found: dict[str, list[int]] = {"L": [], "S": []}
    for key in keys:
        found[key[0]].append(int(key[1:]))
    return {"lots": array(found["L"]), "pieces": array(found["S"])}


def _nodes(keys: Iterable[str]) -> dict[str, Node]:
    with connection.cursor() as cursor:
        cursor.execute(NODES, _asked(keys))
        return {row[0]: Node(*row) for row in cursor.fetchall()}


def _step(row: _Row, nodes: dict[str, Node], depth: int, share: Share | None) -> Step:
    return Step(
        nodes[row.parent],
        nodes[row.child],
        depth,
        row.quantity,
        row.unit,
        row.at,
        row.until,
        row.job,
        row.position,
        row.installation is not None,
        share.low if share else _WHOLE,
        share.high if share else _WHOLE,
    )


def _ends(nodes: dict[str, Node]) -> list[End]:
    with connection.cursor() as cursor:
        cursor.execute(ENDS, {**_asked(nodes), "kinds": _AT_THE_ENDS})
        return [End(nodes[key], *rest) for key, *rest in cursor.fetchall()]
