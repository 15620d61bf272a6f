"""What a state code means: looked up in versioned rows, a site's own before everybody's, a mode's before any. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from mom.floor.engine.terms import MachineState, StateModel
from mom.plant.engine.terms import LossClass, TimeClass

PACKML_STATES: dict[str, str] = {
    "1": "clearing",
    "2": "stopped",
    "3": "starting",
    "4": "idle",
    "5": "suspended",
    "6": "execute",
    "7": "stopping",
    "8": "aborting",
    "9": "aborted",
    "10": "holding",
    "11": "held",
    "12": "unholding",
    "13": "suspending",
    "14": "unsuspending",
    "15": "resetting",
    "16": "completing",
    "17": "complete",
}
"""`StateCurrent` to the state's name. Source: ISA-TR88.00.02; iiot.md section 2."""

PACKML_MODES: dict[str, str] = {"1": "production", "2": "maintenance", "3": "manual"}
MACHINE_TOOL_STATES: dict[str, str] = {"0": "active", "1": "interrupted", "2": "reset"}
MACHINE_TOOL_MODES: dict[str, str] = {
    "0": "automatic",
    "1": "mdamdi",
    "2": "jogmanual",
    "3": "jogincrement",
    "4": "teachinghandle",
    "5": "remote",
    "6": "reference",
    "7": "other",
}
"""ChannelState and ChannelMode by number. Source: OPC 40501-1; iiot.md section 4."""

_STATE_NAMES: dict[str, dict[str, str]] = {
    StateModel.PACKML: PACKML_STATES,
    StateModel.OPCUA_MACHINE_TOOL: MACHINE_TOOL_STATES,
}
_MODE_NAMES: dict[str, dict[str, str]] = {
    StateModel.PACKML: PACKML_MODES,
    StateModel.OPCUA_MACHINE_TOOL: MACHINE_TOOL_MODES,
}
_JOINERS = str.maketrans("", "", "_- ")


def spelling(state_model: str, code: str) -> str:
    """A code as the rows have it: no case, no joiners, a number's name. So `6`, `EXECUTE` and `Execute` are one."""
    plain = code.translate(_JOINERS).casefold()
    return _STATE_NAMES.get(state_model, {}).get(plain, plain)


def mode_spelling(state_model: str, mode: str) -> str:
    """The same for a mode."""
    plain = mode.translate(_JOINERS).casefold()
    return _MODE_NAMES.get(state_model, {}).get(plain, plain)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a state code counts as."""

    state: MachineState
    time_class: TimeClass
    time_class_without_order: TimeClass
    loss_class: LossClass


_MOST_KEPT = 4_000  # codes, of which a plant has hundreds
UNKNOWN = Meaning(MachineState.OFF, TimeClass.UNKNOWN, TimeClass.UNKNOWN, LossClass.NONE)
"""A code that no row knows: neither running nor down."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of meanings with its validity."""

    state_model: str
    code: str
    mode: str
    is_of_site: bool
    start: datetime
    end: datetime | None
    meaning: Meaning


class Meanings:
    """All rows that a site sees. A mode that no row names is looked up as any mode.

    What was looked up is kept, and forgotten where machines say too many different things. Threads may share one.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows: dict[tuple[str, str, str], list[Row]] = {}
        for row in rows:
            key = (row.state_model, spelling(row.state_model, row.code), mode_spelling(row.state_model, row.mode))
            self._rows.setdefault(key, []).append(row)
        self._ever: dict[tuple[str, str, str], tuple[datetime, Meaning]] = {}
        self._borders: dict[tuple[str, str, str], tuple[datetime, ...]] = {}
        every = [row for rows in self._rows.values() for row in rows]
        self._all_borders = frozenset({row.start for row in every} | {row.end for row in every if row.end is not None})

    def at(self, state_model: str, code: str, mode: str, instant: datetime) -> Meaning:
        """The meaning that holds at an instant; `UNKNOWN` where there is none."""
        raw = (state_model, code, mode)
        known = self._ever.get(raw)
        if known is not None and instant >= known[0]:
            return known[1]  # nothing changes any more after the last border: one look-up for nearly every message
        candidates = self._candidates(state_model, code, mode)
        found = _holding(candidates, instant)
        borders = self.borders(state_model, code, mode)
        if borders and instant >= borders[-1]:
            self._ever[raw] = (borders[-1], found)
        return found

    def of(self, state_model: str, state: str, code: str, mode: str, instant: datetime) -> Meaning:
        """What an interval or a stop counts as: its code's meaning, or, where a person or a report said its state, that
        state's own.
        """
        if state == MachineState.OFF:
            return UNKNOWN
        meaning = self.at(state_model, code, mode, instant) if code else UNKNOWN
        if meaning.state != state and state_model != StateModel.OWN:
            meaning = self.at(StateModel.OWN, code, mode, instant) if code else UNKNOWN
        return meaning if meaning.state == state else self.at(StateModel.OWN, state, "", instant)

    def borders(self, state_model: str, code: str, mode: str) -> tuple[datetime, ...]:
        """The instants at which the meaning of a code may change."""
        raw = (state_model, code, mode)
        known = self._borders.get(raw)
        if known is not None:
            return known
        rows = self._candidates(state_model, code, mode)
        ends = {row.end for row in rows if row.end is not None}
        if len(self._borders) >= _MOST_KEPT:
            self._borders.clear()
            self._ever.clear()
        found = self._borders[raw] = tuple(sorted({row.start for row in rows} | ends))
        return found

    def all_borders(self) -> Collection[datetime]:
        """The instants at which the meaning of any code may change."""
        return self._all_borders

    def _candidates(self, state_model: str, code: str, mode: str) -> list[Row]:
        """A row of this mode before one of any mode, a site's own before everybody's."""
        plain, of_mode = spelling(state_model, code), mode_spelling(state_model, mode)
        rows = list(self._rows.get((state_model, plain, of_mode), ()))
        if of_mode:
            rows += self._rows.get((state_model, plain, ""), ())
        return sorted(rows, key=lambda row: (not row.mode, not row.is_of_site))


def _holding(rows: list[Row], instant: datetime) -> Meaning:
    for row in rows:
        if row.start <= instant and (row.end is None or instant < row.end):
            return row.meaning
    return UNKNOWN
