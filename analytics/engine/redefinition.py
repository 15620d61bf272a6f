"""What a change of a definition changes: the time in which figures can be others than before. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when a row holds; empty: ever, for good."""

    start: datetime | None
    end: datetime | None

    def within(self, low: datetime | None, high: datetime | None) -> "Validity | None":
        """The part of it that lies in [low, high); None where there is none."""
        start = max((each for each in (self.start, low) if each is not None), default=None)
        end = min((each for each in (self.end, high) if each is not None), default=None)
        return None if start is not None and end is not None and start >= end else Validity(start, end)


@dataclass(frozen=True, slots=True)
class Changed:
    """A version of a row, and the time in which it says something else than the version before or after."""

    row: Row
    validity: Validity


def changes(
    old: Row | None, new: Row | None, meaning: Sequence[str], validity_of: Mapping[str, Validity]
) -> list[Changed]:
    """Where two versions of a row differ. One that says the same and only holds longer or shorter differs where one of
    them holds alone; one that says something else, wherever either holds.

    `validity_of`: when the version named `old` or `new` holds.
    """
    if old is not None and new is not None and all(old.get(name) == new.get(name) for name in meaning):
        alone = _alone(validity_of["old"], validity_of["new"])
        return [Changed(new, each) for each in alone]
    found = []
    if old is not None:
        found.append(Changed(old, validity_of["old"]))
    if new is not None:
        found.append(Changed(new, validity_of["new"]))
    return found


def _alone(one: Validity, other: Validity) -> list[Validity]:
    """Between the two beginnings, and between the two ends."""
    found = []
    if one.start != other.start:
        found.append(Validity(_earlier(one.start, other.start), _later_start(one.start, other.start)))
    if one.end != other.end:
        found.append(
            Validity(min(each for each in (one.end, other.end) if each is not None), _later(one.end, other.end))
        )
    return found


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return None if one is None or other is None else min(one, other)


def _later_start(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(each for each in (one, other) if each is not None)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return None if one is None or other is None else max(one, other)
