"""Cycles, signals, log and forecast of a machine as its page shows them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from analytics.engine.machine_parts import MachineTotals
from analytics.selectors import machine_now
from analytics.selectors.live import LiveMachine
from analytics.selectors.machine_now import Likely, LogLine
from analytics.views.shift_rows import clock_time
from mom.core import charts
from mom.core.engine.interval import Interval
from mom.core.web import printing
from mom.core.web.components import state_word
from mom.floor.engine.terms import PieceSource
from mom.floor.models.labels import PIECE_SOURCE
from mom.plant.models import Equipment
from mom.plant.selectors.calendar import ShiftPlan
from mom.work.engine.terms import WorkKind
from mom.work.selectors.machine_work import ReasonGroup
from production.models import IdealCycle

AHEAD = timedelta(days=20)
MICROSECOND = timedelta(microseconds=1)


def forecast(live: LiveMachine, totals: MachineTotals, plan: ShiftPlan | None, now: datetime) -> datetime | None:
    """When its job will be finished at the pace of this shift, in the time that the machine works.

    The pace is good pieces by planned time, stops included; before the first piece of the shift nothing is said.
    """
    if live.good is None or live.planned is None or not totals.good or not totals.planned_busy:
        return None
    rest = live.planned - live.good
    if rest <= 0:
        return None
    needed = MICROSECOND * int(rest * totals.planned_busy / totals.good)
    if plan is None:
        return now + needed
    for stretch in plan.working(Interval(now, now + AHEAD)):
        length = stretch.duration
        if needed <= length:
            return stretch.start + needed
        needed -= length
    return None


def pieces(live: LiveMachine, jobs: int) -> dict[str, Any]:
    """Where its pieces come from, and which job a counter counts for where several are at work (ADR 28)."""
    source = live.piece_source
    is_one_for_all = jobs > 1 and source != PieceSource.REPORTS
    words = _("several jobs at once: all count for the job begun last") if is_one_for_all else ""
    return {"pieces_from": PIECE_SOURCE.label(source) if source else "", "pieces_note": words}


def cycles(machine: Equipment, live: LiveMachine, now: datetime) -> dict[str, Any]:
    """Its last cycles against the ideal one."""
    found = machine_now.last_cycles(machine, now)
    ideal = None
    if live.definition_id is not None:
        rows = IdealCycle.objects.filter(equipment=machine, definition_id=live.definition_id, valid_from__lte=now)
        row = rows.exclude(valid_until__lte=now).first()
        ideal = row.duration.total_seconds() if row is not None else None
    words = {"seconds": printing.number(Decimal(str(ideal)), None) if ideal is not None else ""}
    chart = charts.cycle_plot(
        [(clock_time(at), float(seconds)) for at, seconds in found],
        title=_("Cycle times"),
        description=_("The last cycles in seconds, each as a point."),
        ideal=ideal,
        ideal_label=_("ideal %(seconds)s s") % words,
        head=(_("Ended"), _("Seconds")),
        printed=lambda value: printing.number(Decimal(str(round(value, 1)))),
        empty=_("It sends no cycles."),
    )
    return {"cycles": chart, "cycle_count": len(found)}


def signals(machine: Equipment, live: LiveMachine, now: datetime) -> dict[str, Any]:
    """Its readings of the last two hours; without signal the last ones before it fell silent, with their time."""
    is_silent = live.state == "off"
    until = live.last_sign_at if is_silent and live.last_sign_at is not None else now
    shown = []
    lines = machine_now.last_signals(machine, until)
    limits = machine_now.signal_limits(machine, now) if lines else {}
    for line in lines:
        limit = limits.get(line.name, machine_now.SignalLimits())
        start = until - machine_now.SIGNALS_WITHIN
        points = [((at - start) / machine_now.SIGNALS_WITHIN, float(value)) for at, value in line.points]
        unit = printing.unit(line.unit)
        name = line.name.replace("_", " ").capitalize()
        chart = charts.signal(
            points,
            title=f"{name}, {unit}" if unit else name,
            ends=(clock_time(start), clock_time(until)),
            lower=float(limit.lower) if limit.lower is not None else None,
            upper=float(limit.upper) if limit.upper is not None else None,
            labels=[clock_time(at) for at, _value in line.points],
            head=(_("Time"), name),
        )
        at, value = line.last
        each = {"name": name, "value": printing.number(value), "unit": unit, "chart": chart, "at": at}
        shown.append({**each, "limits": _limit_words(limit), "is_beyond": limit.is_beyond(value)})
    return {"signals": shown, "is_silent": is_silent, "silent_since": until if is_silent else None}


def _limit_words(limit: machine_now.SignalLimits) -> str:
    """The limits beside the value, in its unit."""
    low, high = (printing.number(each) if each is not None else "" for each in (limit.lower, limit.upper))
    if low and high:
        return _("%(low)s to %(high)s") % {"low": low, "high": high}
    return _("least %(low)s") % {"low": low} if low else _("most %(high)s") % {"high": high} if high else ""


def log_shown(line: LogLine) -> dict[str, Any]:
    """One line of the log in words."""
    return {"at": line.at, "state": line.state, "words": _log_words(line), "by": line.by or _log_by(line)}


def _log_words(line: LogLine) -> str:
    words = {"state": state_word(line.state), "what": line.words}
    if line.kind == "stop":
        return _("%(state)s: %(what)s") % words if line.words else str(words["state"])
    if line.kind == "reason":
        return _("Reason set: %(what)s") % words
    if line.kind == WorkKind.SETUP:
        return _("Set-up, job %(what)s") % words
    if line.kind in set(WorkKind):
        return _("Job %(what)s in work") % words if line.words else _("In work")
    return line.words


def _log_by(line: LogLine) -> str:
    return _("machine") if line.kind in {"stop", "alarm"} else ""


def filled_up(likely: Sequence[Likely], groups: Sequence[ReasonGroup], count: int) -> list[Likely]:
    """The likely reasons, and where there are too few the first ones of the site's list."""
    found = list(likely)
    for group in groups:
        for pk, name in group.below or ((group.pk, group.name),):
            if len(found) < count and pk not in {each.pk for each in found}:
                found.append(Likely(pk, name, 0))
    return found
