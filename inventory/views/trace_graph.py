"""A lot's genealogy as a picture: boxes in columns and lines between them, in pixels."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inventory.engine.genealogy_layout import Edge, Layout, Spot, lay_out
from inventory.selectors.genealogy import Direction, End, Node, Trace, key_of
from mom.core.web import printing
from mom.plant.models import MaterialLot

WIDTH, HEIGHT, ACROSS, DOWN, HEAD = 188, 74, 48, 14, 32  # of a box, between boxes, of the headings
MOST_IN_COLUMN = 15


@dataclass
class Box:
    """A lot, a piece, or a shipment to a customer."""

    code: str
    about: str
    foot: str
    url: str = ""
    is_start: bool = False
    is_held: bool = False
    is_gone: bool = False
    x: int = 0
    y: int = 0


@dataclass
class Graph:
    """All of it, with its size."""

    boxes: list[Box] = field(default_factory=list)
    heads: list[tuple[int, str]] = field(default_factory=list)
    lines: list[tuple[str, bool]] = field(default_factory=list)  # a path, and whether both its ends are on hold
    more: list[tuple[int, int, str]] = field(default_factory=list)
    width: int = 0
    height: int = 0


def graph_of(
    subject: MaterialLot,
    traced: Mapping[Direction, Trace],
    ends: Sequence[End],
    states: Mapping[str, Mapping[str, Any]],
) -> Graph:
    """The picture of a trace. `states`: of each lot by its code its material's name and unit, and how it stands."""
    start = key_of(subject)
    nodes = {start: Node(start, subject.code, subject.definition.code, is_piece=False)}
    edges: dict[Direction, list[Edge]] = {Direction.BACKWARD: [], Direction.FORWARD: []}
    for direction, found in traced.items():
        for step in found.steps:
            nodes |= {step.parent.key: step.parent, step.child.key: step.child}
            edges[direction].append((step.parent.key, step.child.key))
    boxes = {key: _box(node, states.get(node.code, {}), is_start=key == start) for key, node in nodes.items()}
    sent = _shipments(ends, states)
    boxes |= {key: box for key, (_node, box) in sent.items()}
    shipped = [(node.key, key) for key, (node, _box) in sent.items() if node.key in nodes]
    if Direction.FORWARD not in traced:
        shipped = []
    layout = lay_out(start, edges[Direction.BACKWARD], [*edges[Direction.FORWARD], *shipped], most=MOST_IN_COLUMN)
    return _drawn(_gone_last(layout, set(sent)), boxes, nodes)


def _box(node: Node, state: Mapping[str, Any], *, is_start: bool) -> Box:
    is_held, there = not state.get("usable", True), state.get("there")
    feet = [str(state["word"])] if is_held else []
    if there is not None:
        quantity = printing.quantity(there, state.get("unit", ""))  # a box has few letters: of a held one no more
        feet.append(quantity if is_held else _("%(quantity)s in stock") % {"quantity": quantity})
    elif not node.is_piece and not is_held:
        feet.append(_("none left"))
    if supplier := state.get("supplier"):
        feet.append(str(supplier))
    url = "" if node.is_piece or is_start else reverse("inventory:lot_trace", args=[node.code])
    return Box(node.code, str(state.get("name") or node.material), ", ".join(feet), url, is_start, is_held)


def _shipments(ends: Sequence[End], states: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[Node, Box]]:
    """What left to whom, of each lot or piece; several shipments to one customer are one box."""
    groups: dict[tuple[str, str], list[End]] = defaultdict(list)
    for end in ends:
        if end.kind == "shipped":
            groups[end.node.key, end.partner].append(end)
    found = {}
    for (key, partner), sent in groups.items():
        whole: Decimal = sum((each.quantity for each in sent), Decimal(0))
        last: datetime = max(each.at for each in sent)
        unit = states.get(sent[0].node.code, {}).get("unit", "")
        many = ngettext("%(many)s shipment", "%(many)s shipments", len(sent)) % {"many": len(sent)}
        foot = many if len(sent) > 1 else str(printing.moment(last))
        about = printing.quantity(abs(whole), unit)
        found[f"to {key} {partner}"] = (sent[0].node, Box(partner or _("Customer"), str(about), foot, is_gone=True))
    return found


def _gone_last(layout: Layout, gone: set[str]) -> Layout:
    """What left stands in one column behind all others."""
    last = max((spot.column for name, spot in layout.spots.items() if name not in gone), default=0) + 1
    names = sorted((name for name in layout.spots if name in gone), key=lambda name: layout.spots[name].row)
    spots = {name: spot for name, spot in layout.spots.items() if name not in gone}
    spots |= {name: Spot(last, row - (len(names) - 1) / 2) for row, name in enumerate(names)}
    return Layout(spots, layout.edges, layout.left_out)


def _drawn(layout: Layout, boxes: Mapping[str, Box], nodes: Mapping[str, Node]) -> Graph:
    columns = {column: index for index, column in enumerate(layout.columns)}
    top = min(spot.row for spot in layout.spots.values())
    tall = max(spot.row for spot in layout.spots.values()) - top + 1 + bool(layout.left_out)
    graph = Graph(width=len(columns) * (WIDTH + ACROSS) - ACROSS, height=int(HEAD + tall * (HEIGHT + DOWN)))
    for name, spot in layout.spots.items():
        box = boxes[name]
        box.x = columns[spot.column] * (WIDTH + ACROSS)
        box.y = int(HEAD + (spot.row - top) * (HEIGHT + DOWN))
    graph.boxes = [boxes[name] for name in sorted(layout.spots, key=lambda each: (boxes[each].x, boxes[each].y))]
    for taken, made in layout.edges:
        one, other = boxes[taken], boxes[made]
        graph.lines.append((_path(one, other), one.is_held and (other.is_held or other.is_gone)))
    for column, index in columns.items():
        inside = [name for name, spot in layout.spots.items() if spot.column == column]
        graph.heads.append((index * (WIDTH + ACROSS), _heading(column, inside, boxes, nodes)))
        if many := layout.left_out.get(column):
            lowest = max(boxes[name].y for name in inside) + HEIGHT + DOWN
            graph.more.append(
                (index * (WIDTH + ACROSS), lowest, _("and %(many)s more: in the export") % {"many": many})
            )
    return graph


def _heading(column: int, inside: Sequence[str], boxes: Mapping[str, Box], nodes: Mapping[str, Node]) -> str:
    """What a column has in common."""
    if column == 0:
        return _("This lot")
    if all(boxes[name].is_gone for name in inside):
        return _("Left the plant")
    materials = {boxes[name].about for name in inside if name in nodes}
    if len(materials) == 1:
        return materials.pop()
    return _("went into") if column > 0 else _("made of")


def _path(one: Box, other: Box) -> str:
    """A line from the right of one box to the left of another, level at both ends."""
    x, y, to, at = one.x + WIDTH, one.y + HEIGHT // 2, other.x, other.y + HEIGHT // 2
    bend = max(ACROSS, abs(to - x)) // 2
    return f"M{x} {y}C{x + bend} {y} {to - bend} {at} {to} {at}"
