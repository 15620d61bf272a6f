"""Limits, Nelson's rules and capability: golden cases by hand, tables, published data, and what must always hold."""

import csv
import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality.engine import judging, nelson
from quality.engine.capability import capability, chi2_quantile
from quality.engine.constants import constants
from quality.engine.limits import i_mr, limits, xbar_r
from quality.engine.terms import ChartKind
from tests.shared_data import shared_data

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
RULES = json.loads((GOLDEN / "nelson_rules" / "cases.json").read_text())["cases"]

near = pytest.approx
zs = st.lists(st.floats(-4, 4, allow_nan=False).map(lambda z: round(z, 2)), max_size=60)
rules = st.sets(st.sampled_from(nelson.ALL_RULES))


def rows_of(name: str) -> list[dict[str, str]]:
    """A published data set."""
    with (shared_data("spc_datasets") / name).open() as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("case", RULES, ids=lambda case: case["id"])
def test_nelson_rules_fire_where_the_golden_cases_say(case: dict[str, Any]) -> None:
    expected = {int(rule): places for rule, places in case["expected"].items()}
    asked = [int(case["id"][1])]
    assert nelson.judge_all(case["z"], asked) == expected


@given(zs, rules)
@settings(max_examples=300)
def test_a_new_point_is_judged_by_the_last_fifteen_as_by_all_of_history(series: list[float], asked: set[int]) -> None:
    whole = nelson.judge_all(series, asked)
    alone = {
        place: nelson.judge(series[: place + 1], asked)
        for place in range(len(series))
        if nelson.judge(series[: place + 1], asked)
    }
    assert {rule: [place for place, found in alone.items() if rule in found] for rule in whole} == whole
    assert {rule for found in alone.values() for rule in found} == set(whole)


@given(zs)
def test_a_chart_turned_upside_down_breaks_the_same_rules(series: list[float]) -> None:
    assert nelson.judge_all([-z for z in series]) == nelson.judge_all(series)


@given(zs, rules)
def test_asking_less_finds_a_part_of_asking_all(series: list[float], asked: set[int]) -> None:
    everything = nelson.judge_all(series)
    assert nelson.judge_all(series, asked) == {r: places for r, places in everything.items() if r in asked}


def test_a_rule_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="1 to 8"):
        nelson.judge([0.0], [9])


def test_constants_are_the_expectations_of_the_range() -> None:
    """Integrated anew, by another way than the table was made."""
    x = np.linspace(-9, 9, 4001)
    below = 0.5 * np.array([math.erfc(-value / math.sqrt(2)) for value in x])
    for n in range(2, 26):
        assert constants(n).d2 == near(float(np.trapezoid(1 - (1 - below) ** n - below**n, x)), abs=1e-6)
    assert [round(constants(5).A2, 3), round(constants(5).D4, 3), round(constants(7).D3, 3)] == [0.577, 2.114, 0.076]
    assert (round(constants(2).E2, 2), constants(2).c4) == (2.66, near(0.797885, abs=1e-6))
    for wrong in (1, 26):
        with pytest.raises(ValueError, match="2 to 25"):
            constants(wrong)


def test_limits_are_those_worked_by_hand() -> None:
    given_, expected = (json.loads((GOLDEN / "chart_limits" / f"{n}.json").read_text()) for n in ("input", "expected"))
    for name, found in (("xbar_r", xbar_r(given_["samples"])), ("i_mr", i_mr(given_["single"]))):
        for field, value in expected[name].items():
            assert getattr(found, field) == near(value, abs=2e-6), (name, field)


@pytest.mark.parametrize("samples", [[], [[1.0, 2.0]], [[1.0, 2.0], [1.0]], [[1.0, 1.0], [1.0, 1.0]]])
def test_what_gives_no_limits_is_said(samples: list[list[float]]) -> None:
    with pytest.raises(ValueError, match=r"[Ll]imits"):
        limits(ChartKind.XBAR_R, samples)


@given(st.lists(st.lists(st.integers(-50, 50), min_size=4, max_size=4), min_size=3, max_size=20), st.integers(1, 9))
def test_limits_move_and_stretch_with_their_values(samples: list[list[int]], by: int) -> None:
    if all(max(each) == min(each) for each in samples):
        return
    plain = xbar_r(samples)
    moved = xbar_r([[value * by + 7 for value in each] for each in samples])
    assert moved.centre == near(plain.centre * by + 7)
    assert moved.upper - moved.lower == near((plain.upper - plain.lower) * by)
    assert plain.z(plain.upper) == near(3)
    assert plain.z(plain.lower) == near(-3)


def test_capability_has_the_published_intervals() -> None:
    """125 values around 74.0012 with a spread within samples of 0.009785: Cp 1.703 [1.491; 1.915]."""
    values = [74.001176 - 0.01007, 74.001176 + 0.01007] * 62 + [74.001176]
    found = capability(values, 0.00978534, 73.95, 74.05)
    assert found is not None
    assert found.cp is not None
    assert [round(each, 3) for each in (found.cp.value, found.cp.low, found.cp.high)] == [1.703, 1.491, 1.915]
    assert [round(each, 3) for each in (found.cpk.value, found.cpk.low, found.cpk.high)] == [1.663, 1.448, 1.878]


def test_capability_of_one_limit_has_no_cp() -> None:
    found = capability([1.0, 2.0, 3.0, 2.0], 0.8, None, 5.0)
    assert found is not None
    assert (found.cp, found.pp) == (None, None)
    assert found.cpk.value == near((5 - 2) / (3 * 0.8))
    assert capability([1.0], 0.8, None, 5.0) is None
    assert capability([1.0, 2.0], 0.8, None, None) is None


def test_chi_squared_quantiles_are_those_of_the_tables() -> None:
    table = {
        (0.95, 1): 3.841459,
        (0.025, 10): 3.246973,
        (0.975, 10): 20.483177,
        (0.5, 124): 123.334,
        (0.99, 30): 50.892,
    }
    for (p, degrees), value in table.items():
        assert chi2_quantile(p, degrees) == near(value, abs=1e-3)


def test_tolerance_is_exact_and_a_limit_is_within() -> None:
    values = [Decimal("42.000"), Decimal("42.025"), Decimal("42.0250001"), Decimal("41.9999999")]
    assert judging.outside(values, Decimal("42.000"), Decimal("42.025")) == 2
    assert judging.outside(values, None, Decimal("42.025")) == 1
    assert judging.outside(values, None, None) == 0


def test_a_point_is_judged_with_its_range() -> None:
    frozen = xbar_r([[9, 10, 11], [9, 11, 13], [10.5, 12, 13.5], [9.5, 11, 12.5]])
    wide = judging.plotted(ChartKind.XBAR_R, [Decimal(5), Decimal(11), Decimal(17)], None)
    found = judging.verdict(0, wide, frozen, [])
    assert (found.rules, found.is_range_beyond, found.has_signal) == ((), True, True)
    single = judging.plotted(ChartKind.I_MR, [Decimal(5)], 7.5)
    assert (single.mean, single.range) == (5.0, 2.5)
    assert judging.verdict(1, single, None, []).has_signal is False


def test_piston_rings_have_the_published_limits_and_signals() -> None:
    rows = rows_of("pistonrings.csv")
    by_sample: dict[int, list[float]] = {}
    for row in rows:
        by_sample.setdefault(int(float(row["sample"])), []).append(float(row["diameter"]))
    frozen = xbar_r([by_sample[n] for n in range(1, 26)])
    assert [round(x, 3) for x in (frozen.centre, frozen.upper, frozen.lower, frozen.range_centre)] == [
        74.001, 74.014, 73.988, 0.023,
    ]  # fmt: skip
    assert frozen.range_upper == near(0.0481, abs=5e-5)
    means = [sum(by_sample[n]) / 5 for n in range(1, 41)]
    assert nelson.judge_all([frozen.z(mean) for mean in means], [1]) == {1: [36, 37, 38]}
    found = capability([x for n in range(1, 26) for x in by_sample[n]], frozen.sigma, 73.95, 74.05)
    assert found is not None
    assert found.cp is not None
    assert [round(each, 3) for each in (found.cp.value, found.cp.low, found.cp.high)] == [1.703, 1.491, 1.915]


def test_silicon_thickness_has_the_published_centre() -> None:
    rows = rows_of("nist_silicon_thickness.csv")
    days: dict[str, list[float]] = {}
    for row in rows:
        days.setdefault(row["day"], []).append(float(row["thickness"]))
    found = xbar_r(list(days.values()))
    assert (round(found.centre, 3), round(found.range_centre, 2)) == (23.726, 2.05)


def test_bottle_volumes_have_the_published_capability() -> None:
    values = [float(row["Volume"]) for row in rows_of("sixsigma_bottle_volume.csv")]
    found = capability(values, 1.0, 740, 760)
    assert found is not None
    assert found.pp is not None
    assert (found.pp.value, found.ppk.value) == (near(1.584136, abs=1e-6), near(1.546513, abs=1e-6))
