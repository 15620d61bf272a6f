"""Columns of a list page: where a value comes from, how it prints, sorts and exports.

A column's value is an attribute path (`"work_request.code"`) or a function of the row. Its `kind` decides alignment,
print and export, so that a page and its CSV never disagree. A `Tag`, a `State` or safe HTML prints as such.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mom.core.web import components, printing

Text = str | Promise
NUMERIC = frozenset({"number", "quantity", "percent", "duration", "hours"})
TIMES = frozenset({"moment", "day"})


@dataclass(frozen=True)
class Tag:
    """A short word on a tinted ground: `tone` is "", "ok", "warn", "bad" or "info"."""

    text: Text
    tone: str = ""


@dataclass(frozen=True)
class State:
    """A machine state: `code` run, idle, setup, plan, down or off; `text` replaces its word; `since` follows it."""

    code: str
    text: Text = ""
    since: dt.timedelta | None = None


@dataclass(frozen=True)
class Column:
    """One column of a list.

    `key` stands in the address (`?sort=-due`, `?col=due`) and never changes. `value` defaults to the attribute `key`.
    `kind`: text, code, number, quantity, percent (from a ratio), duration, hours, moment, day, tag, state.
    `sort`: the field or fields to order by; "" takes the attribute path of `value`; None makes it unsortable.
    `link`: the address behind the cell. `unit`: attribute path of the unit of a quantity. `minor`: hidden on a phone.
    `hidden`: offered under Columns, not shown at first. `note`: a second value, dimmed, in the same cell.
    """

    key: str
    label: Text
    value: str | Callable[[Any], Any] = ""
    kind: str = "text"
    sort: str | Sequence[str] | None = ""
    link: Callable[[Any], str | None] | None = None
    unit: str = ""
    note: str | Callable[[Any], Any] | None = None
    decimals: int | None = None
    minor: bool = False
    hidden: bool = False
    help: Text = ""

    @property
    def is_numeric(self) -> bool:
        return self.kind in NUMERIC

    @property
    def css_class(self) -> str:
        names = ["num" if self.is_numeric else "", "id" if self.kind == "code" else "", "minor" if self.minor else ""]
        return " ".join(name for name in names if name)

    @property
    def order_fields(self) -> tuple[str, ...]:
        """The fields to order by, with `__` for steps; empty where the column is unsortable."""
        if self.sort is None or (self.sort == "" and callable(self.value)):
            return ()
        if self.sort:
            return (self.sort,) if isinstance(self.sort, str) else tuple(self.sort)
        return (str(self.value or self.key).replace(".", "__"),)

    def value_of(self, row: Any) -> Any:
        """The value itself, before any print."""
        return self.value(row) if callable(self.value) else read(row, self.value or self.key)

    def cell(self, row: Any) -> SafeString:
        """The value as it stands on the page."""
        shown = self._shown(row, self.value_of(row))
        address = self.link(row) if self.link else None
        if address:
            shown = format_html('<a href="{}"{}>{}</a>', address, "" if self.kind == "code" else _LINK, shown)
        if self.note is not None:
            note = self.note(row) if callable(self.note) else read(row, self.note)
            if note not in {None, ""}:
                return format_html('{} <span class="dim">{}</span>', shown, note)
        return format_html("{}", shown)

    def plain(self, row: Any) -> Any:
        """The exact value for an export: numbers and lengths of time stay numbers, instants become ISO 8601."""
        value = self.value_of(row)
        if value is None:
            return None
        if isinstance(value, Tag | State):
            return str(value.text or components.state_word(getattr(value, "code", "")))
        if self.kind in {"duration", "hours"}:
            return value if isinstance(value, dt.timedelta) else dt.timedelta(seconds=float(value))
        if isinstance(value, dt.datetime | dt.date):
            return printing.iso(value)
        if self.kind == "quantity" and hasattr(value, "value"):
            return value.value
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return value if isinstance(value, int | float | Decimal) else str(value)

    def _shown(self, row: Any, value: Any) -> Any:
        if isinstance(value, Tag):
            return components.tag(value.text, value.tone)
        if isinstance(value, State):
            return components.state(value.code, value.text, value.since)
        if isinstance(value, SafeString):
            return value
        if self.kind in NUMERIC:
            return self._number(row, value)
        if value is None or value == "":
            return ""
        if self.kind in TIMES or isinstance(value, dt.datetime | dt.date):
            printed = (
                printing.day(value)
                if self.kind == "day" or not isinstance(value, dt.datetime)
                else printing.short_moment(value)
            )
            return format_html('<time datetime="{0}" title="{0}">{1}</time>', printing.iso(value), printed)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return conditional_escape(value)

    def _number(self, row: Any, value: Any) -> str:
        if self.kind == "quantity":
            return printing.quantity(value, read(row, self.unit) if self.unit else "", self.decimals)
        if self.kind == "percent":
            return printing.percent(value, 1 if self.decimals is None else self.decimals)
        if self.kind == "duration":
            return printing.duration(value)
        if self.kind == "hours":
            return printing.hours(value, 1 if self.decimals is None else self.decimals)
        return printing.number(value, self.decimals)


_LINK = SafeString(' class="link"')


@dataclass(frozen=True)
class SavedFilter:
    """A tab over a list: a named condition with the count of what it holds.

    `where` is a `Q`, or a function of the page (`lambda page: Q(due_at__lt=page.now)`) where it depends on the moment;
    None holds everything. Lists that are not querysets give `matches`, a function of the row. `tone` colours the count.
    """

    key: str
    label: Text
    where: Q | Callable[[Any], Q] | None = None
    matches: Callable[[Any], bool] | None = None
    tone: str = ""

    def condition(self, page: Any) -> Q:
        """The condition now; an empty `Q` holds everything."""
        return self.where(page) if callable(self.where) else self.where or Q()


def read(row: Any, path: str) -> Any:
    """The value at a dotted path of attributes or keys; None as soon as a step is None."""
    for step in path.split("."):
        if row is None:
            return None
        row = row[step] if isinstance(row, dict) else getattr(row, step)
    return row() if callable(row) else row


def ordered(rows: Any, columns: Iterable[Column], sort: str) -> Any:
    """`rows` ordered by the column that `sort` names ("due", "-due"), blanks last, ties in a stable order."""
    column = next((each for each in columns if each.key == sort.lstrip("-")), None)
    if column is None:
        return rows
    down = sort.startswith("-")
    if not isinstance(rows, QuerySet):
        filled = [row for row in rows if column.plain(row) is not None]
        blank = [row for row in rows if column.plain(row) is None]
        return sorted(filled, key=column.plain, reverse=down) + blank
    if not column.order_fields:
        return rows
    fields = [F(name).desc(nulls_last=True) if down else F(name).asc(nulls_last=True) for name in column.order_fields]
    return rows.order_by(*fields, "pk")


def is_sortable(column: Column, rows: Any) -> bool:
    """A column of a queryset sorts by its fields; a plain list sorts by any column whose `sort` is not None."""
    return bool(column.order_fields) if isinstance(rows, QuerySet) else column.sort is not None
