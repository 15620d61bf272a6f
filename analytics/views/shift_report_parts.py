"""The parts of a shift's report in words: the same on the page, on paper and in the workbook."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.engine.board import clock_hour
from analytics.engine.book import BOOK
from analytics.engine.machine_parts import MachineTotals
from analytics.engine.oee import School
from analytics.engine.trust import trust
from analytics.reports.sheets import Sheet
from analytics.selectors.losses import source_of
from analytics.selectors.shift_report import ReasonTime, ShiftReport
from analytics.views import losses_words as words
from analytics.views.losses_rows import MICROSECOND, REASON_COLUMNS, SumRow, reason_rows, sum_columns
from mom.core.web import printing
from mom.core.web.tables import Column
from mom.floor.models.labels import MACHINE_STATE, PIECE_SOURCE
from mom.work.models.alert_labels import ALERT_KIND, ALERT_STATUS

KPI_OF = {
    "oee": "oee_index", "availability": "availability", "performance": "effectiveness", "quality": "quality_ratio",
}  # fmt: skip


@dataclass(frozen=True)
class HeadFigure:
    """A figure of the whole shift with its target."""

    label: str
    value: str
    unit: str
    foot: str
    status: str


@dataclass(frozen=True)
class MachineLine:
    """A machine of the report."""

    row: SumRow
    target: Decimal | None
    reasons: Sequence[ReasonTime]

    @property
    def is_below(self) -> bool:
        """Whether its OEE is below its target."""
        return self.target is not None and self.row.oee.value is not None and self.row.oee.value < self.target

    @property
    def reasons_words(self) -> str:
        """Its longest reasons with their time."""
        return ", ".join(
            f"{each.reason or words.uncoded(is_minor=each.is_minor)} {words.minutes_words(each.duration)}"
            for each in self.reasons
        )

    @property
    def stopped_words(self) -> str:
        """Down and waiting time."""
        return words.minutes_words(self.row.totals.down + self.row.totals.delay)


def head_figures(report: ShiftReport, school: School) -> list[HeadFigure]:
    """OEE, its factors, pieces and lost time, each beside its target where there is one."""
    totals = report.totals
    view = words.school_view(totals, school)
    found = []
    for name, label in (
        ("oee", _("OEE")), ("availability", _("Availability")), ("performance", _("Performance")),
        ("quality", _("Quality")),
    ):  # fmt: skip
        figure: words.Figure = getattr(view, name)
        target = target_of(report, name)
        is_below = target is not None and figure.value is not None and figure.value < target
        foot = _("target %(value)s") % {"value": printing.percent(target)} if target is not None else ""
        if name == "oee":
            bounds = view.bounds if view.bounds != figure.text else ""
            foot = ", ".join(part for part in (foot, bounds) if part)
        number, _space, unit = figure.text.rpartition(printing.SPACE)
        found.append(
            HeadFigure(label, number or figure.text, unit if number else "", figure.why or foot, _status(is_below))
        )
    found += _of_ledgers(report)
    spoilt = totals.scrap + totals.rework + totals.review
    spoilt_words = _("%(count)s scrap or rework") % {"count": printing.number(spoilt)}
    found.append(HeadFigure(_("Good"), printing.number(totals.good), "", spoilt_words, ""))
    stopped = totals.down + totals.delay - totals.minor_stop
    uncoded = _("%(time)s without reason") % {"time": words.minutes_words(totals.uncoded)} if totals.uncoded else ""
    found.append(HeadFigure(_("Stopped"), words.minutes_words(stopped), "", uncoded, "warn" if uncoded else ""))
    return found


def _of_ledgers(report: ShiftReport) -> list[HeadFigure]:
    """First-pass yield, schedule adherence and PM compliance, of which the shift has any."""
    found = []
    for name, value in report.of_ledgers.items():
        if value.value is None:
            continue
        target = report.targets.of(name, report.target_place)
        is_below = target is not None and value.value < target.value
        foot = _("target %(value)s") % {"value": printing.percent(target.value)} if target is not None else ""
        number, _space, unit = printing.percent(value.value).rpartition(printing.SPACE)
        found.append(HeadFigure(_(BOOK[name].name), number, unit, foot, _status(is_below)))
    return found


def _status(is_below: bool) -> str:
    return "warn" if is_below else ""


def target_of(report: ShiftReport, name: str, machine: int | None = None) -> Decimal | None:
    """The target of a figure, of the whole or of a machine."""
    found = report.targets.of(KPI_OF[name], machine if machine is not None else report.target_place)
    return found.value if found is not None else None


def machine_lines(report: ShiftReport, school: School) -> list[MachineLine]:
    """Every machine that has anything in the shift, in the order of the plant."""
    lines = []
    placed = [each.pk for each in report.tree.choices if each.pk in report.sums.by_machine]
    for pk in dict.fromkeys([*placed, *report.sums.by_machine]):
        place, area = report.tree.places[pk], report.tree.area_of(pk)
        source = str(PIECE_SOURCE.label(source_of(report.sources, pk)))
        row = SumRow(place.code, place.name, report.sums.by_machine[pk], school, area.label if area else "", source)
        lines.append(MachineLine(row, target_of(report, "oee", pk), report.by_machine.get(pk, ())))
    return lines


@dataclass(frozen=True)
class Choice:
    """A choice that the figures were made by, printed with them."""

    label: str
    value: str


def choices(report: ShiftReport, school: School, lines: Sequence[MachineLine]) -> list[Choice]:
    """School, definition and version, piece sources, time without signal, and up to when the figures reach."""
    totals: MachineTotals = report.totals
    kpi = BOOK[KPI_OF["oee"]]
    sources = sorted({line.row.source for line in lines})
    found = trust(totals, report.age)
    return [
        Choice(_("School"), words.SCHOOL[school]),
        Choice(_("Definition"), f"{_(str(kpi.name))}, {_('version %(number)s') % {'number': kpi.version}}"),
        Choice(_("Pieces from"), ", ".join(sources) or printing.unknown()),
        Choice(_("No signal"), words.minutes_words(totals.unknown)),
        Choice(_("Data"), ", ".join(filter(None, [str(words.MARK[found.mark][1]), words.trust_words(found)]))),
        Choice(_("Figures as of"), as_of_words(report)),
        Choice(_("Time without an order"), words.rule_words(report.without_order)),
    ]


def as_of_words(report: ShiftReport) -> str:
    """The instant in the plant's zone, with the zone."""
    zone = report.shown.zone
    return f"{report.as_of.astimezone(zone):%Y-%m-%d %H:%M} ({zone.key})"


def stop_reason(stop: Any) -> str:
    """How a stop without a reason shows itself: its state and the machine's own code."""
    label = str(MACHINE_STATE.label(stop.state))
    return f"{label}, {stop.code}" if stop.code else label


def clock(value: Any) -> str:
    """An instant of the shift by the plant's clock."""
    return f"{timezone.localtime(value):%H:%M}" if value else ""


def hour_words(report: ShiftReport, entry: Any) -> str:
    """An hour of the board."""
    return clock(max(clock_hour(entry.hour, report.shown.zone), report.shown.start))


REPORT_MACHINES = sum_columns(
    Column("machine", gettext_lazy("Machine"), "code"), Column("name", gettext_lazy("Name"), "name"),
    Column("area", gettext_lazy("Area"), "area"), Column("source", gettext_lazy("Pieces from"), "source"),
)  # fmt: skip


def sheets(report: ShiftReport, school: School) -> list[Sheet]:
    """The workbook: the choices first, then every table with exact values."""
    lines = machine_lines(report, school)
    whole = SumRow("", report.place.label if report.place else report.site.name, report.totals, school)
    return [
        Sheet(
            _("Report"),
            (Column("what", gettext_lazy("What"), "label"), Column("value", gettext_lazy("Value"), "value")),
            [
                Choice(_("Site"), report.site.name),
                Choice(_("Shift"), f"{report.shown.shift.day.isoformat()} {report.shown.shift.code}"),
                *choices(report, school, lines),
            ],
        ),
        Sheet(_("Figures"), FIGURE_COLUMNS, _figure_lines(report)),
        Sheet(_("Machines"), REPORT_MACHINES, [*(line.row for line in lines), whole]),
        Sheet(_("Reasons"), REASON_COLUMNS, reason_rows(report.lost)),
        Sheet(_("Stops without reason"), UNCODED_COLUMNS, report.uncoded),
        Sheet(_("Alerts and help calls"), ALERT_COLUMNS, report.alerts),
        Sheet(_("Hours"), ENTRY_COLUMNS, report.entries),
        Sheet(_("Notes"), NOTE_COLUMNS, report.notes),
    ]


@dataclass(frozen=True)
class FigureLine:
    """A figure of the KPI book in the workbook, exactly; no value where the shift has nothing that it counts."""

    name: str
    value: Decimal | None
    target: Decimal | None
    version: int


def _figure_lines(report: ShiftReport) -> list[FigureLine]:
    lines = []
    for name, value in report.of_ledgers.items():
        target = report.targets.of(name, report.target_place)
        lines.append(FigureLine(_(BOOK[name].name), value.value, target.value if target else None, BOOK[name].version))
    return lines


FIGURE_COLUMNS = (
    Column("figure", gettext_lazy("Figure"), "name"),
    Column("value", gettext_lazy("Value"), "value", kind="percent"),
    Column("target", gettext_lazy("Target"), "target", kind="percent"),
    Column("version", gettext_lazy("Version"), "version", kind="number"),
)
UNCODED_COLUMNS = (
    Column("machine", gettext_lazy("Machine"), "equipment.code"),
    Column("started", gettext_lazy("Started"), "started_at", kind="moment"),
    Column("duration", gettext_lazy("Length"), lambda stop: stop.spent // MICROSECOND * MICROSECOND, kind="duration"),
    Column("state", gettext_lazy("State"), stop_reason),
    Column("job", gettext_lazy("Job"), lambda stop: stop.job_order.code if stop.job_order else ""),
    Column("people", gettext_lazy("People"), "people"),
)
ALERT_COLUMNS = (
    Column("raised", gettext_lazy("Raised"), "raised_at", kind="moment"),
    Column("kind", gettext_lazy("Kind"), lambda alert: ALERT_KIND.label(alert.kind)),
    Column("what", gettext_lazy("What"), "title"),
    Column("where", gettext_lazy("Where"), lambda alert: alert.equipment.code if alert.equipment else ""),
    Column("status", gettext_lazy("Status"), lambda alert: ALERT_STATUS.label(alert.status)),
    Column("accepted", gettext_lazy("Accepted by"), "accepted_by"),
    Column("solved", gettext_lazy("Solved"), "solved_at", kind="moment"),
    Column("cause", gettext_lazy("Cause"), lambda alert: alert.cause or (alert.reason.name if alert.reason else "")),
)
ENTRY_COLUMNS = (
    Column("hour", gettext_lazy("Hour"), "hour", kind="moment"),
    Column("where", gettext_lazy("Where"), "equipment.code"),
    Column("cause", gettext_lazy("Cause"), "cause"),
    Column("action", gettext_lazy("Action"), "action"),
    Column("by", gettext_lazy("Written by"), "written_by"),
    Column("at", gettext_lazy("Written"), "written_at", kind="moment"),
)
NOTE_COLUMNS = (
    Column("at", gettext_lazy("Written"), "written_at", kind="moment"),
    Column("text", gettext_lazy("Note"), "text"),
    Column("by", gettext_lazy("Written by"), "written_by"),
)
