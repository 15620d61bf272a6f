"""How one machine is listened to at an instant, and the defaults of a machine that nobody has set up. Pure."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from mom.floor.engine.terms import PieceSource, SignalSource, StateModel

HEARTBEAT = timedelta(minutes=5)
"""Silence longer than this is no signal, unless the machine's own setting says otherwise."""

MINOR_STOP = timedelta(minutes=2)
"""A shorter stop needs no reason. Source: iso22400.md, section 7 rule 5 (2 to 5 min are usual)."""


@dataclass(frozen=True, slots=True)
class Listening:
    """How a machine is listened to."""

    signal_source: SignalSource = SignalSource.MESSAGES
    state_model: StateModel = StateModel.OWN
    piece_source: PieceSource = PieceSource.REPORTS
    heartbeat: timedelta = HEARTBEAT
    minor_stop: timedelta = MINOR_STOP
    counter_modulus: Decimal | None = None


DEFAULT = Listening()


@dataclass(frozen=True, slots=True)
class Held:
    """A setting with the time in which it holds."""

    start: datetime
    end: datetime | None
    listening: Listening


class ListeningLine:
    """The settings of one machine along time; the defaults wherever nothing was set."""

    __slots__ = ("_borders", "_held", "_starts", "hears_reports")

    def __init__(self, held: Iterable[Held] = ()) -> None:
        self._held = tuple(sorted(held, key=lambda each: each.start))
        self._starts = [each.start for each in self._held]
        ends = [each.end for each in self._held if each.end is not None]
        self._borders = sorted({*self._starts, *ends})
        self.hears_reports = any(each.listening.signal_source == SignalSource.REPORTS for each in self._held)
        """Whether job responses are ever what the timeline is made of."""

    def at(self, instant: datetime) -> Listening:
        """The setting that holds at an instant."""
        if not self._held:
            return DEFAULT
        index = bisect_right(self._starts, instant) - 1
        if index < 0:
            return DEFAULT
        held = self._held[index]
        return held.listening if held.end is None or instant < held.end else DEFAULT

    def borders(self) -> list[datetime]:
        """The instants at which the setting may change."""
        return self._borders

    def last(self) -> Listening:
        """The setting that changes no more: from the last border on."""
        return self.at(self._borders[-1]) if self._borders else DEFAULT


UNSET = ListeningLine()
