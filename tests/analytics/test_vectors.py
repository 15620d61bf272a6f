"""Published and own examples of OEE, its roll-up and of means between failures."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from analytics.engine import oee, reliability
from analytics.engine.book import BOOK
from analytics.engine.kpi_evidence import Machines
from analytics.engine.machine_parts import MachineTotals, total

MINUTE, HOUR = 60_000_000, 3_600_000_000
GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "reliability"
VECTORS: dict[str, list[dict[str, Any]]] = {path.stem: json.loads(path.read_text()) for path in GOLDEN.glob("*.json")}
SECOND = 1_000_000


def part(planned: int, run: int, cycle: int, produced: int, good: int) -> MachineTotals:
    """Minutes, and microseconds a piece."""
    return MachineTotals(
        production=run * MINUTE,
        delay=(planned - run) * MINUTE,
        good=Decimal(good),
        scrap=Decimal(produced - good),
        ideal=cycle * produced,
        ideal_good=cycle * good,
    )


VORNE = part(420, 373, SECOND, 19271, 18848)
ROLLED_UP = [VORNE, part(240, 120, 30 * SECOND, 180, 162), part(900, 810, 120 * SECOND, 360, 351)]


def test_shift_of_vorne_is_74_79_percent_by_both_schools() -> None:
    """Source: Vorne Industries, OEE calculation example; vectors/oee_published.json oee-vorne-shift."""
    for found in (oee.oee_iso(VORNE), oee.oee_tpm(VORNE)):
        shown = [found.availability.value, found.performance.value, found.quality.value, found.value]
        assert [round(each * 100, 2) for each in shown if each is not None] == [
            Decimal("88.81"), Decimal("86.11"), Decimal("97.80"), Decimal("74.79"),
        ]  # fmt: skip


def test_three_machines_roll_up_to_70_33_percent_and_not_to_the_mean() -> None:
    """Source: vectors/oee_rollup_own.json."""
    each = [oee.oee_iso(one).value for one in ROLLED_UP]
    assert [round(one, 6) for one in each if one is not None] == [
        Decimal("0.747937"), Decimal("0.337500"), Decimal("0.780000"),
    ]  # fmt: skip
    whole = oee.oee_iso(total(ROLLED_UP))
    found = [whole.availability.value, whole.performance.value, whole.quality.value, whole.value]
    assert [round(one, 6) for one in found if one is not None] == [
        Decimal("0.835256"), Decimal("0.868138"), Decimal("0.969899"), Decimal("0.703291"),
    ]  # fmt: skip
    wrong = sum(one for one in each if one is not None) / 3
    assert round(wrong, 6) == Decimal("0.621812")


@pytest.mark.parametrize("case", VECTORS["mtbf_interval"], ids=lambda case: case["id"])
def test_interval_of_mean_time_between_failures(case: dict[str, Any]) -> None:
    """Each case names its source."""
    asked = case["inputs"]
    assert asked["sided"] == 2
    found = reliability.interval(asked["total_time"], asked["failures"], asked["CI"])
    assert found.low == pytest.approx(case["expected"]["mtbf_lower"], rel=case["tolerance"]["rel"])
    assert found.high is not None
    assert found.high > asked["total_time"] / asked["failures"] > found.low


def test_bound_without_failure_is_time_over_the_log() -> None:
    """Source: maintenance.md section 3: r = 0, lower = T / ln(1 / (1 - C))."""
    bound = reliability.lower_bound(Decimal(1000), 0, 0.9)
    assert float(bound or 0) == pytest.approx(434.2944819)
    assert reliability.interval(1000, 0, 0.9).high is None
    assert reliability.lower_bound(Decimal(0), 0) is None


def hours_of(kpi: str, parts: MachineTotals, variant: str = "") -> float:
    value = BOOK[kpi].of(Machines(parts), variant).value
    assert value is not None
    return float(value)


def test_means_of_the_published_articles() -> None:
    """As the KPI book gives them; each case names its source, both formulas of the mean time to failure are printed."""
    agility, chiller = (VECTORS["maintenance_simple"][number] for number in (0, 1))
    asked, said = agility["inputs"], agility["expected"]
    repairs = asked["repair_h"]  # of 300 h, 10 h of inspection and 12 h in four failures
    parts = MachineTotals(
        production=(asked["period_h"] - asked["inspection_h"] - sum(repairs)) * HOUR, down=sum(repairs) * HOUR,
        planned_maintenance=asked["inspection_h"] * HOUR, breakdown=sum(repairs) * HOUR, failure_count=len(repairs),
    )  # fmt: skip
    assert hours_of("mttr", parts) == pytest.approx(said["mttr_h"], abs=agility["tolerance"]["abs"])
    assert hours_of("mttf", parts, "iso22400_fe_plus_1") == pytest.approx(said["mttf_with_FE_plus_1_h"], abs=1e-9)
    assert hours_of("mttf", parts) == 69.5  # 278 / 4, as the case's note has it
    asked, said = chiller["inputs"], chiller["expected"]
    repair = asked["repair_min_total"] * MINUTE
    parts = MachineTotals(
        production=asked["operating_h"] * HOUR, down=repair, breakdown=repair, failure_count=asked["failures"]
    )
    assert hours_of("motbf", parts) == said["mtbf_h"]
    assert hours_of("mttr", parts) * 60 == pytest.approx(said["mttr_min"], abs=chiller["tolerance"]["abs"])


def test_group_is_sum_over_sum() -> None:
    first = MachineTotals(production=100 * HOUR, failure_count=1)
    second = MachineTotals(production=20 * HOUR, failure_count=3)
    both = total([first, second])
    assert reliability.mean(reliability.operating_hours(both), both.failure_count) == 30  # not the mean of 100 and 6.67


def test_quantile_of_chi_square_equals_tables() -> None:
    assert reliability.chi_square_quantile(0.95, 1) == pytest.approx(5.991464547, rel=1e-9)
    assert reliability.chi_square_quantile(0.9, 8) == pytest.approx(23.54182892, rel=1e-9)
    with pytest.raises(ValueError, match="probability"):
        reliability.chi_square_quantile(1, 1)
