"""Shares of a run: they add up exactly, follow the weights, and refuse what can't be shared."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mom.work.engine.sharing import apportion, share_duration, share_quantity

weights = st.lists(st.decimals(min_value="0.000001", max_value="1000000", places=6), min_size=1, max_size=12)


@given(total=st.integers(min_value=0, max_value=10**13), weights=weights)
def test_apportion_adds_up_and_stays_within_one_of_the_exact_share(total: int, weights: list[Decimal]) -> None:
    parts = apportion(total, weights)

    assert sum(parts) == total
    whole = sum(weights)
    assert all(abs(part - total * weight / whole) < 1 for part, weight in zip(parts, weights, strict=True))


def test_apportion_gives_the_left_over_to_the_largest_remainders() -> None:
    assert apportion(100, [Decimal(1), Decimal(1), Decimal(1)]) == [34, 33, 33]
    assert apportion(10, [Decimal(5), Decimal(3), Decimal(1)]) == [6, 3, 1]  # exact 5.56, 3.33, 1.11


def test_share_duration_is_whole_microseconds() -> None:
    assert share_duration(timedelta(microseconds=2), [Decimal(1), Decimal(1), Decimal(1)]) == [
        timedelta(microseconds=1),
        timedelta(microseconds=1),
        timedelta(0),
    ]


def test_share_quantity_refuses_more_places_than_it_keeps() -> None:
    assert share_quantity(Decimal("0.000001"), [Decimal(1), Decimal(2)]) == [Decimal("0.000000"), Decimal("0.000001")]
    with pytest.raises(ValueError, match="decimal places"):
        share_quantity(Decimal("0.0000001"), [Decimal(1)])


@pytest.mark.parametrize("weights", [[], [Decimal(0)], [Decimal(1), Decimal(-1)]])
def test_apportion_refuses_weights_that_are_none(weights: list[Decimal]) -> None:
    with pytest.raises(ValueError, match="weights"):
        apportion(1, weights)
