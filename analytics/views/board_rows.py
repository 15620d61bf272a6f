"""The rows of an hour-by-hour board as they print: on the page, on paper and in a workbook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.engine.board import Amounts, shown, shown_steps
from analytics.selectors.board import Board, BoardRow, HourStop
from mom.core.web import printing
from mom.core.web.tables import Column

ZERO = Decimal(0)


@dataclass(frozen=True)
class ShownRow:
    """One hour in words. `behind` marks a difference below zero of an hour that is over or runs."""

    row: BoardRow
    hours: str
    plan: str
    good: str
    difference: str
    reached_plan: str
    reached_good: str
    reached_difference: str
    scrap: str
    stop: str
    is_behind: bool
    is_reached_behind: bool

    @property
    def hour(self) -> datetime:
        """The key of its entry."""
        return self.row.slot.hour

    @property
    def address(self) -> str:
        """The hour as it stands in an address."""
        return hour_key(self.row.slot.hour)


def hour_key(hour: datetime) -> str:
    """An hour in an address: UTC, without colons."""
    return f"{hour.astimezone(UTC):%Y%m%dT%H%MZ}"


def units_of(board: Board) -> list[str]:
    """The units that stand on it; last what has none, because no order was at work."""
    return sorted({*board.total.plan, *board.total.good, *board.total.scrap}, key=lambda unit: (not unit, unit))


def shown_rows(board: Board) -> list[ShownRow]:
    """Every hour. Planned amounts are rounded so that the rows add up to what stands below them."""
    units = units_of(board)
    plans = shown_steps([row.reached.plan for row in board.rows])
    sums: dict[str, Decimal] = {}
    rows = []
    for row, plan in zip(board.rows, plans, strict=True):
        for unit, value in plan.items():
            sums[unit] = sums.get(unit, ZERO) + value
        rows.append(_row(row, plan, dict(sums), units))
    return rows


def _row(row: BoardRow, plan: Amounts, reached: Amounts, units: Sequence[str]) -> ShownRow:
    cell, sums = row.cell, row.reached
    difference = {unit: cell.good.get(unit, ZERO) - value for unit, value in plan.items()}
    reached_difference = {unit: sums.good.get(unit, ZERO) - value for unit, value in reached.items()}
    is_told = not row.is_future
    return ShownRow(
        row,
        hours_words(row.slot.start, row.slot.end),
        words(plan, units),
        words(cell.good, units) if is_told else "",
        words(difference, units, is_signed=True) if is_told else "",
        words(reached, units),
        words(sums.good, units) if is_told else "",
        words(reached_difference, units, is_signed=True) if is_told else "",
        words(cell.scrap, units) if is_told else "",
        stop_words(row.stop),
        is_told and not row.is_now and any(value < 0 for value in difference.values()),
        is_told and not row.is_now and any(value < 0 for value in reached_difference.values()),
    )


def words(amounts: Amounts, units: Sequence[str], *, is_signed: bool = False) -> str:
    """Amounts by unit; the unit is said only where there is more than one. Nothing is an empty cell."""
    printed = []
    for unit in units:
        value = amounts.get(unit)
        if value is None or (not value and len(units) > 1):
            continue
        text = printing.signed(value) if is_signed else printing.number(value)
        printed.append(text if len(units) == 1 else _amount(text, unit))
    return ", ".join(printed)


def _amount(text: str, unit: str) -> str:
    return f"{text}{printing.SPACE}{printing.unit(unit)}" if unit else _("%(amount)s without order") % {"amount": text}


def hours_words(start: datetime, end: datetime) -> str:
    """An hour by the plant's clock: "06:00–07:00"."""
    first, last = timezone.localtime(start), timezone.localtime(end)
    return f"{first:%H:%M}\N{EN DASH}{last:%H:%M}"


def stop_words(stop: HourStop | None) -> str:
    """What an hour lost most time to."""
    if stop is None:
        return ""
    what = {
        "machine": stop.machine,
        "reason": stop.reason or _("No reason yet"),
        "time": printing.duration(stop.duration),
    }
    return _("%(machine)s: %(reason)s, %(time)s") % what


def expected_words(board: Board) -> Mapping[str, str]:
    """Good against plan by now, for the head: numbers, difference and how it is marked."""
    units = units_of(board)
    due = {unit: shown(value, unit) for unit, value in board.expected.plan.items()}
    difference = {unit: board.expected.good.get(unit, ZERO) - value for unit, value in due.items()}
    return {
        "good": words(board.expected.good, units) or "0",
        "due": words(due, units),
        "difference": words(difference, units, is_signed=True),
        "status": "bad" if any(value < 0 for value in difference.values()) else "",
        "scrap": words(board.expected.scrap, units) or "0",
        "unit": printing.unit(units[0]) if len(units) == 1 else "",
    }


def _of(name: str, part: str, unit: str) -> Any:
    return lambda row: getattr(getattr(row.row, name), part).get(unit)


def columns_of(board: Board) -> tuple[Column, ...]:
    """The board as an export: exact amounts, a column for each unit."""
    units = units_of(board)
    amounts = []
    for unit in units:
        tail = f" ({printing.unit(unit) if unit else _('without order')})"
        for key, label, name, part in _AMOUNTS:
            amounts.append(Column(f"{key}_{unit}", f"{label}{tail}", _of(name, part, unit), kind="number"))
    return (
        Column("hour", gettext_lazy("Hour"), lambda row: row.row.slot.start, kind="moment"),
        *amounts,
        Column("stop", gettext_lazy("Main stop"), "stop"),
        Column("cause", gettext_lazy("Cause"), lambda row: row.row.entry.cause if row.row.entry else ""),
        Column("action", gettext_lazy("Action"), lambda row: row.row.entry.action if row.row.entry else ""),
        Column("by", gettext_lazy("Written by"), lambda row: row.row.entry.written_by if row.row.entry else ""),
        Column("at", gettext_lazy("Written"), lambda row: row.row.entry.written_at if row.row.entry else None,
               kind="moment"),
    )  # fmt: skip


_AMOUNTS = (
    ("plan", gettext_lazy("Plan"), "cell", "plan"),
    ("good", gettext_lazy("Good"), "cell", "good"),
    ("scrap", gettext_lazy("Scrap"), "cell", "scrap"),
    ("reached_plan", gettext_lazy("Plan so far"), "reached", "plan"),
    ("reached_good", gettext_lazy("Good so far"), "reached", "good"),
)
