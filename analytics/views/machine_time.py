"""A machine's time as the cards of its page: timeline, where the minutes went, why it stops."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.engine import losses
from analytics.engine.machine_parts import MachineTotals
from analytics.engine.oee import Oee, Ratio, School, oee
from analytics.selectors.machine_now import ReasonSum, sums_by_state
from analytics.selectors.shift_now import Stretch
from analytics.views.shift_rows import clock_time
from mom.core import charts
from mom.core.web import printing
from mom.core.web.components import state_word

MINUTE = 60_000_000
HOUR = timedelta(hours=1)
SLOTS = 900  # stretches of a drawn ribbon; where more happened, each slot shows what held longest in it
MOST_REASONS = 8
NAMED = frozenset({"down", "idle", "setup", "plan"})
SPANS = (("shift", gettext_lazy("This shift")), ("day", gettext_lazy("24 h")), ("week", gettext_lazy("7 days")))
WIDE = Decimal("0.01")


@dataclass(frozen=True)
class Frame:
    """What a timeline shows: from where to where, and now."""

    start: datetime
    end: datetime
    now: datetime

    def share(self, at: datetime) -> float:
        return min(1.0, max(0.0, (at - self.start) / (self.end - self.start)))


def timeline(code: str, frame: Frame, spans: Sequence[Stretch]) -> charts.Chart:
    """The ribbon of a stretch of time with the names of its stops."""
    is_long = frame.end - frame.start > timedelta(days=2)
    drawn = [
        charts.Span(each.state, frame.share(each.start), frame.share(each.end), _words(each, is_long=is_long))
        for each in coarse(spans, frame)
    ]
    labels = [
        charts.Label(
            frame.share(each.start + (each.end - each.start) / 2),
            each.reason or state_word(each.state),
            printing.number(Decimal(round((each.end - each.start) / timedelta(minutes=1))), 0),
            each.state,
            (each.end - each.start).total_seconds() * (0.5 if each.state == "plan" else 1),
        )
        for each in spans
        if each.state in NAMED and each.end - each.start >= timedelta(minutes=1)
    ]
    title = _("States of %(machine)s") % {"machine": code}
    now = frame.share(frame.now) if frame.now < frame.end else None
    return charts.timeline(drawn, labels, title=title, ticks=_ticks(frame), now=now, head=(_("State"),))


def coarse(spans: Sequence[Stretch], frame: Frame) -> list[Stretch]:
    """The stretches, or where there are more than can be seen, one for each slot: what held longest in it."""
    if len(spans) <= SLOTS:
        return list(spans)
    slot = (frame.end - frame.start) / SLOTS
    held: dict[int, dict[str, timedelta]] = {}
    for span in spans:
        number = int((span.start - frame.start) / slot)
        at = span.start
        while at < span.end:
            until = min(span.end, frame.start + slot * (number + 1))
            states = held.setdefault(number, {})
            states[span.state] = states.get(span.state, timedelta(0)) + (until - at)
            at, number = until, number + 1
    found: list[Stretch] = []
    for number, states in sorted(held.items()):
        state = max(states, key=lambda each: states[each])
        start, end = frame.start + slot * number, frame.start + slot * (number + 1)
        if found and found[-1].state == state and found[-1].end == start:
            start = found.pop().start
        found.append(Stretch(state, start, end, "", "", None, is_open=False))
    return found


def _words(span: Stretch, *, is_long: bool) -> str:
    day = f"{date_format(timezone.localtime(span.start), 'j M')} " if is_long else ""
    words = f"{day}{clock_time(span.start)}\N{EN DASH}{clock_time(span.end)} {state_word(span.state)}"
    return f"{words}: {span.reason}" if span.reason else words


def _ticks(frame: Frame) -> list[charts.Tick]:
    """Hours, or days where it is long; the one beside now gives way."""
    length = frame.end - frame.start
    at = timezone.localtime(frame.start)
    if length > timedelta(days=2):
        step, form, at = timedelta(days=1), "D j", at.replace(hour=0, minute=0, second=0, microsecond=0)
    else:
        step = HOUR * max(1, round(length / HOUR / 8))
        form, at = "H:i", at.replace(minute=0, second=0, microsecond=0)
    now = frame.share(frame.now) if frame.now < frame.end else None
    ticks = []
    while at <= frame.end:
        share = frame.share(at)
        if at >= frame.start and (now is None or abs(share - now) > 0.05):
            ticks.append(charts.Tick(share, date_format(at, form)))
        at += step
    if now is not None:
        ticks.append(charts.Tick(now, clock_time(frame.now), is_now=True))
    return ticks


def legend(spans: Sequence[Stretch]) -> list[tuple[str, str, timedelta]]:
    """How long each state held, in their usual order."""
    sums = sums_by_state(spans)
    order = ("run", "idle", "setup", "plan", "down", "off")
    return [(state, state_word(state), sums[state]) for state in order if sums.get(state)]


@dataclass(frozen=True)
class Figure:
    """One of the four figures above the waterfall, and where it leads."""

    label: str
    value: str
    url: str
    is_bad: bool = False
    hint: str = ""


Why = Callable[..., str]  # why_url with the machine, day and shift of the page


def figures(found: Oee, target: Decimal | None, why: Why) -> list[Figure]:
    """OEE and its three factors; OEE is marked where it is off its target."""
    is_bad = target is not None and found.value is not None and found.value < target
    hint = _("target %(value)s") % {"value": printing.percent(target)} if target is not None else ""
    factors: list[tuple[str, Ratio, str]] = [
        (_("Availability"), found.availability, "availability"),
        (_("Performance"), found.performance, "effectiveness"),
        (_("Quality"), found.quality, "quality_ratio"),
    ]
    shown = [Figure(label, printing.percent(ratio.value), why(kpi)) for label, ratio, kpi in factors]
    return [Figure(_("OEE"), printing.percent(found.value), why("oee_index"), is_bad, hint), *shown]


def interval_words(found: Oee, totals: MachineTotals) -> str:
    """Between what OEE lies where too much is unknown; empty where that does not matter."""
    low, high, width = found.interval.low, found.interval.high, found.interval.width
    if low is None or high is None or width is None or width <= WIDE:
        return ""
    return _("OEE lies between %(low)s and %(high)s %%: %(unknown)s are unknown.") % {
        "low": printing.number(low * 100, 1),
        "high": printing.number(high * 100, 1),
        "unknown": printing.duration(Decimal(totals.unknown) / 1_000_000),
    }


STEPS: dict[losses.Step, tuple[Any, str]] = {
    losses.Step.ELAPSED: (gettext_lazy("Elapsed"), "3"),
    losses.Step.OFF_SHIFT: (gettext_lazy("Off shift"), "4"),
    losses.Step.PLANNED_STOP: (gettext_lazy("Planned stop"), "4"),
    losses.Step.UNKNOWN: (gettext_lazy("Unknown"), "3"),
    losses.Step.PLANNED_TIME: (gettext_lazy("Planned time"), "2"),
    losses.Step.DOWN: (gettext_lazy("Down"), "bad"),
    losses.Step.PLANNED_MAINTENANCE: (gettext_lazy("Planned service"), "setup"),
    losses.Step.SETUP: (gettext_lazy("Setup"), "setup"),
    losses.Step.WAITING: (gettext_lazy("Waiting"), "warn"),
    losses.Step.RUN_TIME: (gettext_lazy("Run time"), "2"),
    losses.Step.MINOR_STOPS: (gettext_lazy("Minor stops"), "warn"),
    losses.Step.SLOW_CYCLES: (gettext_lazy("Slow cycles"), "warn"),
    losses.Step.SCRAP: (gettext_lazy("Scrap"), "warn"),
    losses.Step.EFFECTIVE: (gettext_lazy("Effective"), ""),
}


CLASSES: dict[losses.Step, str] = {
    losses.Step.OFF_SHIFT: "off_shift",
    losses.Step.PLANNED_STOP: "planned_stop",
    losses.Step.UNKNOWN: "unknown",
    losses.Step.DOWN: "down",
    losses.Step.PLANNED_MAINTENANCE: "planned_maintenance",
    losses.Step.SETUP: "setup",
    losses.Step.WAITING: "delay",
    losses.Step.RUN_TIME: "production",
}


def minutes(totals: MachineTotals, school: School, why: Why) -> charts.Chart:
    """From elapsed to effective time, in minutes; each bar leads to what it is made of."""
    steps = [
        charts.Step(
            str(STEPS[row.step][0]),
            row.length / MINUTE,
            not row.is_total,
            STEPS[row.step][1],
            why("oee_index", time_class=CLASSES.get(row.step, "")),
        )
        for row in losses.waterfall(totals, school)
    ]
    return charts.waterfall(
        steps,
        title=_("Where the minutes went"),
        description=_("From elapsed to effective time, loss by loss, in minutes."),
        head=(_("Step"), _("Minutes")),
        printed=lambda value: printing.number(Decimal(str(round(value, 1))), 0),
        empty=_("No minute has passed yet."),
        width=max(600.0, 62.0 * len(steps)),
        height=224,
    )


def reasons(sums: Sequence[ReasonSum], *, by_group: bool) -> charts.Chart:
    """Why it stops: minutes by reason or by group of reasons, what has none last."""
    named: dict[str, list[int]] = {}
    for each in sums:
        if each.is_coded:
            entry = named.setdefault((each.group or each.reason) if by_group else each.reason, [0, 0])
            entry[0] += each.duration
            entry[1] += each.count
    ranked = sorted(named.items(), key=lambda item: -item[1][0])
    bars = [
        charts.Bar(label, spent / MINUTE, "" if place else "bad", _times(count))
        for place, (label, (spent, count)) in enumerate(ranked[:MOST_REASONS])
    ]
    rest = [entry for _label, entry in ranked[MOST_REASONS:]]
    if rest:
        spent, count = sum(entry[0] for entry in rest), sum(entry[1] for entry in rest)
        bars.append(charts.Bar(_("All others"), spent / MINUTE, "2", _times(count), is_rest=True))
    for label, is_minor, tone in ((_("Minor stops"), True, "3"), (_("Not coded"), False, "3")):
        without = [each for each in sums if not each.is_coded and each.is_minor == is_minor]
        if without:
            spent, count = sum(each.duration for each in without), sum(each.count for each in without)
            bars.append(charts.Bar(label, spent / MINUTE, tone, _times(count), is_rest=True))
    return charts.pareto(
        bars,
        title=_("Downtime reasons"),
        description=_("Minutes and number of stops by reason, with their cumulative share."),
        head=(_("Reason"), _("Minutes"), _("Cumulative share")),
        printed=lambda value: printing.number(Decimal(str(round(value, 1))), 0),
        cumulative=_("cumulative"),
        empty=_("Nothing was lost in these days."),
        width=500,
        label_width=140,
    )


def _times(count: int) -> str:
    return f"{count}×"


def school_of(asked: str) -> School:
    """The school that is shown; ISO 22400 where nothing else is asked for."""
    return School.TPM if asked == "tpm" else School.ISO


def oee_of(totals: MachineTotals, school: School) -> Oee:
    """OEE by a school."""
    return oee(totals, school)
