"""The KPI book: all 34 figures of the standard, each defined once; computed from vectors where the record exists."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from analytics.engine.book import BOOK, KPIS
from analytics.engine.book_iso import ISO_34
from analytics.engine.kpi import Basis, Kpi, Missing, Trend
from analytics.engine.kpi_evidence import (
    Capabilities,
    Capable,
    Demand,
    DuePieces,
    DueTotals,
    Machines,
    OrderPieces,
    OrderTotals,
    PassPieces,
    PassTotals,
    summed,
)
from analytics.engine.machine_parts import MachineTotals

MINUTE, HOUR = 60_000_000, 3_600_000_000
VECTOR: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[1] / "golden" / "iso22400" / "expected.json").read_text()
)
IN, OUT = VECTOR["inputs"], VECTOR["expected"]


def machines() -> Machines:
    """The worked numbers as a machine's parts: times in minutes, one product of 1.2 min."""
    cycle = int(Decimal(str(IN["PRI"])) * MINUTE)
    return Machines(
        MachineTotals(
            production=IN["APT"] * MINUTE,
            setup=IN["AUST"] * MINUTE,
            delay=IN["ADET"] * MINUTE,
            down=IN["ADOT"] * MINUTE,
            planned_stop=(IN["POT"] - IN["PBT"]) * MINUTE,
            good=Decimal(IN["GQ"]),
            scrap=Decimal(IN["SQ"]),
            rework=Decimal(IN["RQ"]),
            ideal=cycle * IN["PQ"],
            ideal_good=cycle * IN["GQ"],
        ),
        frozenset({"C62"}),
    )


def orders() -> OrderTotals:
    pieces = OrderPieces(Decimal(IN["PQ"]), Decimal(IN["PQ_first_op"]), Decimal(IN["SQ_op"]))
    return OrderTotals(
        (("C62", pieces),), 1, IN["AOET"] * MINUTE, sum(IN["order_AUBT"]) * MINUTE, sum(IN["order_APT"]) * MINUTE
    )


def failures() -> Machines:
    """FE and TTR of the worked numbers; operating time is the sum of TBF."""
    return Machines(
        MachineTotals(
            production=sum(IN["TBF"]) * HOUR,
            delay=(sum(IN["TTF"]) - sum(IN["TBF"]) + sum(IN["TTR"])) * HOUR,
            breakdown=sum(IN["TTR"]) * HOUR,
            planned_maintenance=IN["PMT"] * HOUR,
            failure_count=IN["FE"],
        )
    )


def test_book_has_all_34_of_the_standard_in_its_order() -> None:
    assert [kpi.number for kpi in ISO_34] == list(range(1, 35))
    assert {kpi.id for kpi in ISO_34} >= set(OUT) - {"motbf_iso", "mttf_iso", "mttr_iso", "mttr_usual"}
    assert len(BOOK) == len(KPIS)


@pytest.mark.parametrize("kpi", KPIS, ids=lambda kpi: kpi.id)
def test_definition_is_complete_or_says_which_record_is_missing(kpi: Kpi) -> None:
    assert kpi.name
    assert kpi.formula
    assert kpi.source
    assert kpi.version >= 1
    assert kpi.timing
    assert kpi.audience
    assert kpi.methodology
    assert (kpi.basis == Basis.NONE) == bool(kpi.no_record)
    if kpi.basis == Basis.NONE:
        found = kpi.of(None)
        assert (found.value, found.missing) == (None, Missing.NO_RECORD)


@pytest.mark.parametrize(
    "name",
    [
        "allocation_efficiency", "utilization_efficiency", "oee_index", "nee_index", "availability", "effectiveness",
        "quality_ratio", "setup_ratio", "technical_efficiency", "scrap_ratio", "rework_ratio",
    ],
)  # fmt: skip
def test_figures_of_a_machine_equal_the_worked_numbers(name: str) -> None:
    """Source: vectors/iso22400_own_1.json."""
    value = BOOK[name].of(machines()).value
    assert value is not None
    assert round(value, 6) == Decimal(str(OUT[name]))


@pytest.mark.parametrize("name", ["allocation_ratio", "production_process_ratio", "fall_off_ratio"])
def test_figures_of_an_order_equal_the_worked_numbers(name: str) -> None:
    """Source: vectors/iso22400_own_1.json."""
    value = BOOK[name].of(orders()).value
    assert value is not None
    assert round(value, 6) == Decimal(str(OUT[name]))


def test_first_pass_yield_equals_the_worked_numbers() -> None:
    """Source: vectors/iso22400_own_1.json: of 250 inspected 228 were good at their first pass."""
    passes = PassTotals((("C62", PassPieces(Decimal(IN["IP"]), Decimal(IN["GP"]))),))
    assert BOOK["first_pass_yield"].of(passes).value == Decimal(str(OUT["first_pass_yield"]))


def test_throughput_rate_is_pieces_per_hour_of_execution() -> None:
    found = BOOK["throughput_rate"].of(orders())
    assert found.value is not None
    assert round(found.value / 60, 6) == Decimal(str(OUT["throughput_rate"]))  # the vector's is per minute
    assert (found.unit, found.per) == ("C62", "HUR")


def test_means_of_failures_by_both_formulas_print_which_one() -> None:
    """Source: vectors/iso22400_own_1.json; iso22400.md section 3.1."""
    found = failures()
    iso = {name: BOOK[name].of(found, "iso22400_fe_plus_1") for name in ("motbf", "mttf", "mttr")}
    assert {name: each.value for name, each in iso.items()} == {
        "motbf": Decimal(str(OUT["motbf_iso"])),
        "mttf": Decimal(str(OUT["mttf_iso"])),
        "mttr": Decimal(str(OUT["mttr_iso"])),
    }
    assert {each.variant for each in iso.values()} == {"iso22400_fe_plus_1"}
    usual = BOOK["mttr"].of(found)
    assert (usual.value, usual.variant) == (Decimal(str(OUT["mttr_usual"])), "usual")
    assert BOOK["corrective_maintenance_ratio"].of(found).value == Decimal(str(OUT["corrective_maintenance_ratio"]))


def test_no_failure_has_no_mean_but_a_bound() -> None:
    found = BOOK["motbf"].of(Machines(MachineTotals(production=100 * HOUR)))
    assert found.value is None
    assert found.missing == Missing.NO_FAILURE
    assert found.low is not None
    assert round(found.low, 4) == Decimal("43.4294")  # 100 h / ln(10)


def test_capability_of_several_characteristics_is_the_worst_with_its_name_and_no_mean() -> None:
    """Source: vectors/iso22400_own_1.json for the first; the second is better in all but its Cpk."""
    cpk = Decimal(str(OUT["cpk"]))
    bore = Capable("Bore", *(Decimal(str(OUT[name])) for name in ("cm", "cmk", "cp", "cpk")))
    both = Capabilities((bore,)) + Capabilities((Capable("Depth", Decimal(2), None, Decimal(3), cpk - 1),))
    found = {name: BOOK[name].of(both) for name in ("cm", "cmk", "cp", "cpk")}
    assert [(each.value, each.of) for each in found.values()] == [
        (bore.cm, "Bore"), (bore.cmk, "Bore"), (bore.cp, "Bore"), (cpk - 1, "Depth"),
    ]  # fmt: skip
    none = BOOK["cm"].of(Capabilities((Capable("Bore"),)))
    assert (none.value, none.missing, none.of) == (None, Missing.NO_DATA, "")


def test_pieces_of_several_units_do_not_add_up() -> None:
    mixed = machines() + Machines(MachineTotals(good=Decimal(3)), frozenset({"KGM"}))
    assert BOOK["throughput"].of(mixed).missing == Missing.MIXED_UNITS
    assert BOOK["oee_index"].of(mixed).value is not None  # ideal time has one unit


def test_takt_is_planned_time_over_what_is_due() -> None:
    due = DueTotals((("C62", DuePieces(Decimal(300), Decimal(240))),), 3, 2)
    found = BOOK["takt_time"].of(Demand(machines(), due))
    assert (found.value, found.unit, found.per) == (Decimal(90), "SEC", "C62")  # 450 min / 300
    assert BOOK["schedule_attainment"].of(due).value == Decimal("0.8")


def test_order_that_is_not_due_yet_is_demand_and_no_failure() -> None:
    due = DueTotals((("C62", DuePieces(Decimal(200), Decimal(200))),), 1, 1)
    both = due + DueTotals((("C62", DuePieces(coming=Decimal(100))),))
    assert BOOK["orders_on_time"].of(both).value == BOOK["schedule_attainment"].of(both).value == 1
    assert BOOK["takt_time"].of(Demand(machines(), both)).value == Decimal(90)


def test_due_and_finished_orders_roll_up_by_unit() -> None:
    kilos = DueTotals((("KGM", DuePieces(Decimal(1), Decimal(1))),), 1, 1)
    pieces = DueTotals((("C62", DuePieces(Decimal(2), Decimal(1))),), 1, 0)
    both = summed([kilos, pieces, pieces], DueTotals())
    assert both.by_unit == (
        ("C62", DuePieces(Decimal(4), Decimal(2))), ("KGM", DuePieces(Decimal(1), Decimal(1))),
    )  # fmt: skip
    assert BOOK["schedule_attainment"].of(both).missing == Missing.MIXED_UNITS
    assert BOOK["orders_on_time"].of(both).value == Decimal(1) / Decimal(3)


def test_unknown_variant_is_refused() -> None:
    with pytest.raises(LookupError):
        BOOK["oee_index"].of(machines(), "no_such")


def test_trend_of_losses_is_lower() -> None:
    assert {BOOK[name].trend for name in ("scrap_ratio", "mttr", "uncoded_share", "setup_ratio")} == {Trend.LOWER}
