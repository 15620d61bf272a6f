"""The six figures of a shift as tiles: each with its yardstick, eight shifts as a line, a mark only when off target."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.engine.kpi import ratio
from analytics.engine.machine_parts import MachineTotals
from analytics.engine.oee import oee_iso
from mom.core.engine.units import PIECES
from mom.core.web import printing

WIDE = Decimal("0.01")  # an interval of OEE wider than a point is printed
FAR_OFF = Decimal("0.1")  # of the target: more than this part of it off is bad, less is a warning
MINUTE = 60_000_000


@dataclass(frozen=True)
class ShiftTile:
    """A figure as `{% kpi %}` takes it."""

    label: str
    value: str | None
    unit: str = ""
    foot: str = ""
    status: str = ""
    flag: str = ""
    series: Sequence[float] = ()
    target: float | None = None
    url: str = ""
    about: str = ""  # its definition


@dataclass(frozen=True)
class ShiftFigures:
    """What the tiles are made of: this shift, those before it, the jobs that run, the targets by figure."""

    now: MachineTotals
    earlier: Sequence[MachineTotals]
    units: frozenset[str]
    ahead: Decimal | None  # good pieces of the running jobs before (or behind) what is expected by now
    jobs: int
    jobs_on_plan: int
    is_running: bool
    targets: Mapping[str, Decimal]
    urls: Mapping[str, str]


def tiles(figures: ShiftFigures) -> list[ShiftTile]:
    """OEE, good of all machines, yield, unplanned downtime, jobs on plan, energy per piece; each says what it is."""
    made = [make(figures) for make in (_oee, _pieces, _yield, _downtime, _on_plan, _energy)]
    return [replace(tile, about=about) for tile, about in zip(made, _definitions(), strict=True)]


def _definitions() -> list[str]:
    """What each tile is, in one sentence."""
    return [
        _("Ideal time of good pieces / planned busy time. ISO 22400."),
        _("What every machine made good, summed. A part that passes four machines counts four times."),
        _("Good / all pieces made, counted at every machine."),
        _("Time that machines were down or waited inside the plan. Minor stops and set-ups are not in it."),
        _("Running jobs that are not behind what should be good by now / running jobs with a plan."),
        _("Energy of all machines / good pieces, each machine's counted."),
    ]


def _oee(figures: ShiftFigures) -> ShiftTile:
    found = oee_iso(figures.now)
    interval = found.interval
    target = figures.targets.get("oee_index")
    status, flag, foot = _judged(found.value, target, figures, lambda totals: oee_iso(totals).value)
    if found.value is None and interval.low is None:
        foot = _("no planned time yet")
    elif interval.width is not None and interval.width > WIDE and interval.low is not None:
        bounds = {
            "low": printing.number(interval.low * 100, 0),
            "high": printing.number((interval.high or interval.low) * 100, 0),
            "unknown": printing.duration(Decimal(figures.now.unknown) / 1_000_000),
        }
        foot = _("%(low)s–%(high)s %%, %(unknown)s unknown") % bounds
    series = _series(figures, lambda totals: oee_iso(totals).value, 100)
    return ShiftTile(
        _("OEE"), *_percent(found.value), foot, status, flag, series, _scaled(target, 100), figures.urls.get("oee", "")
    )


def _pieces(figures: ShiftFigures) -> ShiftTile:
    is_pieces = figures.units <= PIECES
    unit = "" if is_pieces else ", ".join(sorted(printing.unit(each) for each in figures.units))
    status, flag, foot = "", "", _last_shift(figures, lambda totals: totals.good, printing.number)
    if figures.is_running and figures.ahead is not None:
        expected = figures.now.good - figures.ahead
        foot = _("%(count)s expected") % {"count": printing.number(expected, 0)}
        if figures.ahead < 0 and expected > 0:
            flag = printing.signed(figures.ahead, 0)
            status = "bad" if -figures.ahead > expected * FAR_OFF else "warn"
    value = printing.number(figures.now.good, 0 if is_pieces else None)
    series = _series(figures, lambda totals: totals.good, 1)
    return ShiftTile(
        _("Good, machines summed"), value, unit, foot, status, flag, series, url=figures.urls.get("good", "")
    )


def _yield(figures: ShiftFigures) -> ShiftTile:
    value, target = _good_share(figures.now), figures.targets.get("piece_yield")
    status, flag, foot = _judged(value, target, figures, _good_share)
    if value is None:
        foot = _("no pieces yet")
    return ShiftTile(
        _("Yield"),
        *_percent(value),
        foot,
        status,
        flag,
        _series(figures, _good_share, 100),
        _scaled(target, 100),
        figures.urls.get("yield", ""),
    )


def _good_share(totals: MachineTotals) -> Decimal | None:
    return ratio(totals.good, totals.produced)


def _downtime(figures: ShiftFigures) -> ShiftTile:
    lost = _lost(figures.now)
    planned = figures.now.planned_busy
    share, before = ratio(lost, planned), _last(figures)
    share_before = ratio(_lost(before), before.planned_busy) if before else None
    status = flag = foot = ""
    if share is not None:
        foot = _("%(share)s of planned time") % {"share": printing.percent(share)}
        if share_before is not None:
            foot = _("%(share)s, last shift %(before)s") % {
                "share": printing.percent(share),
                "before": printing.percent(share_before),
            }
            if share > share_before + WIDE:
                status = "bad" if share > 2 * share_before else "warn"
                flag = _points(share - share_before)
    series = _series(figures, lambda totals: ratio(_lost(totals), totals.planned_busy), 100)
    minutes = printing.number(Decimal(lost) / MINUTE, 0)
    return ShiftTile(
        _("Unplanned downtime"), minutes, _("min"), foot, status, flag, series, url=figures.urls.get("downtime", "")
    )


def _lost(totals: MachineTotals) -> int:
    return totals.delay + totals.down - totals.minor_stop


def _on_plan(figures: ShiftFigures) -> ShiftTile:
    if not figures.jobs:
        return ShiftTile(_("Jobs on plan"), None, foot=_("no job with a plan runs"), url=figures.urls.get("jobs", ""))
    share = Decimal(figures.jobs_on_plan) / figures.jobs
    late = figures.jobs - figures.jobs_on_plan
    counts = {"good": figures.jobs_on_plan, "all": figures.jobs}
    foot = ngettext("%(good)s of %(all)s job", "%(good)s of %(all)s jobs", figures.jobs) % counts
    flag = ngettext("%(count)s behind", "%(count)s behind", late) % {"count": late} if late else ""
    status = "" if not late else "bad" if share < 1 - 2 * FAR_OFF else "warn"
    value = printing.number(share * 100, 0)
    return ShiftTile(_("Jobs on plan"), value, "%", foot, status, flag, url=figures.urls.get("jobs", ""))


def _energy(figures: ShiftFigures) -> ShiftTile:
    value, target = _per_piece(figures.now), figures.targets.get("energy_per_good")
    label = _("Energy per good piece") if figures.units <= PIECES else _("Energy per good unit")
    if not _kwh(figures.now):
        return ShiftTile(label, None, foot=_("no machine sends energy"), url=figures.urls.get("energy", ""))
    before = _last(figures)
    foot = _last_shift(figures, _per_piece, lambda number: printing.number(number, 2)) if before else ""
    status = flag = ""
    if target is not None:
        foot = _("target %(value)s") % {"value": printing.number(target, 2)}
        if value is not None and value > target:
            status, flag = "warn", printing.signed(value - target, 2)
    shown = None if value is None else printing.number(value, 2)
    series = _series(figures, _per_piece, 1)
    return ShiftTile(
        label, shown, "kWh", foot, status, flag, series, _scaled(target, 1), figures.urls.get("energy", "")
    )


def _kwh(totals: MachineTotals) -> Decimal:
    return totals.energy_production + totals.energy_setup + totals.energy_stopped + totals.energy_other


def _per_piece(totals: MachineTotals) -> Decimal | None:
    return ratio(_kwh(totals), totals.good) if _kwh(totals) else None


Figure = Callable[[MachineTotals], Decimal | int | None]


def _judged(
    value: Decimal | None, target: Decimal | None, figures: ShiftFigures, figure: Figure
) -> tuple[str, str, str]:
    """Status, mark and foot of a share that should be high: against its target, else beside the last shift."""
    if target is None:
        return "", "", _last_shift(figures, figure, printing.percent)
    foot = _("target %(value)s") % {"value": printing.percent(target, 0 if target * 100 % 1 == 0 else 1)}
    if value is None or value >= target:
        return "", "", foot
    return "bad" if value < target * (1 - FAR_OFF) else "warn", _points(value - target), foot


def _points(difference: Decimal) -> str:
    return _("%(change)s pts") % {"change": printing.signed(difference * 100, 1)}


def _last(figures: ShiftFigures) -> MachineTotals | None:
    return figures.earlier[-1] if figures.earlier else None


def _last_shift(figures: ShiftFigures, figure: Figure, printed: Callable[[Decimal | int], str]) -> str:
    before = _last(figures)
    value = figure(before) if before else None
    return _("last shift %(value)s") % {"value": printed(value)} if value is not None else ""


def _series(figures: ShiftFigures, figure: Figure, scale: int) -> list[float]:
    values = [figure(each) for each in (*figures.earlier, figures.now)]
    return [float(value * scale) for value in values if value is not None]


def _scaled(target: Decimal | None, scale: int) -> float | None:
    return None if target is None else float(target * scale)


def _percent(value: Decimal | None) -> tuple[str | None, str]:
    return (None, "") if value is None else (printing.number(value * 100, 1), "%")
