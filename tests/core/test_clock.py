"""The clock tells the present, or a past that the demo lets it stand at."""

from datetime import UTC, datetime, timedelta

import pytest

from mom.core import clock

THEN = datetime(2026, 4, 16, 6, 42, tzinfo=UTC)


def test_clock_tells_a_past_instant_and_then_the_present_again() -> None:
    with clock.telling(THEN):
        assert clock.now() == THEN
        with clock.telling(THEN - timedelta(days=1)):
            assert clock.now() == THEN - timedelta(days=1)
        assert clock.now() == THEN
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("instant", [THEN.replace(tzinfo=None), datetime.now(UTC) + timedelta(hours=1)])
def test_clock_tells_no_future_and_no_time_without_a_zone(instant: datetime) -> None:
    with pytest.raises(ValueError, match="past"), clock.telling(instant):
        pass
