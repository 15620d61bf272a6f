"""Where a job should be by now."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mom.work.engine.progress import expected_by_now, pace

START = datetime(2026, 4, 16, 6, tzinfo=UTC)
END = START + timedelta(hours=8)


@pytest.mark.parametrize(("hours", "expected"), [(-1, 0), (0, 0), (2, 120), (4, 240), (8, 480), (30, 480)])
def test_expectation_is_a_straight_line(hours: int, expected: int) -> None:
    assert expected_by_now(Decimal(480), START, END, START + timedelta(hours=hours)) == expected


@pytest.mark.parametrize(
    ("quantity", "start", "end"),
    [(None, START, END), (Decimal(1), None, END), (Decimal(1), START, None), (Decimal(1), END, START)],
)
def test_expectation_is_unknown_without_its_ends(quantity: Decimal, start: datetime, end: datetime) -> None:
    assert expected_by_now(quantity, start, end, END) is None


@given(st.decimals(1, 10**9, places=0), st.integers(-10, 20 * 3600))
def test_expectation_stays_between_nothing_and_all(quantity: Decimal, seconds: int) -> None:
    found = expected_by_now(quantity, START, END, START + timedelta(seconds=seconds))
    assert found is not None
    assert 0 <= found <= quantity


def test_pace_marks_what_lags_and_what_is_overdue() -> None:
    whole = Decimal(100)
    assert pace(Decimal(50), whole, Decimal(60), is_overdue=False) == ""
    assert pace(Decimal(49), whole, Decimal(60), is_overdue=False) == "warn"
    assert pace(Decimal(99), whole, whole, is_overdue=True) == "bad"
    assert pace(whole, whole, whole, is_overdue=True) == ""
    assert pace(Decimal(5), None, None, is_overdue=False) == ""
