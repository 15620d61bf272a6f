"""How a person stands with a skill on a day, and whether that deviates from what the work place asks for. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from mom.plant.engine.terms import SkillLevel

SOON = timedelta(days=30)


class Standing(StrEnum):
    """What a cell of the matrix says. What stands below `HOLDS` deviates."""

    NONE = "none"
    HOLDS = "holds"
    COMES = "comes"
    ENDS_SOON = "ends_soon"
    TOO_LOW = "too_low"
    EXPIRED = "expired"
    MISSING = "missing"


DEVIATES = frozenset({Standing.ENDS_SOON, Standing.TOO_LOW, Standing.EXPIRED, Standing.MISSING})


@dataclass(frozen=True)
class Held:
    """A stretch of days with a skill, from a day until (not including) another; None: open."""

    id: int
    level: int
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True)
class Cell:
    """A person's standing with a skill: the stretch it is read from, and the level that is asked for."""

    standing: Standing
    held: Held | None = None
    least: int | None = None

    @property
    def is_qualified(self) -> bool:
        """Whether the person may do the work alone, as far as is asked."""
        holds = self.standing in {Standing.HOLDS, Standing.ENDS_SOON}
        return holds and self.held is not None and self.held.level >= (self.least or SkillLevel.ALONE)


def cell_of(stretches: Iterable[Held], today: date, least: int | None = None) -> Cell:
    """The standing on a day. `least`: the level that the work place asks for; None: it asks for none.

    A skill that ended counts as expired only where it is asked for or ended within a year: what somebody could do long
    ago is no deviation.
    """
    known = sorted(stretches, key=lambda each: (each.valid_from, each.id))
    holding = [each for each in known if _holds(each, today)]
    if holding:
        held = holding[-1]
        if least is not None and held.level < least:
            return Cell(Standing.TOO_LOW, held, least)
        is_continued = any(each.valid_from == held.valid_until for each in known)
        ends = held.valid_until is not None and held.valid_until <= today + SOON and not is_continued
        return Cell(Standing.ENDS_SOON if ends else Standing.HOLDS, held, least)
    over = [each for each in known if each.valid_until is not None and each.valid_until <= today]
    last = max(over, key=lambda each: each.valid_until or today, default=None)
    is_recent = last is not None and last.valid_until is not None and last.valid_until > today - timedelta(days=365)
    if last is not None and (least is not None or is_recent):
        return Cell(Standing.EXPIRED, last, least)
    if least is not None:
        return Cell(Standing.MISSING, None, least)
    coming = next((each for each in known if each.valid_from > today), None)
    return Cell(Standing.COMES, coming) if coming else Cell(Standing.NONE)


def _holds(stretch: Held, day: date) -> bool:
    return stretch.valid_from <= day and (stretch.valid_until is None or day < stretch.valid_until)


def asked_at(machines: Iterable[dict[int, int]]) -> dict[int, int]:
    """The skills that every machine of a place asks for, with the least level that is enough for the easiest of them.

    `machines`: for each machine skill to least level; machines that ask for nothing are left out by the caller.
    """
    asked = list(machines)
    if not asked:
        return {}
    common = set.intersection(*(set(each) for each in asked))
    return {skill: min(each[skill] for each in asked) for skill in common}
