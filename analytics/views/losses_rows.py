"""The tables of a page of losses: rows made of sums, and their columns, the same on the page and in an export."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.engine import oee as engine
from analytics.engine.losses import BigLoss, six_big_losses
from analytics.engine.machine_parts import MachineTotals, total
from analytics.engine.oee import School
from analytics.selectors.losses import LostTime, PlantTree, source_of
from analytics.views.losses_words import BIG_LOSS, FEWEST, Figure, figure, minutes, minutes_words, share, uncoded
from mom.core import charts
from mom.core.web import printing
from mom.core.web.tables import Column
from mom.floor.engine.terms import PieceSource
from mom.floor.models.labels import PIECE_SOURCE
from mom.plant.models.labels import LOSS_CLASS

MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class SumRow:
    """One slice of a table: a machine, an area, a shift or a stretch of days."""

    code: str
    name: str
    totals: MachineTotals
    school: School = School.ISO
    area: str = ""
    source: str = ""

    @cached_property
    def found(self) -> engine.Oee:
        """OEE by the school shown."""
        return engine.oee(self.totals, self.school)

    @cached_property
    def oee(self) -> Figure:
        """As it prints."""
        return figure(self.found.oee, self.totals)

    @property
    def availability(self) -> Figure:
        """As it prints."""
        return figure(self.found.availability, self.totals, of_parts=False)

    @property
    def performance(self) -> Figure:
        """As it prints."""
        return figure(self.found.performance, self.totals)

    @property
    def quality(self) -> Figure:
        """As it prints."""
        return figure(self.found.quality, self.totals)

    @property
    def planned(self) -> int:
        """The denominator, microseconds."""
        return engine.planned_time(self.totals, self.school)

    @cached_property
    def lost(self) -> int:
        """What lies between planned and effective time."""
        return self.planned - self.totals.ideal_good

    @property
    def lost_words(self) -> str:
        """The same as people say it."""
        return minutes_words(self.lost)

    @property
    def unknown_words(self) -> str:
        """Time without signal; nothing where there was none."""
        return minutes_words(self.totals.unknown) if self.totals.unknown else ""

    @property
    def cells(self) -> SafeString:
        """The row's cells behind its name, as `_heads.html` heads them: a table of a plant has hundreds of them."""
        why = format_html(' title="{}"', self.oee.why) if self.oee.why else ""
        performance = self.performance.text
        if self.found.standard_looks_wrong:
            says = _("faster than the ideal cycle")
            performance = format_html('<span class="is-bad" title="{}">{}</span>', says, performance)
        return format_html(
            '<td class="num"{}>{}</td><td class="num minor">{}</td><td class="num minor">{}</td>'
            '<td class="num minor">{}</td><td class="num">{}</td><td class="rb">{}</td><td class="num minor">{}</td>'
            '<td class="num minor">{}</td>',
            why,
            self.oee.text,
            self.availability.text,
            performance,
            self.quality.text,
            self.lost_words,
            mark_safe(self.ribbon.svg),  # noqa: S308 - mom.core.charts escapes all text
            self.unknown_words,
            printing.number(self.totals.good),
        )

    @property
    def ribbon(self) -> charts.Chart:
        """What the time was lost to, as parts of one bar: each a state's colour and height, with its words."""
        found = {each: value for each, value in six_big_losses(self.totals, self.school).items() if value > 0}
        whole, at, spans = sum(found.values()), 0, []
        for each, value in found.items():
            says = f"{BIG_LOSS[each]} {minutes_words(value)}"
            spans.append(charts.Span(TONE[each], at / whole, (at + value) / whole, says))
            at += value
        return charts.ribbon(spans, title=f"{gettext('Lost to')}: {self.name or self.code}")


TONE = {
    BigLoss.EQUIPMENT_FAILURE: "down", BigLoss.SETUP_ADJUSTMENT: "setup", BigLoss.MINOR_STOP: "idle",
    BigLoss.REDUCED_SPEED: "run", BigLoss.PROCESS_DEFECT: "plan", BigLoss.REDUCED_YIELD: "plan",
}  # fmt: skip


LEGEND = (
    ("down", BIG_LOSS[BigLoss.EQUIPMENT_FAILURE]), ("setup", BIG_LOSS[BigLoss.SETUP_ADJUSTMENT]),
    ("idle", BIG_LOSS[BigLoss.MINOR_STOP]), ("run", BIG_LOSS[BigLoss.REDUCED_SPEED]), ("plan", _("Rejects")),
)  # fmt: skip
"""What the parts of a row's bar mean."""


@dataclass(frozen=True)
class AreaRows:
    """An area with its machines, the one that lost most first."""

    area: SumRow
    machines: Sequence[SumRow]
    left_out: int = 0


def machine_rows(
    sums: Mapping[int, MachineTotals], tree: PlantTree, sources: Mapping[int, str], school: School
) -> list[SumRow]:
    """Each machine that has any time or pieces, most lost time first."""
    labels = {each: str(PIECE_SOURCE.label(each)) for each in PieceSource}
    rows = []
    for pk, totals in sums.items():
        place, area = tree.places[pk], tree.area_of(pk)
        source = labels[source_of(sources, pk)]
        rows.append(SumRow(place.code, place.name, totals, school, area.label if area else "", source))
    return sorted(rows, key=lambda row: (-row.lost, row.code))


def loss_tree(rows: Sequence[SumRow], school: School, most: int) -> list[AreaRows]:
    """Areas with their machines, most lost time first; of each area the first `most` machines."""
    areas: dict[str, list[SumRow]] = {}
    for row in rows:
        areas.setdefault(row.area, []).append(row)
    found = [
        AreaRows(SumRow(name, name, total(row.totals for row in members), school), members[:most], len(members[most:]))
        for name, members in areas.items()
    ]
    return sorted(found, key=lambda each: (-each.area.lost, each.area.code))


def shift_rows(sums: Mapping[str, MachineTotals], names: Mapping[str, str], school: School) -> list[SumRow]:
    """Each shift, in the order of the day; time between shifts last."""
    order = list(names)
    rows = [
        SumRow(code, names.get(code, code) if code else str(_("Between shifts")), totals, school)
        for code, totals in sums.items()
        if code or totals.planned_operation or totals.produced
    ]
    return sorted(rows, key=lambda row: (order.index(row.code) if row.code in order else len(order), row.code))


def trend_rows(found: Mapping[date, MachineTotals], school: School) -> list[SumRow]:
    """Each stretch of the trend."""
    return [SumRow(day.isoformat(), day.isoformat(), totals, school) for day, totals in found.items()]


@dataclass(frozen=True)
class BigLossRow:
    """One of the six big losses, with its share of the planned time."""

    label: str
    length: int
    share: Decimal | None

    @property
    def minutes(self) -> Decimal:
        """Its length."""
        return minutes(self.length)


def big_loss_rows(totals: MachineTotals, school: School) -> list[BigLossRow]:
    """The six, in their order; a gain is below zero and stands as it is."""
    planned = engine.planned_time(totals, school)
    return [
        BigLossRow(str(BIG_LOSS[each]), value, share(value, planned))
        for each, value in six_big_losses(totals, school).items()
    ]


def _exact(name: str) -> Callable[[SumRow], Decimal | None]:
    """A ratio for an export: exact, and none where the page says n/a."""

    def read(row: SumRow) -> Decimal | None:
        ratio = getattr(row.found, name)
        if name != "availability" and row.totals.produced < FEWEST:
            return None
        value: Decimal | None = ratio.value
        return value

    return read


def _time(name: str) -> Callable[[SumRow], timedelta]:
    return lambda row: getattr(row.totals, name) * MICROSECOND


def _loss(name: BigLoss) -> Callable[[SumRow], timedelta]:
    return lambda row: six_big_losses(row.totals, row.school)[name] * MICROSECOND


def sum_columns(*first: Column) -> tuple[Column, ...]:
    """The columns of every table of sums, after what names its rows."""
    return (
        *first,
        Column("oee", _("OEE"), _exact("oee"), kind="percent"),
        Column("least", _("OEE at least"), lambda row: row.found.interval.low, kind="percent"),
        Column("most", _("OEE at most"), lambda row: row.found.interval.high, kind="percent"),
        Column("availability", _("Availability"), _exact("availability"), kind="percent"),
        Column("performance", _("Performance"), _exact("performance"), kind="percent"),
        Column("quality", _("Quality"), _exact("quality"), kind="percent"),
        Column("planned", _("Planned time"), lambda row: row.planned * MICROSECOND, kind="duration"),
        Column("production", _("Production"), _time("production"), kind="duration"),
        *(
            Column(each.value, BIG_LOSS[each], _loss(each), kind="duration")
            for each in BigLoss
        ),
        Column("unknown", _("No signal"), _time("unknown"), kind="duration"),
        Column("uncoded", _("Stopped without reason"), _time("uncoded"), kind="duration"),
        Column("stops", _("Stops"), lambda row: row.totals.stop_count, kind="number"),
        Column("good", _("Good"), lambda row: row.totals.good, kind="number"),
        Column("scrap", _("Scrap"), lambda row: row.totals.scrap, kind="number"),
        Column("rework", _("Rework"), lambda row: row.totals.rework, kind="number"),
    )  # fmt: skip


MACHINE_COLUMNS = sum_columns(
    Column("machine", _("Machine"), "code"), Column("name", _("Name"), "name"), Column("area", _("Area"), "area"),
    Column("source", _("Pieces from"), "source"),
)  # fmt: skip
SHIFT_COLUMNS = sum_columns(Column("shift", _("Shift"), "name"))
TREND_COLUMNS = sum_columns(Column("from", _("From"), "code"))
REASON_COLUMNS: tuple[Column, ...] = (
    Column("reason", _("Reason"), lambda row: row.name or row.code or uncoded(is_minor=row.is_minor)),
    Column("group", _("Group"), lambda row: row.group_name or row.group_code),
    Column("counts", _("Counts as"), lambda row: LOSS_CLASS.label(row.loss_class)),
    Column("duration", _("Time"), lambda row: row.duration * MICROSECOND, kind="duration"),
    Column("minutes", _("Minutes"), lambda row: minutes(row.duration), kind="number", decimals=1),
    Column("count", _("Stops"), "count", kind="number"),
)


def reason_rows(found: Sequence[LostTime]) -> list[Any]:
    """As they export: the uncoded last."""
    return sorted(found, key=lambda row: (not row.is_coded, -row.duration))
