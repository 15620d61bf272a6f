"""The closed vocabulary of targets, and which of several holds. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class TargetPeriod(StrEnum):
    """Of which stretch of time a value is judged by the target."""

    ANY = "any"  # ratios and means: the same whatever the stretch
    SHIFT = "shift"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class TargetLine:
    """A target that holds at an instant; no key means everything of that kind at the site."""

    id: int
    kpi: str
    value: Decimal
    period: TargetPeriod
    equipment_id: int | None
    definition_id: int | None


def nearest(
    lines: Iterable[TargetLine],
    kpi: str,
    chain: Sequence[int] = (),
    definition_id: int | None = None,
    period: TargetPeriod = TargetPeriod.ANY,
) -> TargetLine | None:
    """The most particular one: the material's before none; then the machine's, up the tree, then the site's.

    `chain` is the machine (or line, or area) and what it stands in, inside out. Of one place, the target of this very
    period goes before that of any.
    """
    rank = {key: number for number, key in enumerate(chain)}
    best: tuple[tuple[bool, int, bool], TargetLine] | None = None
    for line in lines:
        if line.kpi != kpi or line.period not in (TargetPeriod.ANY, period):
            continue
        if line.definition_id is not None and line.definition_id != definition_id:
            continue
        if line.equipment_id is not None and line.equipment_id not in rank:
            continue
        place = len(rank) if line.equipment_id is None else rank[line.equipment_id]
        order = (line.definition_id is None, place, line.period == TargetPeriod.ANY)
        if best is None or order < best[0]:
            best = (order, line)
    return best[1] if best else None
