"""Why a figure is what it is: what it is made of, minute by minute and piece by piece, down to the raw messages."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import permissions
from analytics.engine.book import BOOK
from analytics.engine.kpi import Basis, Kpi, KpiValue
from analytics.engine.kpi_evidence import Counted
from analytics.engine.kpi_why import PieceRow, TimeRow
from analytics.engine.machine_stretch import instant_of
from analytics.selectors.kpis import KpiTable, kpi_table
from analytics.selectors.series import POSSIBLE, By, Scope, nothing
from analytics.selectors.slices import Window
from analytics.selectors.why import LONGEST, Why, running_day, why
from analytics.selectors.why_ledgers import Ledger
from analytics.views import kpi_words
from analytics.views.why_ledgers import is_of_ledgers, may_see, rows_behind
from analytics.views.why_reports import (
    Reader,
    is_of_orders,
    machine_url,
    order_list_behind,
    reports_behind,
    reports_of_order,
)
from mom.core.errors import NotFound
from mom.core.web import printing
from mom.core.web.views import Crumb, Page
from mom.floor.models.labels import MACHINE_STATE
from mom.plant.models import Equipment
from mom.plant.models.labels import LOSS_CLASS, TIME_CLASS
from mom.plant.selectors.equipment import machine_list
from mom.work.models.labels import QUANTITY_KIND

MOST_ROWS = 400
MICRO = 1_000_000
EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)
ENERGY_PARTS = ("energy_production", "energy_setup", "energy_stopped", "energy_other")


class WhyForm(forms.Form):
    """Which machine and days."""

    machine = forms.ChoiceField(label=gettext_lazy("Machine"), required=False)
    first = forms.DateField(label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=gettext_lazy("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, machines: list[Any], *args: Any, is_bounded: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_bounded = is_bounded  # every stretch of a machine is read; reports are read a page at a time
        named = [(each.code, f"{each.code} {each.name}".strip()) for each in machines]
        self.fields["machine"].choices = [("", _("Choose a machine")), *named]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Raises: ValidationError for days the wrong way round, too far apart or out of reach."""
        found: dict[str, Any] = super().clean() or {}
        first, last = found.get("first"), found.get("last")
        if any(day is not None and not EARLIEST <= day <= LATEST for day in (first, last)):
            raise forms.ValidationError(_("Choose days from 1970 to 2199."))
        if first and last and last < first:
            raise forms.ValidationError(_("The last day is before the first."))
        if self.is_bounded and found.get("machine") and first and last and last - first >= LONGEST:
            raise forms.ValidationError(_("Choose 31 days at most."))
        return found


@dataclass(frozen=True)
class SumRow:
    """One sum of the figure: a class of time, or pieces of one quality."""

    label: str | Promise
    value: str
    key: str
    is_chosen: bool = False


@dataclass(frozen=True)
class TimeShown:
    """A stretch as the page lists it."""

    row: TimeRow
    start: datetime
    length: str
    state: str
    state_word: str | Promise
    counts_as: str
    reason: str
    jobs: str
    messages_url: str


@dataclass(frozen=True)
class PieceShown:
    """Pieces as the page lists them."""

    at: datetime
    quality: str | Promise
    quantity: str
    ideal: str
    job: str
    note: str
    messages_url: str


class WhyPage(Page):
    """One figure of one machine with everything that makes it; without a machine, the machines with their values."""

    permission = permissions.VIEW
    template_name = "analytics/why/page.html"

    @property
    def kpi(self) -> Kpi:
        """Raises: NotFound."""
        if self.kwargs["id"] not in BOOK:
            raise NotFound(_("The KPI book has no such figure."))
        return BOOK[self.kwargs["id"]]

    @property
    def shift(self) -> str:
        """The shift that the page is narrowed to, by its code; empty: all."""
        return self.request.GET.get("shift", "").replace("\0", "")[:16]

    @property
    def place(self) -> str:
        """The place that the page is narrowed to, by its code; empty: all."""
        return self.request.GET.get("place", "").replace("\0", "")[:64]

    def get_title(self) -> str:
        """The question."""
        return _("Why: %(figure)s") % {"figure": _(self.kpi.name)}

    def get_crumbs(self) -> list[Crumb]:
        """Up to the figure."""
        figure = reverse("analytics:kpi_detail", args=[self.kpi.id])
        return [Crumb(_("KPI book"), reverse("analytics:kpi_list")), Crumb(_(self.kpi.name), figure)]

    def get_context(self) -> dict[str, Any]:
        """The form, and what it asks for."""
        machines = list(machine_list(self.actor, self.site))
        query = self.request.GET
        is_bounded = self.kpi.basis == Basis.MACHINES
        form = WhyForm(machines, query if {"machine", "first", "last"} & set(query) else None, is_bounded=is_bounded)
        asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
        today = running_day(self.site, self.now)
        last = asked.get("last") or (asked.get("first") if asked else None) or today
        window = Window(asked.get("first") or last, max(last, asked.get("first") or last))
        if not form.is_bound or form.is_valid():
            machine = asked.get("machine", "")
            form = WhyForm(machines, initial={"machine": machine, "first": window.first, "last": window.last})
        chosen = next((each for each in machines if each.code == asked.get("machine")), None)
        context: dict[str, Any] = {"kpi": self.kpi, "form": form, "window": window, "machine": chosen,
                                   "shift": self.shift}  # fmt: skip
        if self.kpi.basis == Basis.MACHINES:
            return context | (self._of_machine(chosen, window) if chosen is not None else self._slices(window))
        return context | ({"slices": []} if self.kpi.basis == Basis.NONE else self._reported(chosen, window))

    def _slices(self, window: Window) -> dict[str, Any]:
        """The machines that the figure is summed from."""
        table = kpi_table(self.kpi, self.site, window, By.MACHINE, now=self.now)
        return self._shown(table, window) | self._value(table.whole)

    def _shown(self, table: KpiTable, window: Window) -> dict[str, Any]:
        kpi, path = self.kpi, self.request.path
        rows = [
            (row.slice.key, row.slice.label, kpi_words.printed(kpi, row.value), kpi_words.why_none(row.value),
             machine_url(path, row.slice.key, window) if row.slice.key or kpi.basis == Basis.REPORTS else "")
            for row in table.rows
        ]  # fmt: skip
        return {"slices": rows[:MOST_ROWS], "left_out": max(0, len(rows) - MOST_ROWS)}

    def _value(self, value: KpiValue) -> dict[str, Any]:
        return {"value": kpi_words.printed(self.kpi, value), "why_none": kpi_words.why_none(value)}

    def _reported(self, machine: Equipment | None, window: Window) -> dict[str, Any]:
        """The reports, or the orders and the reports of each, that a figure is made of."""
        kpi, reader = self.kpi, Reader(self.actor, self.site, self.request)
        if is_of_ledgers(kpi):
            return self._of_ledgers(reader, machine, window)
        if kpi.basis in {Basis.MISSING, Basis.STOCK, Basis.CAPABILITY}:
            return self._each(window)
        order = self.request.GET.get("order", "").replace("\0", "")
        if is_of_orders(kpi):
            shift = self.shift if By.SHIFT in POSSIBLE[kpi.basis] else ""
            scope = Scope(shift=shift or None)
            table = kpi_table(kpi, self.site, window, By.SITE, scope, now=self.now)
            context = self._value(table.whole) | {"is_listed": True, "order": order, "shift": shift}
            if order:
                return context | {"reports": reports_of_order(reader, kpi, window, order)}
            return context | {"orders": order_list_behind(reader, kpi, window, shift)} | self._time_asked(window)
        only = reader.narrowed(machine)
        table = kpi_table(kpi, self.site, window, By.MACHINE, now=self.now)
        is_narrow = only.is_placeless or only.equipment is not None
        figure = table.whole
        if is_narrow:
            at = (row.value for row in table.rows if row.slice.pk == only.equipment)
            figure = next(at, kpi.of(nothing(kpi.basis)))
        reports, parts = reports_behind(reader, kpi, window, only)
        value = kpi.of(parts)
        slices = {} if is_narrow else self._shown(table, window)
        return self._value(value) | slices | {
            "is_listed": True, "reports": reports, "is_narrow": is_narrow, "is_waiting": value != figure,
            "figure": kpi_words.printed(kpi, figure),
        }  # fmt: skip

    def _of_ledgers(self, reader: Reader, machine: Equipment | None, window: Window) -> dict[str, Any]:
        """The places with how much of each was kept or right, and the due dates or counted lines themselves."""
        kpi, shift = self.kpi, self.shift
        place = machine or (self.place and Equipment.objects.filter(site=self.site, code=self.place).first()) or None
        scope = Scope(equipment=place.pk if place is not None else None, shift=shift or None)
        by = By.PLACE if kpi.basis == Basis.COUNTS else By.MACHINE
        table = kpi_table(kpi, self.site, window, by, scope, now=self.now)
        rows = [
            (row.slice.key, row.slice.label, part_of(row.slice.evidence), "",
             f"{self.request.path}?{urlencode({'place': row.slice.key, **self._asked(window)})}")
            for row in table.rows
        ]  # fmt: skip
        ledger = Ledger(self.site, window, shift, place.pk if place is not None else None)
        return self._value(table.whole) | {
            "slices": rows[:MOST_ROWS], "left_out": max(0, len(rows) - MOST_ROWS), "is_narrow": place is not None,
            "place": place, "ledger": rows_behind(reader, kpi, ledger, self.now), "is_hidden": not may_see(reader, kpi),
        }  # fmt: skip

    def _each(self, window: Window) -> dict[str, Any]:
        """The materials that the figure is summed from, or the characteristics of which the worst stands.

        Each opens to its own page: a material's stock, a characteristic's chart.
        """
        by, page = By.MATERIAL, "plant:material_detail"
        if self.kpi.basis == Basis.CAPABILITY:
            by, page = By.CHARACTERISTIC, "quality:chart_detail"
        table = kpi_table(self.kpi, self.site, window, by, now=self.now)
        worst_first = sorted(table.rows, key=lambda row: (row.value.value is None, row.value.value or 0))
        rows = [
            (row.slice.key, row.slice.label, kpi_words.printed(self.kpi, row.value), kpi_words.why_none(row.value),
             reverse(page, args=[row.slice.pk if by == By.CHARACTERISTIC else row.slice.key]))
            for row in (worst_first if by == By.CHARACTERISTIC else table.rows)
        ]  # fmt: skip
        return self._value(table.whole) | {"slices": rows[:MOST_ROWS], "left_out": max(0, len(rows) - MOST_ROWS)}

    def _asked(self, window: Window) -> dict[str, Any]:
        """The days and the shift, for addresses."""
        return {"first": window.first, "last": window.last, **({"shift": self.shift} if self.shift else {})}

    def _time_asked(self, window: Window) -> dict[str, Any]:
        """Beside what was asked of the machines: the planned time of each, which opens to its stretches."""
        if self.kpi.basis != Basis.DEMAND:
            return {}
        throughput = BOOK["throughput"]
        table = kpi_table(throughput, self.site, window, By.MACHINE, now=self.now)
        path = reverse("analytics:why", args=[throughput.id])
        return {"slices": [
            (row.slice.key, row.slice.label, length_words(row.slice.evidence.totals.planned_busy), "",
             machine_url(path, row.slice.key, window))
            for row in table.rows
        ]}  # fmt: skip

    def _of_machine(self, machine: Equipment, window: Window) -> dict[str, Any]:
        kpi = self.kpi
        variant, shift = self.request.GET.get("variant", ""), self.shift
        found = why(
            kpi, self.site, machine, window, self.now, shift=shift,
            variant=variant if variant in kpi.variant_names else "",
        )  # fmt: skip
        only = self.request.GET.get("class", "")
        times = [row for row in found.explained.times if not only or row.of.time_class == only]
        pieces = found.explained.pieces
        return {
            "found": found,
            "shift": shift,
            "value": kpi_words.printed(kpi, found.value),
            "why_none": kpi_words.why_none(found.value),
            "range": kpi_words.range_words(kpi, found.value),
            "figure": kpi_words.printed(kpi, found.figure),
            "formula": kpi.variants[found.value.variant].formula
            if found.value.variant in kpi.variants
            else kpi.formula,
            "sums": _sums(found, only),
            "only": only,
            "times": [_time_shown(found, row) for row in times[:MOST_ROWS]],
            "times_left_out": max(0, len(times) - MOST_ROWS),
            "pieces": [_piece_shown(found, row) for row in pieces[:MOST_ROWS]],
            "pieces_left_out": max(0, len(pieces) - MOST_ROWS),
        }


def part_of(evidence: Any) -> str:
    """So many of so many, of what was kept or right."""
    kept, due = (evidence.right, evidence.counted) if isinstance(evidence, Counted) else (evidence.kept, evidence.due)
    return _("%(kept)d of %(due)d") % {"kept": kept, "due": due}


def length_words(length: int) -> str:
    """A length of time, short ones to the second."""
    if abs(length) < 3600 * MICRO:
        minutes, seconds = divmod(round(length / MICRO), 60)
        return _("%(minutes)d min %(seconds)02d s") % {"minutes": minutes, "seconds": seconds}
    return printing.duration(timedelta(microseconds=length))


def _sums(found: Why, only: str) -> list[SumRow]:
    totals = found.totals
    rows = [
        SumRow(TIME_CLASS.label(name), length_words(getattr(totals, name)), name, name == only)
        for name in TIME_CLASS.values
        if getattr(totals, name)
    ]
    unit = next(iter(found.units)) if len(found.units) == 1 else ""
    rows += [
        SumRow(QUANTITY_KIND.label(name), printing.quantity(getattr(totals, name), unit), "")
        for name in QUANTITY_KIND.values
        if getattr(totals, name)
    ]
    rows.append(SumRow(_("Ideal time of all pieces"), length_words(totals.ideal), ""))
    rows.append(SumRow(_("Ideal time of good pieces"), length_words(totals.ideal_good), ""))
    if totals.stop_count or totals.minor_stop_count:
        words = _("%(stops)d, %(failures)d of them failures; %(minor)d minor") % {
            "stops": totals.stop_count, "failures": totals.failure_count, "minor": totals.minor_stop_count,
        }  # fmt: skip
        rows.append(SumRow(_("Stops"), words, ""))
    energy = sum((getattr(totals, name) for name in ENERGY_PARTS), Decimal(0))
    if energy:
        rows.append(SumRow(_("Energy"), printing.quantity(energy, "KWH"), ""))
    return rows


def _time_shown(found: Why, row: TimeRow) -> TimeShown:
    loss = "" if row.of.loss == "none" else f", {LOSS_CLASS.label(row.of.loss)}"
    outside = _(", outside the plan") if row.of.unplanned else ""
    return TimeShown(
        row,
        instant_of(row.start),
        length_words(row.length),
        row.state,
        MACHINE_STATE.label(row.state),
        f"{TIME_CLASS.label(row.of.time_class)}{loss}{outside}",
        found.reasons.get(row.reason_id, "") if row.reason_id is not None else "",
        ", ".join(found.job_names(row.jobs)),
        messages_url(found.machine, row.start, row.end),
    )


def _piece_shown(found: Why, row: PieceRow) -> PieceShown:
    notes = [_("start-up")] if row.is_startup else []
    if not row.is_judged:
        notes.append(_("no ideal cycle"))
    return PieceShown(
        instant_of(row.at),
        QUANTITY_KIND.label(row.quality),
        printing.quantity(Decimal(row.quantity).scaleb(-6), row.made.unit),
        length_words(row.ideal),
        "".join(found.job_names([row.made])),
        ", ".join(notes),
        messages_url(found.machine, row.at, row.at),
    )


def messages_url(machine: Equipment, start: int, end: int) -> str:
    """Where the raw messages of a stretch stand; those at its two ends too."""
    asked = {"from": instant_of(start).isoformat(), "to": instant_of(end + 1).isoformat()}
    return f"{reverse('analytics:machine_messages', args=[machine.code])}?{urlencode(asked)}"
