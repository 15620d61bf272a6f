"""A machine of the shift as its row shows it: state, job, good against expected by now, ribbon, OEE."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.engine.machine_parts import MachineTotals
from analytics.engine.oee import oee_iso
from analytics.selectors.live import LiveMachine
from analytics.selectors.shift_now import ShiftWindow, Stretch
from analytics.views.why_links import why_url
from mom.core import charts
from mom.core.web import printing
from mom.core.web.components import state_word
from mom.work.engine.progress import pace

FAR_OFF = Decimal("0.1")  # OEE that is this far below its target is marked
STANDING = frozenset({"down", "idle", "off"})
NEEDS_REASON = frozenset({"down", "idle"})
HOUR = timedelta(hours=1)


def clock_time(at: datetime) -> str:
    """The time of day in the plant's zone."""
    return timezone.localtime(at).strftime("%H:%M")


@dataclass(frozen=True)
class ShiftRow:
    """One machine."""

    machine: LiveMachine
    url: str
    word: str
    ribbon: charts.Chart | None  # only those that are shown are drawn
    oee: Decimal | None
    target: Decimal | None
    pace: str
    is_running: bool  # the shift; what a shift came to shows no state of now

    @property
    def state(self) -> str:
        return self.machine.state

    @property
    def is_low(self) -> bool:
        """Whether its OEE is far off its target."""
        return self.oee is not None and self.target is not None and self.oee < self.target * (1 - FAR_OFF)

    @property
    def deviates(self) -> bool:
        """Whether it is not as it should be."""
        return self.machine.state in STANDING or self.pace == "bad" or self.is_low

    @property
    def why(self) -> str:
        """Where its OEE leads."""
        machine = self.machine
        return why_url("oee_index", machine.day, machine=machine.code, shift=machine.shift)

    @property
    def oee_percent(self) -> Decimal | None:
        return None if self.oee is None else self.oee * 100

    @property
    def spoken(self) -> str:
        """Both numbers of its bar for who can't see it."""
        numbers = {
            "good": printing.number(self.machine.good),
            "all": printing.number(self.machine.planned),
            "expected": printing.number(self.machine.expected, 0),
        }
        if self.machine.expected is None:
            return _("%(good)s of %(all)s") % numbers
        return _("%(good)s of %(all)s, %(expected)s expected by now") % numbers


def row_of(machine: LiveMachine, window: ShiftWindow, totals: MachineTotals, target: Decimal | None) -> ShiftRow:
    """The row of one machine, as yet without what it did; `totals` are of the shift that is shown."""
    return ShiftRow(
        machine=machine,
        url=reverse("plant:machine_detail", args=[machine.code]),
        word=word_of(machine.state, machine.reason),
        ribbon=None,
        oee=oee_iso(totals).value,
        target=target,
        pace=pace_of(machine),
        is_running=window.is_running,
    )


def word_of(state: str, reason: str) -> str:
    """How a machine stands: why, where that is known; a stop that needs a reason and has none says so."""
    if reason and state != "run":
        return reason
    word = state_word(state)
    return _("%(state)s, no reason") % {"state": word} if state == "down" else word


def pace_of(machine: LiveMachine) -> str:
    """How the bar of its job is marked: "bad" where it is clearly behind."""
    if machine.good is None or machine.planned is None:
        return ""
    marked = pace(machine.good, machine.planned, machine.expected, is_overdue=False)
    behind = -(machine.ahead or 0)
    return "bad" if marked or (machine.planned and behind > machine.planned * Decimal("0.04")) else ""


def ribbon_of(code: str, window: ShiftWindow, spans: Sequence[Stretch]) -> charts.Chart:
    """What it did in the shift, up to now."""
    drawn = [
        charts.Span(span.state, window.share(span.start), window.share(span.end), words_of(span)) for span in spans
    ]
    title = _("States of %(machine)s since %(time)s") % {"machine": code, "time": clock_time(window.start)}
    now = window.share(window.now) if window.is_running else None
    return charts.ribbon(drawn, title=title, now=now)


def words_of(span: Stretch) -> str:
    """Times, state and reason of a stretch."""
    times = f"{clock_time(span.start)}\N{EN DASH}{clock_time(span.end)}"
    state = state_word(span.state)
    return f"{times} {state}: {span.reason}" if span.reason else f"{times} {state}"


def axis_of(window: ShiftWindow) -> list[tuple[float, str]]:
    """Every second full hour of the shift as share in percent and its name."""
    at = timezone.localtime(window.start).replace(minute=0, second=0, microsecond=0)
    step = HOUR * max(1, round((window.end - window.start) / HOUR / 4))
    marks = []
    while at <= window.end:
        if at >= window.start:
            marks.append((window.share(at) * 100, at.strftime("%H")))
        at += step
    return marks


def counts_of(machines: Sequence[LiveMachine]) -> list[tuple[str, str, int]]:
    """How many machines are in each state, those that are in none left out."""
    counted: Mapping[str, int] = {
        state: sum(1 for each in machines if each.state == state)
        for state in ("run", "idle", "setup", "plan", "down", "off")
    }
    return [(state, state_word(state).lower(), count) for state, count in counted.items() if count]
