"""OEE by both schools: exact identities for any parts, the published and our own vectors. P17."""

import dataclasses
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.engine import losses, oee
from analytics.engine.machine_parts import MachineTotals, total
from analytics.engine.oee import NoValue, School
from analytics.engine.trust import Doubt, Mark, trust

HOUR = 3_600_000_000
SCHOOLS = list(School)
micros = st.integers(min_value=0, max_value=40 * HOUR)
pieces = st.decimals(min_value=0, max_value=10_000, places=3)


@st.composite
def machine_totals(draw: st.DrawFn) -> MachineTotals:
    """Any parts that a bucket can hold."""
    delay, down, production = draw(micros), draw(micros), draw(micros)
    scrap, ideal = draw(pieces), draw(micros)
    minor = draw(st.integers(min_value=0, max_value=delay))
    return MachineTotals(
        production=production,
        setup=draw(micros),
        delay=delay,
        down=down,
        planned_maintenance=draw(micros),
        planned_stop=draw(micros),
        off_shift=draw(micros),
        unknown=draw(micros),
        minor_stop=minor,
        uncoded=draw(st.integers(min_value=0, max_value=delay + down - minor)),
        breakdown=draw(st.integers(min_value=0, max_value=delay + down - minor)),
        good=draw(pieces),
        scrap=scrap,
        rework=draw(pieces),
        startup_scrap=draw(st.decimals(min_value=0, max_value=scrap, places=3)),
        ideal=ideal,
        ideal_good=draw(st.integers(min_value=0, max_value=ideal)),
    )


@given(machine_totals(), st.sampled_from(SCHOOLS))
def test_P17_three_factors_are_good_ideal_time_over_planned_time(parts: MachineTotals, school: School) -> None:
    found = oee.oee(parts, school)
    factors = [found.availability.exact, found.performance.exact, found.quality.exact]
    if None not in factors:
        product = Fraction(1)
        for factor in factors:
            assert factor is not None
            product *= factor
        assert product == found.oee.exact == Fraction(parts.ideal_good, oee.planned_time(parts, school))


@given(machine_totals())
def test_oee_of_both_schools_is_the_same_where_nothing_was_serviced(parts: MachineTotals) -> None:
    parts = dataclasses.replace(parts, planned_maintenance=0)
    assert oee.oee_iso(parts).oee == oee.oee_tpm(parts).oee


@given(machine_totals(), st.sampled_from(SCHOOLS))
def test_point_lies_inside_its_interval(parts: MachineTotals, school: School) -> None:
    found = oee.oee(parts, school)
    if found.value is not None:
        assert found.interval.low is not None
        assert found.interval.high is not None
        assert found.interval.low <= found.value <= found.interval.high
        if not parts.unknown:
            assert found.interval.low == found.value == found.interval.high


@given(machine_totals(), st.integers(min_value=0, max_value=100), st.integers(min_value=0, max_value=100))
def test_interval_holds_the_truth_whatever_the_silence_was(parts: MachineTotals, ran: int, sound: int) -> None:
    """Let some of the silence have been production with some good ideal time, the rest down: inside the bounds."""
    parts = dataclasses.replace(parts, ideal=min(parts.ideal, parts.production))
    parts = dataclasses.replace(parts, ideal_good=min(parts.ideal_good, parts.ideal))
    run = parts.unknown * ran // 100
    made = run * sound // 100
    truth = dataclasses.replace(
        parts,
        unknown=0,
        production=parts.production + run,
        down=parts.down + parts.unknown - run,
        ideal=parts.ideal + made,
        ideal_good=parts.ideal_good + made,
    )
    point = oee.oee_iso(truth).value
    ends = oee.interval(parts)
    if point is not None:
        assert ends.low is not None
        assert ends.high is not None
        assert ends.low <= point <= ends.high


@given(machine_totals(), st.sampled_from(SCHOOLS))
def test_losses_and_waterfall_add_up_to_the_microsecond(parts: MachineTotals, school: School) -> None:
    assert losses.adds_up(parts, school)
    rows = losses.waterfall(parts, school)
    assert rows[0].length == parts.calendar
    assert rows[0].length - sum(row.length for row in rows if not row.is_total) == parts.ideal_good


@given(st.lists(machine_totals(), min_size=1, max_size=5), st.sampled_from(SCHOOLS))
def test_P17_rolled_up_is_recomputed_from_summed_parts(parts: list[MachineTotals], school: School) -> None:
    whole = oee.oee(total(parts), school)
    above = sum(each.ideal_good for each in parts)
    below = sum(oee.planned_time(each, school) for each in parts)
    if below:
        assert whole.oee.exact == Fraction(above, below)
    assert losses.six_big_losses(total(parts), school)[losses.BigLoss.MINOR_STOP] == sum(
        each.minor_stop for each in parts
    )


@given(machine_totals())
def test_net_effectiveness_is_never_below_oee(parts: MachineTotals) -> None:
    net, plain = oee.nee(parts).exact, oee.oee_iso(parts).oee.exact
    if net is not None and plain is not None:
        assert net >= plain


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        (MachineTotals(), NoValue.NO_PLANNED_TIME),
        (MachineTotals(unknown=HOUR), NoValue.ALL_UNKNOWN),
        (MachineTotals(production=HOUR, unjudged=Decimal(5)), NoValue.NO_IDEAL_CYCLE),
    ],
)
def test_empty_denominator_has_no_value_but_a_reason(parts: MachineTotals, why: NoValue) -> None:
    found = oee.oee_iso(parts)
    assert found.value is None
    assert found.oee.why == why


def test_all_unknown_can_be_anything() -> None:
    assert oee.interval(MachineTotals(unknown=HOUR)) == oee.Bounds(Decimal(0), Decimal(1))


def test_faster_than_the_standard_is_shown_and_flagged_never_cut() -> None:
    found = oee.oee_iso(MachineTotals(production=HOUR, ideal=2 * HOUR, ideal_good=2 * HOUR))
    assert found.performance.value == found.value == 2
    assert found.standard_looks_wrong
    assert trust(MachineTotals(production=HOUR, ideal=2 * HOUR)).mark == Mark.POOR


def test_planned_and_run_but_no_piece_is_zero_not_unknown() -> None:
    assert oee.oee_iso(MachineTotals(production=HOUR, delay=HOUR)).value == 0


def test_operations_effectiveness_takes_the_whole_schedule() -> None:
    """Source: vectors/oee_published.json oee-ooe-koch (OEE Academy FAQ)."""
    parts = MachineTotals(
        production=60 * HOUR, delay=20 * HOUR, planned_stop=40 * HOUR, ideal=60 * HOUR, ideal_good=60 * HOUR
    )
    assert oee.oee_iso(parts).availability.value == Decimal("0.75")
    assert oee.ooe_availability(parts).value == oee.ooe(parts).value == Decimal("0.5")


@pytest.mark.parametrize(
    ("parts", "age", "mark", "doubts"),
    [
        (MachineTotals(production=99, unknown=1), None, Mark.GOOD, ()),
        (MachineTotals(production=95, unknown=5), None, Mark.FAIR, (Doubt.UNKNOWN_TIME,)),
        (MachineTotals(production=50, unknown=50), None, Mark.POOR, (Doubt.UNKNOWN_TIME,)),
        (MachineTotals(production=50, delay=50, uncoded=20), None, Mark.POOR, (Doubt.UNCODED_STOPS,)),
        (MachineTotals(production=50), timedelta(minutes=5), Mark.FAIR, (Doubt.STALE,)),
        (MachineTotals(off_shift=50), None, Mark.NONE, ()),
    ],
)
def test_trust_names_its_doubts(
    parts: MachineTotals, age: timedelta | None, mark: Mark, doubts: tuple[Doubt, ...]
) -> None:
    found = trust(parts, age)
    assert (found.mark, found.doubts) == (mark, doubts)
