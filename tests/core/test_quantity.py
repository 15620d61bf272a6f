"""Quantities are exact, and different kinds never add."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mom.core.engine.quantity import DifferentKinds, Quantity, UnknownUnit
from mom.core.engine.units import ALL_UNITS, UNITS

amounts = st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, places=6)
codes = st.sampled_from(sorted(UNITS))


@given(amounts, codes, codes)
def test_quantity_to_another_unit_and_back_is_the_same_amount(amount: Decimal, code: str, other: str) -> None:
    assume(UNITS[code].family == UNITS[other].family)
    quantity = Quantity(amount, code)

    back = quantity.to(other).to(code)

    assert abs(back.value - amount) <= Decimal("1e-25") * max(1, abs(amount))


@given(amounts, amounts, amounts)
def test_quantity_addition_is_exact_and_order_does_not_matter(one: Decimal, two: Decimal, three: Decimal) -> None:
    parts = [Quantity(one, "KGM"), Quantity(two, "GRM"), Quantity(three, "MGM")]

    forward = parts[0] + parts[1] + parts[2]
    backward = parts[2] + parts[1] + parts[0]

    assert forward == backward
    assert forward.in_base == Fraction(one) + Fraction(two) / 1000 + Fraction(three) / 1_000_000


@given(amounts, amounts, codes, codes)
def test_quantity_of_another_kind_is_refused(one: Decimal, two: Decimal, code: str, other: str) -> None:
    assume(UNITS[code].family != UNITS[other].family)

    for act in (lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a.to(b.unit)):
        with pytest.raises(DifferentKinds):
            act(Quantity(one, code), Quantity(two, other))


@pytest.mark.parametrize(
    ("value", "code", "other", "expected"),
    [
        ("1", "KGM", "GRM", "1000"),
        ("1", "INH", "MMT", "25.4"),
        ("1", "LBR", "GRM", "453.59237"),
        ("90", "MIN", "HUR", "1.5"),
        ("1", "KWH", "JOU", "3600000"),
        ("2", "DZN", "C62", "24"),
        ("1", "GLL", "LTR", "3.785411784"),
    ],
)
def test_quantity_converts_by_the_legal_factor(value: str, code: str, other: str, expected: str) -> None:
    assert Quantity(Decimal(value), code).to(other).value == Decimal(expected)


def test_quantity_equal_amounts_are_equal_and_hash_alike() -> None:
    kilogram, grams = Quantity(Decimal(1), "KGM"), Quantity(Decimal(1000), "GRM")

    assert kilogram == grams
    assert len({kilogram, grams}) == 1
    assert Quantity(Decimal(0), "KGM") != Quantity(Decimal(0), "C62")


def test_quantity_ratio_is_exact() -> None:
    assert Quantity(Decimal(1), "SEC").ratio_to(Quantity(Decimal(3), "SEC")) == Fraction(1, 3)


@pytest.mark.parametrize("value", [0.1, True, "1"])
def test_quantity_refuses_what_is_not_exact(value: object) -> None:
    with pytest.raises(TypeError, match="exact Decimal"):
        Quantity(value, "KGM")  # type: ignore[arg-type]


def test_quantity_refuses_unknown_units_and_infinity() -> None:
    with pytest.raises(UnknownUnit, match="XXX"):
        Quantity(Decimal(1), "XXX")
    with pytest.raises(ValueError, match="finite"):
        Quantity(Decimal("NaN"), "KGM")


def test_units_have_distinct_codes_and_a_base_in_each_family() -> None:
    assert len(UNITS) == len(ALL_UNITS)
    assert {unit.family for unit in ALL_UNITS} == {unit.family for unit in ALL_UNITS if unit.factor == 1} | {"ratio"}
