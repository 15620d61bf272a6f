"""Everything that a shift's report says: sums by machine, stops, alerts and help calls, the hours' causes, notes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, Sum

from analytics.engine.book import BOOK
from analytics.engine.kpi import KpiValue
from analytics.engine.machine_parts import MachineTotals
from analytics.models import BoardEntry, LossBucket, ShiftNote
from analytics.selectors import losses
from analytics.selectors.board import LOST, board_entries
from analytics.selectors.board_shifts import ShownShift
from analytics.selectors.freshness import age_of_most, ages
from analytics.selectors.losses_stops import described
from analytics.selectors.reckoning import without_order_in
from analytics.selectors.series import PLACED
from analytics.selectors.series_places import Span, of_shift
from analytics.selectors.series_shifts import Shifts
from analytics.selectors.slices import Window
from analytics.selectors.targets import Targets, targets_at
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.floor.models import Stop
from mom.floor.selectors.timeline import stop_list
from mom.plant.engine.terms import LossClass
from mom.work.models import Alert
from mom.work.selectors.alert import alert_list

OF_LEDGERS = ("first_pass_yield", "schedule_adherence", "pm_compliance")
"""Figures of the shift that are no sums of machines' time: read from its first instant to its last."""
TARGETS = ("oee_index", "availability", "effectiveness", "quality_ratio", *OF_LEDGERS)
MOST_UNCODED, MOST_ALERTS, MOST_REASONS = 60, 60, 2


@dataclass(frozen=True)
class ReasonTime:
    """What a machine lost time to: reason (empty: none given), microseconds, stops."""

    reason: str
    duration: int
    count: int
    is_minor: bool


@dataclass(frozen=True)
class ShiftReport:
    """One shift of a site or of a part of it. `as_of` is the instant up to which its figures reach."""

    site: Site
    shown: ShownShift
    place: losses.Place | None
    tree: losses.PlantTree
    sums: losses.Sums
    lost: Sequence[losses.LostTime]
    by_machine: Mapping[int, Sequence[ReasonTime]]
    uncoded: Sequence[Stop]
    alerts: Sequence[Alert]
    entries: Sequence[BoardEntry]
    notes: Sequence[ShiftNote]
    targets: Targets
    sources: Mapping[int, str]
    as_of: datetime
    without_order: Sequence[str] = ()
    """What its time without an order counted as, in the order of time."""
    age: timedelta | None = None
    """Within how long most machines were heard; None of a shift that is over."""

    @cached_property
    def totals(self) -> MachineTotals:
        """The whole shift."""
        return self.sums.whole

    @cached_property
    def of_ledgers(self) -> dict[str, KpiValue]:
        """First passes, jobs planned to end and due dates of the shift, by figure: as the KPI book counts them.

        Seven statements at most: the shifts beside it, which say where it begins and ends, are known.
        """
        shift = self.shown.shift
        around = tuple(each for each in (self.shown.before, shift, self.shown.after) if each is not None)
        shifts = Shifts(self.site, Window(shift.day, shift.day), around)
        span = Span(*shifts.interval, shifts)
        place = self.place.pk if self.place is not None else None
        found = {}
        for name in OF_LEDGERS:
            read, nothing = PLACED[BOOK[name].basis]
            found[name] = BOOK[name].of(of_shift(read, self.site, span, shift.code, place, nothing))
        return found

    @property
    def target_place(self) -> int | None:
        """The equipment whose targets judge the whole."""
        return self.place.pk if self.place is not None else None


def shift_report(
    actor: Actor, site: Site, shown: ShownShift, tree: losses.PlantTree, place: losses.Place | None = None
) -> ShiftReport:
    """The report of a shift, running or over. The number of statements does not grow with machines or stops.

    Of a shift that is over it gives the same figures again, as long as its facts and settings stay what they were.
    """
    machines = tuple(tree.machines_of(place)) if place is not None else None
    now = shown.now if shown.is_running else None
    day, code = shown.shift.day, shown.shift.code
    asked = losses.Asked(site, day, day, now, code, machines)
    return ShiftReport(
        site=site,
        shown=shown,
        place=place,
        tree=tree,
        sums=losses.machine_sums(asked, losses.running_of(asked)),
        lost=losses.lost_times(asked),
        by_machine=_reasons_by_machine(asked),
        uncoded=list(_uncoded(site, shown, machines)),
        alerts=list(_alerts(actor, site, shown, machines)),
        entries=list(_entries(site, shown, tree, place)),
        notes=list(ShiftNote.objects.filter(site=site, day=day, shift=code).order_by("written_at", "id")),
        targets=targets_at(site, shown.until, TARGETS),
        sources=losses.piece_sources(site, shown.until),
        without_order=without_order_in(site, shown.start, shown.until),
        as_of=shown.until,
        age=age_of_most(ages(site, Window(day, day), now, place.pk if place is not None else None)) if now else None,
    )


def _reasons_by_machine(asked: losses.Asked) -> dict[int, list[ReasonTime]]:
    """Each machine's longest reasons of lost time, the longest first."""
    rows: Any = LossBucket.objects.filter(
        site=asked.site, day=asked.first, shift=asked.shift, time_class__in=LOST
    ).order_by()
    if asked.machines is not None:
        rows = rows.filter(equipment__in=asked.machines)
    found: defaultdict[int, list[ReasonTime]] = defaultdict(list)
    is_minor = ExpressionWrapper(Q(reason=None, loss_class=LossClass.MINOR_STOP), output_field=BooleanField())
    sums = rows.values("equipment", "reason__name", "reason__code", is_minor=is_minor).annotate(
        spent=Sum("duration"), stops=Sum("stop_count")
    )
    for row in sums:
        name = row["reason__name"] or row["reason__code"] or ""
        found[row["equipment"]].append(ReasonTime(name, row["spent"], row["stops"], row["is_minor"]))
    return {
        machine: sorted(reasons, key=lambda each: (-each.duration, each.reason))[:MOST_REASONS]
        for machine, reasons in found.items()
    }


def _uncoded(site: Site, shown: ShownShift, machines: Sequence[int] | None) -> Any:
    rows = stop_list(site, shown.start, shown.until, machines).filter(
        started_at__gte=shown.start, reason=None, is_minor=False, state__in=("down", "idle")
    )
    described_rows: Any = described(rows, shown.until)
    return described_rows.order_by("-spent", "id")[:MOST_UNCODED]


def _alerts(actor: Actor, site: Site, shown: ShownShift, machines: Sequence[int] | None) -> Any:
    """What was raised in the shift, and what was still open when it began."""
    rows = alert_list(actor, site).filter(raised_at__lt=shown.until)
    rows = rows.filter(Q(raised_at__gte=shown.start) | Q(solved_at=None) | Q(solved_at__gte=shown.start))
    if machines is not None:
        rows = rows.filter(equipment__in=machines)
    return rows.order_by("raised_at", "id")[:MOST_ALERTS]


def _entries(site: Site, shown: ShownShift, tree: losses.PlantTree, place: losses.Place | None) -> Any:
    rows = board_entries(site, shown).order_by("hour", "equipment__position", "equipment__code")
    if place is None:
        return rows
    inside = [pk for pk in tree.places if any(above.pk == place.pk for above in tree.up(pk))]
    return rows.filter(equipment__in=inside)
