"""The KPI book's 34 figures of ISO 22400-2, in its order. Pure; names, formulas and notes are message ids for gettext.

Computed where the record exists; where it doesn't, `no_record` says what is missing. Source: iso22400.md section 3.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from analytics.engine import oee, reliability
from analytics.engine.kpi import (
    MICROSECONDS_PER_HOUR,
    Audience,
    Basis,
    Compute,
    Kpi,
    Methodology,
    Missing,
    Outcome,
    Timing,
    Trend,
    Variant,
    ratio,
)
from analytics.engine.kpi_evidence import (
    Capabilities,
    Machines,
    OrderTotals,
    PassTotals,
    StockTotals,
    UsedPieces,
    UsedTotals,
)
from analytics.engine.machine_parts import MachineTotals


def _(message: str) -> str:
    """Mark a message id for the translators; it is translated where it is shown."""
    return message


ISO = "ISO 22400-2:2014"
TPM = "tpm"
FE_PLUS_1 = "iso22400_fe_plus_1"
R, P, D = Timing.REAL_TIME, Timing.PERIODICALLY, Timing.ON_DEMAND
OFFICE = (Audience.SUPERVISOR, Audience.MANAGEMENT)
ALL = (Audience.OPERATOR, *OFFICE)
PROCESS = (Methodology.BATCH, Methodology.CONTINUOUS)
BEST = Decimal(1)


def _of(part: str, whole: str) -> Compute:
    """A ratio of two of a machine's parts by name."""

    def compute(machines: Machines) -> Outcome:
        return ratio(getattr(machines.totals, part), getattr(machines.totals, whole))

    return compute


def _times(above: Any, below: Any) -> Compute:
    """A ratio of two sums over a machine's parts."""

    def compute(machines: Machines) -> Outcome:
        return ratio(above(machines.totals), below(machines.totals))

    return compute


def _busy(totals: MachineTotals) -> int:
    return totals.production + totals.setup + totals.delay


def _busy_bounds(machines: Machines) -> oee.Bounds:
    return oee.bounds(_busy(machines.totals), machines.totals.planned_busy, machines.totals.unknown)


def _order_rate(orders: OrderTotals) -> Outcome:
    if orders.pieces is None:
        return Missing.MIXED_UNITS
    return ratio(orders.pieces.produced * MICROSECONDS_PER_HOUR, orders.execution)


def _fall_off(orders: OrderTotals) -> Outcome:
    return Missing.MIXED_UNITS if orders.pieces is None else ratio(orders.pieces.scrapped, orders.pieces.first_produced)


def _first_pass(passes: PassTotals) -> Outcome:
    return Missing.MIXED_UNITS if passes.pieces is None else ratio(passes.pieces.right, passes.pieces.made)


def _of_consumed(part: Callable[[UsedPieces], Decimal]) -> Compute:
    """A share of the consumed material, of jobs that made something of it."""

    def compute(used: UsedTotals) -> Outcome:
        pieces = used.pieces
        if pieces is None:
            return Missing.MIXED_UNITS
        return ratio(part(pieces), pieces.consumed) if pieces.came_out else Missing.NO_DATA

    return compute


def _missing_of_consumed(used: UsedTotals) -> Outcome:
    return Missing.MIXED_UNITS if used.pieces is None else ratio(used.pieces.missing, used.pieces.consumed)


def _turns(stock: StockTotals) -> Outcome:
    pieces = stock.pieces
    if pieces is None:
        return Missing.MIXED_UNITS
    return ratio(pieces.used * stock.length, pieces.held) if pieces.held > 0 else Missing.NO_DATA


def _energy(machines: Machines) -> Outcome:
    totals = machines.totals
    used = totals.energy_production + totals.energy_setup + totals.energy_stopped + totals.energy_other
    return ratio(used, totals.produced) if used else Missing.NO_DATA


def _per_failure(hours: Any) -> Compute:
    def compute(machines: Machines) -> Outcome:
        total = hours(machines.totals)
        found = reliability.mean(total, machines.totals.failure_count)
        return found if found is not None else Missing.NO_FAILURE if total else Missing.NO_DATA

    return compute


def _per_failure_iso(hours: Any) -> Compute:
    return lambda machines: reliability.mean_iso(hours(machines.totals), machines.totals.failure_count)


def _bound_without_failure(hours: Any) -> Any:
    def bounds(machines: Machines) -> oee.Bounds:
        if machines.totals.failure_count:
            return oee.Bounds(None, None)
        return oee.Bounds(reliability.lower_bound(hours(machines.totals), 0), None)

    return bounds


def _repair_hours(totals: MachineTotals) -> Decimal:
    return Decimal(totals.breakdown) / MICROSECONDS_PER_HOUR


_WORST = _("Of several characteristics the worst stands, with its name; never a mean. As of the end of the period.")
_OF_JOB = _("Of the last job measured at least 50 times at one machine: that is the short-term sample.")
_OF_CHART = _("As on its chart: of the last 250 samples, with the spread within samples of the frozen limits.")
_IN_BULK = _("Of material by mass or volume; what is counted in pieces is left out. Read it over whole batches.")
_FE_NOTE = _("The usual formula divides by the failures; the one of the standard by failures + 1.")
_NO_FAILURE_NOTE = _("Without a failure there is no mean; at least is what it reaches with 90 % confidence.")


def _iso(
    number: int,
    kpi_id: str,
    name: str,
    formula: str,
    trend: Trend,
    compute: Compute | None = None,
    *,
    timing: tuple[Timing, ...] = (P, D),
    audience: tuple[Audience, ...] = OFFICE,
    unit: str = "P1",
    basis: Basis = Basis.MACHINES,
    upper: Decimal | None = BEST,
    version: int = 1,
    **more: Any,
) -> Kpi:
    return Kpi(
        kpi_id, name, formula, unit, trend, f"{ISO}, KPI {number}", version,
        compute or (lambda _parts: Missing.NO_RECORD), basis=basis, number=number, timing=timing, audience=audience,
        upper=upper, **more,
    )  # fmt: skip


def _missing(number: int, kpi_id: str, name: str, formula: str, trend: Trend, why: str, **more: Any) -> Kpi:
    return _iso(number, kpi_id, name, formula, trend, basis=Basis.NONE, no_record=why, **more)


def _capability(number: int, kpi_id: str, name: str, formula: str, of: str, **more: Any) -> Kpi:
    """An index of capability: the worst of the characteristics asked for, with its name."""

    def compute(found: Capabilities) -> Outcome:
        worst = found.worst(kpi_id)
        return Missing.NO_DATA if worst is None else getattr(worst, kpi_id)

    def whose(found: Capabilities) -> str:
        worst = found.worst(kpi_id)
        return "" if worst is None else worst.name

    return _iso(
        number, kpi_id, name, formula, Trend.HIGHER, compute, unit="C62", upper=None, basis=Basis.CAPABILITY,
        scope="characteristic", note=of, range_note=_WORST, whose=whose, **more,
    )  # fmt: skip


UP, DOWN = Trend.HIGHER, Trend.LOWER
_BULK: dict[str, Any] = {"timing": (R, P, D), "audience": ALL, "methodology": PROCESS, "needs_quantities": True}

ISO_34: tuple[Kpi, ...] = (
    _missing(
        1, "worker_efficiency", _("Worker efficiency"), _("time worked on orders / time attended"), UP,
        _("No attendance: when people come and go is not recorded."), timing=(P,), scope="personnel",
    ),
    _iso(
        2, "allocation_ratio", _("Allocation ratio"), _("reported time of all operations / order execution time"), UP,
        lambda orders: ratio(orders.busy, orders.execution), timing=(P,), basis=Basis.ORDERS, scope="order",
        range_note=_("More than 100 % where operations overlap."),
        note=_("Over the orders finished in the period: sum over sum."),
    ),
    _iso(
        3, "throughput_rate", _("Throughput rate"), _("pieces of the last operation / order execution time"), UP,
        _order_rate, unit="", per="HUR", basis=Basis.ORDERS, scope="order", upper=None, needs_quantities=True,
        note=_("Over the orders finished in the period: sum over sum."),
    ),
    _iso(
        4, "allocation_efficiency", _("Allocation efficiency"), _("busy time (AUBT) / planned busy time (PBT)"), UP,
        _times(_busy, lambda totals: totals.planned_busy), timing=(D,),
        bounds=_busy_bounds,
    ),
    _iso(
        5, "utilization_efficiency", _("Utilization efficiency"), _("production time (APT) / busy time (AUBT)"), UP,
        _times(lambda totals: totals.production, _busy), timing=(R, P, D), audience=ALL,
    ),
    _iso(
        6, "oee_index", _("OEE"), _("ideal time of good pieces / planned busy time (PBT)"), UP,
        lambda machines: oee.oee_iso(machines.totals).oee, timing=(R, P, D), audience=ALL,
        bounds=lambda machines: oee.interval(machines.totals), variant="iso22400",
        variants={TPM: Variant(
            _("ideal time of good pieces / planned production time, planned service included"),
            lambda machines: oee.oee_tpm(machines.totals).oee,
            lambda machines: oee.interval(machines.totals, oee.School.TPM),
        )},
        range_note=_("More than 100 % says that the ideal cycle is too long."),
        note=_("Availability x performance x quality ratio. Unknown time is not in it; the range says what it may do."),
    ),
    _iso(
        7, "nee_index", _("NEE"), _("(production + setup) / PBT x effectiveness x quality ratio"), UP,
        lambda machines: oee.nee(machines.totals), note=_("Setup is not counted as a loss, so NEE is never below OEE."),
    ),
    _iso(
        8, "availability", _("Availability"), _("production time (APT) / planned busy time (PBT)"), UP,
        lambda machines: oee.oee_iso(machines.totals).availability, timing=(R, P, D), audience=ALL,
        bounds=lambda machines: oee.availability_interval(machines.totals), variant="iso22400",
        variants={TPM: Variant(
            _("run time with minor stops / planned production time"),
            lambda machines: oee.oee_tpm(machines.totals).availability,
            lambda machines: oee.availability_interval(machines.totals, oee.School.TPM),
        )},
    ),
    _iso(
        9, "effectiveness", _("Performance"), _("ideal time of all pieces / production time (APT)"), UP,
        lambda machines: oee.oee_iso(machines.totals).performance, timing=(R, P, D), audience=ALL, variant="iso22400",
        variants={TPM: Variant(
            _("ideal time of all pieces / run time with minor stops"),
            lambda machines: oee.oee_tpm(machines.totals).performance,
        )},
        range_note=_("More than 100 % says that the ideal cycle is too long."),
        note=_("The standard calls it effectiveness. It is shown as it is, never cut at 100 %."),
    ),
    _iso(
        10, "quality_ratio", _("Quality ratio"), _("ideal time of good pieces / ideal time of all pieces"), UP,
        lambda machines: oee.oee_iso(machines.totals).quality, timing=(R, P, D), audience=ALL,
        note=_("Good / produced for one product; several weigh by their ideal time, so that A x P x Q is OEE."),
    ),
    _iso(
        11, "setup_ratio", _("Setup ratio"), _("setup time (AUST) / (setup + production time)"), DOWN,
        _times(lambda totals: totals.setup, lambda totals: totals.setup + totals.production),
    ),
    _iso(
        12, "technical_efficiency", _("Technical efficiency"), _("production time / (production + delay time)"), UP,
        _times(lambda totals: totals.production, lambda totals: totals.production + totals.delay),
        timing=(R, P, D), audience=ALL, note=_("Setup is left out."),
    ),
    _iso(
        13, "production_process_ratio", _("Production process ratio"),
        _("reported production time of all operations / order execution time"), UP,
        lambda orders: ratio(orders.production, orders.execution), basis=Basis.ORDERS, scope="order",
        range_note=_("More than 100 % where operations overlap."),
        note=_("Over the orders finished in the period: sum over sum."),
    ),
    _missing(
        14, "actual_to_planned_scrap_ratio", _("Actual to planned scrap ratio"), _("scrap / planned scrap"), DOWN,
        _("No planned scrap: routings do not state it yet."), timing=(R, P, D), audience=ALL,
    ),
    _iso(
        15, "first_pass_yield", _("First pass yield"), _("good at the first pass, without rework / made"), UP,
        _first_pass, timing=(R, P, D), audience=ALL, basis=Basis.PASSES, version=2, needs_quantities=True,
        range_note=_("Below 0 % or above 100 % says that pieces were found or taken back on another day."),
        note=_("As reported, less what quality decided to rework, repair or scrap. Rework is no second pass."),
    ),
    _iso(
        16, "scrap_ratio", _("Scrap ratio"), _("scrap / produced"), DOWN, _of("scrap", "produced"),
        timing=(R, P, D), audience=ALL, needs_quantities=True,
    ),
    _iso(
        17, "rework_ratio", _("Rework ratio"), _("rework / produced"), DOWN, _of("rework", "produced"),
        timing=(R, P, D), audience=ALL, needs_quantities=True,
    ),
    _iso(
        18, "fall_off_ratio", _("Fall-off ratio"), _("scrap of all operations / pieces of the first operation"), DOWN,
        _fall_off, timing=(R, P, D), audience=ALL, basis=Basis.ORDERS, scope="order", needs_quantities=True,
        note=_("Over the orders finished in the period: sum over sum."),
    ),
    _capability(19, "cm", _("Machine capability index"), _("(upper - lower limit) / 6 s"), _OF_JOB, timing=(R, P, D)),
    _capability(
        20, "cmk", _("Critical machine capability index"), _("distance of the mean to the nearer limit / 3 s"), _OF_JOB,
        timing=(R, P, D), lower=None,
    ),
    _capability(21, "cp", _("Process capability index"), _("(upper - lower limit) / 6 sigma"), _OF_CHART,
                timing=(R, D)),
    _capability(
        22, "cpk", _("Critical process capability index"), _("distance of the mean to the nearer limit / 3 sigma"),
        _OF_CHART, timing=(R, D), lower=None,
    ),
    _iso(
        23, "comprehensive_energy_consumption", _("Energy consumption"), _("energy / produced"), DOWN, _energy,
        unit="KWH", per="", upper=None, needs_quantities=True,
        note=_("Electricity as metered at the machines; other carriers are not recorded, so no factor is applied."),
    ),
    _iso(
        24, "inventory_turns", _("Inventory turns"), _("used by jobs or shipped / mean stock by the clock"), UP, _turns,
        unit="C62", upper=None, scope="site", basis=Basis.STOCK,
        note=_("Turns in the days asked for, from the first booking of the ledger on; several units don't add up."),
    ),
    _iso(
        25, "finished_goods_ratio", _("Finished goods ratio"), _("made into stock / consumed material"), UP,
        _of_consumed(lambda used: used.produced), basis=Basis.USED, note=_IN_BULK, **_BULK,
    ),
    _iso(
        26, "integrated_goods_ratio", _("Integrated goods ratio"),
        _("made into stock, co-products included / consumed material"), UP,
        _of_consumed(lambda used: used.produced + used.co_produced), basis=Basis.USED, note=_IN_BULK, **_BULK,
    ),
    _iso(
        27, "production_loss_ratio", _("Production loss ratio"),
        _("consumed and not made into products, co-products or by-products / consumed material"), DOWN,
        _of_consumed(lambda used: used.consumed - used.came_out), basis=Basis.USED, note=_IN_BULK, **_BULK,
        range_note=_("Below 0 % says that more came out than went in, of work begun before."),
    ),
    _iso(
        28, "storage_and_transportation_loss_ratio", _("Storage and transportation loss ratio"),
        _("missing by counts, less what was found / consumed material"), DOWN, _missing_of_consumed,
        basis=Basis.MISSING, scope="site",
        note=_("By counts. Scrap in the store is not in it: it isn't told apart from lots that quality scrapped."),
        range_note=_("Below 0 % says that counts found more than was missing."), **_BULK,
    ),
    _missing(
        29, "other_loss_ratio", _("Other loss ratio"), _("other losses / consumed material"), DOWN,
        _("No other losses: what is lost by accident is not told apart from what is lost in production or in store."),
        timing=(R, P, D), audience=ALL, methodology=PROCESS,
    ),
    _iso(
        30, "equipment_load_ratio", _("Equipment load ratio"), _("produced / capacity in the planned busy time"), UP,
        _times(lambda totals: totals.ideal, lambda totals: totals.planned_busy), timing=(R, P, D),
        note=_("Capacity: what the ideal cycles allow in the planned busy time."),
    ),
    _iso(
        31, "motbf", _("Mean operating time between failures"), _("(production + setup time) / failures"), UP,
        _per_failure(reliability.operating_hours), unit="HUR", upper=None, variant="usual",
        bounds=_bound_without_failure(reliability.operating_hours),
        variants={FE_PLUS_1: Variant(
            _("(production + setup time) / (failures + 1)"), _per_failure_iso(reliability.operating_hours)
        )},
        note=_FE_NOTE, range_note=_NO_FAILURE_NOTE,
    ),
    _iso(
        32, "mttf", _("Mean time to failure"), _("planned busy time not broken down / failures"), UP,
        _per_failure(reliability.up_hours), unit="HUR", upper=None, variant="usual",
        bounds=_bound_without_failure(reliability.up_hours),
        variants={FE_PLUS_1: Variant(
            _("planned busy time not broken down / (failures + 1)"), _per_failure_iso(reliability.up_hours)
        )},
        note=_FE_NOTE, range_note=_NO_FAILURE_NOTE,
    ),
    _iso(
        33, "mttr", _("Mean time to restoration"), _("time in breakdowns / failures"), DOWN,
        lambda machines: ratio(_repair_hours(machines.totals), machines.totals.failure_count)
        if machines.totals.failure_count else Missing.NO_FAILURE,
        unit="HUR", upper=None, variant="usual",
        variants={FE_PLUS_1: Variant(
            _("time in breakdowns / (failures + 1)"), _per_failure_iso(_repair_hours)
        )},
        note=_FE_NOTE,
    ),
    _iso(
        34, "corrective_maintenance_ratio", _("Corrective maintenance ratio"),
        _("time in breakdowns / (time in breakdowns + planned maintenance)"), DOWN,
        _times(lambda totals: totals.breakdown, lambda totals: totals.breakdown + totals.planned_maintenance),
        note=_("As the stops tell. A low value may also mean too much planned maintenance."),
    ),
)  # fmt: skip
