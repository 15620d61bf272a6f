"""The KPI book's figures of machines that ISO 22400-2 does not define. Pure; texts are message ids for gettext."""

from decimal import Decimal
from typing import Any

from analytics.engine import oee
from analytics.engine.kpi import MICROSECONDS_PER_HOUR, Basis, Compute, Kpi, Missing, Outcome, Timing, Trend, ratio
from analytics.engine.kpi_evidence import Counted, Demand, DueTotals, Kept, Machines, OutTotals

MICROSECONDS_PER_SECOND = Decimal(1_000_000)


def _(message: str) -> str:
    """Mark a message id for the translators; it is translated where it is shown."""
    return message


OWN = "MOM"
DECISION = "MOM, decision 41"
LIVE = (Timing.REAL_TIME, Timing.PERIODICALLY, Timing.ON_DEMAND)


def _throughput(machines: Machines) -> Outcome:
    return ratio(machines.totals.good * MICROSECONDS_PER_HOUR, machines.totals.planned_busy)


def _cycle(machines: Machines) -> Outcome:
    return ratio(Decimal(machines.totals.production) / MICROSECONDS_PER_SECOND, machines.totals.produced)


def _takt(demand: Demand) -> Outcome:
    pieces = demand.due.pieces
    if pieces is None:
        return Missing.MIXED_UNITS
    return ratio(Decimal(demand.machines.totals.planned_busy) / MICROSECONDS_PER_SECOND, pieces.ordered + pieces.coming)


def _attainment(due: DueTotals) -> Outcome:
    return Missing.MIXED_UNITS if due.pieces is None else ratio(due.pieces.attained, due.pieces.ordered)


def _kept(kept: Kept) -> Outcome:
    return ratio(kept.kept, kept.due)


def _right(counted: Counted) -> Outcome:
    return ratio(counted.right, counted.counted)


def _out(out: OutTotals) -> Outcome:
    return Missing.MIXED_UNITS if out.pieces is None else out.pieces.good


def _uncoded(machines: Machines) -> Outcome:
    totals = machines.totals
    return ratio(totals.uncoded, totals.delay + totals.down - totals.minor_stop)


def _energy(machines: Machines) -> Outcome:
    totals = machines.totals
    used = totals.energy_production + totals.energy_setup + totals.energy_stopped + totals.energy_other
    return ratio(used, totals.good) if used else Missing.NO_DATA


def _hours(name: str) -> Compute:
    return lambda machines: Decimal(getattr(machines.totals, name)) / MICROSECONDS_PER_HOUR


def _number(name: str) -> Compute:
    return lambda machines: Decimal(getattr(machines.totals, name))


def _own(kpi_id: str, name: str, formula: str, unit: str, trend: Trend, compute: Compute, **more: Any) -> Kpi:
    more.setdefault("basis", Basis.MACHINES)
    more.setdefault("timing", LIVE)
    return Kpi(kpi_id, name, formula, unit, trend, more.pop("source", OWN), 1, compute, **more)


OWN_MACHINES: tuple[Kpi, ...] = (
    _own(
        "teep", _("TEEP"), _("ideal time of good pieces / all time, 24 hours on 7 days"), "P1", Trend.HIGHER,
        lambda machines: oee.teep(machines.totals), source="TPM", upper=Decimal(1),
        bounds=lambda machines: oee.teep_interval(machines.totals),
    ),
    _own(
        "ooe", _("OOE"), _("ideal time of good pieces / time in shifts, planned stops included"), "P1", Trend.HIGHER,
        lambda machines: oee.ooe(machines.totals), source="OEE Academy", upper=Decimal(1),
        bounds=lambda machines: oee.ooe_interval(machines.totals),
    ),
    _own(
        "piece_yield", _("Yield by pieces"), _("good / produced"), "P1", Trend.HIGHER,
        lambda machines: ratio(machines.totals.good, machines.totals.produced), upper=Decimal(1),
        needs_quantities=True, note=_("Counted pieces, not weighed by their ideal time."),
    ),
    _own(
        "machine_good", _("Good pieces of machines"), _("sum of good, from each machine's source of pieces"), "",
        Trend.HIGHER, _number("good"), needs_quantities=True,
        note=_("A piece that passes three machines counts three times here."),
    ),
    _own(
        "throughput", _("Throughput"), _("good / planned busy time (PBT)"), "", Trend.HIGHER, _throughput, per="HUR",
        needs_quantities=True,
        note=_("Of each machine's own pieces. What leaves the orders stands under finished pieces."),
    ),
    _own(
        "cycle_time", _("Cycle time"), _("production time (APT) / produced"), "SEC", Trend.LOWER, _cycle, per="",
        needs_quantities=True,
    ),
    _own(
        "finished_pieces", _("Finished pieces"), _("good at the last operation of each order"), "", Trend.HIGHER, _out,
        basis=Basis.OUTPUT, scope="order", needs_quantities=True,
        note=_("By the day of the report. A piece counts once, whatever operations it passed."),
    ),
    _own(
        "takt_time", _("Takt time"), _("planned busy time (PBT) / ordered quantity due"), "SEC", Trend.NEITHER, _takt,
        per="", basis=Basis.DEMAND, scope="site", needs_quantities=True,
        note=_("Of all machines together; narrow it to the machines that make the product."),
    ),
    _own(
        "schedule_attainment", _("Schedule attainment"),
        _("good in time, at most the ordered / ordered, of orders due"), "P1", Trend.HIGHER, _attainment,
        basis=Basis.DUE, scope="order", upper=Decimal(1), needs_quantities=True,
        note=_("Surplus of one order does not pay for the lack of another."),
    ),
    _own(
        "orders_on_time", _("Orders on time"), _("orders good in full when due / orders due"), "P1", Trend.HIGHER,
        lambda due: ratio(due.on_time, due.due), basis=Basis.DUE, scope="order", upper=Decimal(1),
    ),
    _own(
        "schedule_adherence", _("Schedule adherence"),
        _("jobs finished from planned start to planned end / jobs planned to end"), "P1", Trend.HIGHER, _kept,
        basis=Basis.PLANNED, scope="work unit, order", source=DECISION, upper=Decimal(1),
        note=_("By the last plan. An open job counts once its planned end is over; a cancelled one never."),
    ),
    _own(
        "pm_compliance", _("PM compliance"), _("due dates done in time / due dates whose time is over"), "P1",
        Trend.HIGHER, _kept, source=DECISION, basis=Basis.MAINTENANCE, upper=Decimal(1),
        note=_("In time: until the due date and the plan's tolerance. By the day on which that ended; missed counts."),
    ),
    _own(
        "count_accuracy", _("Count accuracy"), _("counted lines that agreed with the book / counted lines"), "P1",
        Trend.HIGHER, _right, source="APICS dictionary", basis=Basis.COUNTS, scope="storage place", upper=Decimal(1),
        note=_("Against the book of the counting moment, without tolerance. By the day on which a count was posted."),
    ),
    _own("stop_count", _("Stops"), _("stops that began, minor ones aside"), "C62", Trend.LOWER, _number("stop_count")),
    _own("minor_stop_count", _("Minor stops"), _("minor stops that began"), "C62", Trend.LOWER,
         _number("minor_stop_count")),
    _own("failure_count", _("Failures"), _("stops that count as a breakdown"), "C62", Trend.LOWER,
         _number("failure_count")),
    _own("breakdown_time", _("Time in breakdowns"), _("time in stops that count as a breakdown"), "HUR", Trend.LOWER,
         _hours("breakdown")),
    _own(
        "uncoded_share", _("Stopped time without reason"), _("stopped time without reason / stopped time"), "P1",
        Trend.LOWER, _uncoded, upper=Decimal(1), note=_("Minor stops need no reason and are left out."),
    ),
    _own(
        "unknown_share", _("Unknown time"), _("time without signal / time in shifts"), "P1", Trend.LOWER,
        lambda machines: ratio(machines.totals.unknown, machines.totals.planned_operation), upper=Decimal(1),
    ),
    _own(
        "unplanned_time", _("Work outside the plan"), _("time worked outside the calendar"), "HUR", Trend.NEITHER,
        _hours("unplanned"),
    ),
    _own(
        "energy_per_good", _("Energy per good piece"), _("energy / good"), "KWH", Trend.LOWER, _energy, per="",
        needs_quantities=True,
    ),
)  # fmt: skip
