"""The shift report on paper: A4 in the documents' typeface. Of a shift that is over, the same figures again."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from analytics.engine.oee import School
from analytics.selectors.shift_report import ShiftReport
from analytics.views import losses_words as words
from analytics.views import shift_report_parts as parts
from mom.core.labels.document import Document, Head
from mom.core.web import printing
from mom.work.models.alert_labels import ALERT_STATUS

MOST_REASONS = 20


def paper(report: ShiftReport, school: School, printed_at: datetime, printed_by: str = "") -> bytes:
    """The report as PDF."""
    shift = report.shown.shift
    head = Head(
        title=f"{shift.name or shift.code}, {printing.day(shift.day)}",
        kind=_("Shift report"),
        site=" ".join(filter(None, [report.site.name, report.place.label if report.place else ""])),
        zone=report.shown.zone,
        printed_at=printed_at,
        printed_by=printed_by,
    )
    document = Document(head)
    lines = parts.machine_lines(report, school)
    document.facts(
        [
            (
                each.label,
                " ".join(filter(None, [f"{each.value}{printing.SPACE}{each.unit}".strip(), _bracketed(each.foot)])),
            )
            for each in parts.head_figures(report, school)
        ]
    )
    _machines(document, lines)
    _reasons(document, report)
    _people(document, report)
    document.heading(_("How these figures were made"))
    document.facts([(each.label, each.value) for each in parts.choices(report, school, lines)])
    return document.render()


def _bracketed(text: str) -> str:
    return f"({text})" if text else ""


def _machines(document: Document, lines: Sequence[parts.MachineLine]) -> None:
    document.heading(_("Machines"))
    if not lines:
        document.paragraph(_("No machine has any time in this shift."))
        return
    rows = [
        (
            line.row.code,
            line.row.oee.text,
            printing.percent(line.target, 0) if line.target is not None else "",
            line.row.availability.text,
            line.row.performance.text,
            line.row.quality.text,
            printing.number(line.row.totals.good),
            printing.number(line.row.totals.scrap),
            line.row.unknown_words,
            line.reasons_words,
        )
        for line in lines
    ]
    heads = (
        _("Machine"), _("OEE"), _("Target"), _("Avail."), _("Perf."), _("Qual."), _("Good"), _("Scrap"),
        _("No signal"), _("Main stops"),
    )  # fmt: skip
    document.table(heads, rows, (18, 15, 13, 15, 15, 15, 12, 12, 15, 50), numeric=range(1, 9))


def _reasons(document: Document, report: ShiftReport) -> None:
    document.heading(_("Stops by reason"))
    sums: dict[str, tuple[int, int]] = {}
    for row in report.lost:
        if row.is_coded:
            spent, count = sums.get(row.name or row.code, (0, 0))
            sums[row.name or row.code] = (spent + row.duration, count + row.count)
    ranked = sorted(sums.items(), key=lambda item: (-item[1][0], item[0]))[:MOST_REASONS]
    rows = [(name, _minutes(spent), str(count)) for name, (spent, count) in ranked]
    for is_minor in (True, False):
        uncoded = [row for row in report.lost if not row.is_coded and row.is_minor == is_minor]
        if uncoded:
            spent, count = sum(row.duration for row in uncoded), sum(row.count for row in uncoded)
            rows.append((words.uncoded(is_minor=is_minor), _minutes(spent), str(count)))
    if not rows:
        document.paragraph(_("Nothing stopped."))
        return
    document.table((_("Reason"), _("Minutes"), _("Stops")), rows, (100, 30, 30), numeric=(1, 2))
    if report.uncoded:
        document.heading(_("Stops without reason"))
        stops = [
            (
                stop.equipment.code,
                parts.clock(stop.started_at),
                printing.duration(stop.spent),  # type: ignore[attr-defined]
                parts.stop_reason(stop),
                stop.job_order.code if stop.job_order else "",
                stop.people or "",  # type: ignore[attr-defined]
            )
            for stop in report.uncoded
        ]
        heads = (_("Machine"), _("From"), _("Length"), _("State"), _("Job"), _("People"))
        document.table(heads, stops, (22, 16, 20, 40, 36, 44))


def _people(document: Document, report: ShiftReport) -> None:
    if report.alerts:
        document.heading(_("Alerts and help calls"))
        rows = [
            (
                parts.clock(alert.raised_at),
                alert.equipment.code if alert.equipment else "",
                alert.title,
                str(ALERT_STATUS.label(alert.status)),
                alert.solved_by or alert.accepted_by,
                alert.cause or (alert.reason.name if alert.reason else ""),
            )
            for alert in report.alerts
        ]
        heads = (_("Raised"), _("Where"), _("What"), _("Status"), _("Who"), _("Cause"))
        document.table(heads, rows, (16, 22, 50, 34, 28, 28))
    if report.entries:
        document.heading(_("Hours that missed their plan"))
        hours = [
            (parts.hour_words(report, entry), entry.equipment.code, entry.cause, entry.action, entry.written_by)
            for entry in report.entries
        ]
        document.table((_("Hour"), _("Where"), _("Cause"), _("Action"), _("By")), hours, (14, 22, 58, 58, 26))
    if report.notes:
        document.heading(_("Notes"))
        for note in report.notes:
            document.paragraph(f"{parts.clock(note.written_at)} {note.written_by}: {note.text}")


def _minutes(length: int) -> str:
    return printing.number(words.minutes(length), 0)
