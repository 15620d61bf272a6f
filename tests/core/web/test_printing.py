import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone, translation

from mom.core.engine.quantity import Quantity
from mom.core.web import printing


@pytest.mark.parametrize(
    ("value", "decimals", "printed"),
    [
        (None, None, "n/a"),
        (0, None, "0"),
        (1460, None, "1,460"),
        (Decimal("12.500000"), None, "12.5"),
        (Decimal(100), None, "100"),
        (Decimal("1E+3"), None, "1,000"),
        (-42, None, "−42"),
        (Decimal("2.345"), 2, "2.34"),
        (Decimal("2.355"), 2, "2.36"),
        (-0.0004, 2, "0.00"),
        (float("nan"), None, "n/a"),
        (float("inf"), 1, "n/a"),
    ],
)
def test_number_prints(value: Any, decimals: int | None, printed: str) -> None:
    assert printing.number(value, decimals) == printed


def test_number_prints_in_the_readers_locale() -> None:
    with translation.override("de"):
        assert printing.number(Decimal("1460.5")) == "1.460,5"


@pytest.mark.parametrize(("value", "printed"), [(12, "+12"), (Decimal("-2.1"), "−2.1"), (0, "0"), (None, "n/a")])
def test_difference_prints_with_its_sign(value: Any, printed: str) -> None:
    assert printing.signed(value) == printed


@pytest.mark.parametrize(
    ("seconds", "printed"),
    [
        (0, "0 s"),
        (40, "40 s"),
        (59.6, "1 min"),
        (18 * 60, "18 min"),
        (59.5 * 60, "1 h 00"),
        (2 * 3600 + 31 * 60, "2 h 31"),
        (86_400 * 3, "3 d"),
        (86_400 * 3 + 4 * 3600, "3 d 4 h"),
        (86_400 - 20, "1 d"),
        (-90, "−2 min"),
    ],
)
def test_duration_prints_as_people_say_it(seconds: float, printed: str) -> None:
    assert printing.duration(dt.timedelta(seconds=seconds)).replace(printing.SPACE, " ") == printed


@pytest.mark.parametrize(
    ("minutes", "printed"),
    [(-3, "0 min"), (59.9, "59 min"), (60, "1 h"), (24 * 60 - 1, "23 h"), (24 * 60, "1 d"), (47 * 60, "1 d")],
)
def test_age_prints_its_largest_unit_and_is_never_rounded_up(minutes: float, printed: str) -> None:
    assert printing.age(dt.timedelta(minutes=minutes)).replace(printing.SPACE, " ") == printed


def test_quantity_prints_with_its_unit() -> None:
    assert printing.quantity(Quantity(Decimal("640.000000"), "KGM")) == f"640{printing.SPACE}kg"
    assert printing.quantity(Decimal(34), "C62") == f"34{printing.SPACE}pcs"
    assert printing.quantity(Decimal(3), "XYZ") == f"3{printing.SPACE}XYZ"
    assert printing.quantity(None, "KGM") == "n/a"


def test_ratio_prints_as_percent() -> None:
    assert printing.percent(Decimal("0.8094")) == f"80.9{printing.SPACE}%"
    assert printing.percent(None) == "n/a"


def test_moment_prints_in_the_plants_zone_also_when_clocks_change() -> None:
    with timezone.override("Europe/Stockholm"):
        assert printing.moment(dt.datetime(2026, 3, 29, 0, 59, tzinfo=dt.UTC)) == "29 Mar 2026 01:59"
        assert printing.moment(dt.datetime(2026, 3, 29, 1, 1, tzinfo=dt.UTC)) == "29 Mar 2026 03:01"
        assert printing.iso(dt.datetime(2026, 10, 25, 1, 0, tzinfo=dt.UTC)) == "2026-10-25T02:00:00+01:00"


def test_head_of_a_card_has_the_time_of_today_and_the_day_of_before(monkeypatch: pytest.MonkeyPatch) -> None:
    now = dt.datetime(2026, 4, 16, 12, 0, tzinfo=dt.UTC)
    monkeypatch.setattr(printing.clock, "now", lambda: now)
    with timezone.override("Europe/Stockholm"):
        assert printing.card_moment(now - dt.timedelta(hours=1)) == "13:00"
        assert printing.card_moment(now - dt.timedelta(hours=15)) == "15 Apr"
        assert printing.card_moment(now - dt.timedelta(days=300)) == "20 Jun 2025"
