"""Cells are read exactly or not at all."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mom.erp.engine.problems import ProblemCode, RefusedValue
from mom.erp.engine.rows import as_code, fold
from mom.erp.engine.values import Moment, duration_reader, moment_reader, number_reader

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("decimal", "thousands", "text", "number"),
    [
        (".", "", "0", "0"),
        (".", "", "007.50", "7.5"),
        (".", ",", "1,234,567.5", "1234567.5"),
        (",", ".", "1.250,125", "1250.125"),
        (",", ".", "1250", "1250"),
        (",", " ", "12 000", "12000"),
        (".", "", "-0", "0"),
        (".", "", "999999999999.999999", "999999999999.999999"),
    ],
)
def test_number_read_exactly(decimal: str, thousands: str, text: str, number: str) -> None:
    assert number_reader(decimal, thousands)(text) == Decimal(number)


@pytest.mark.parametrize(
    "text", ["", " ", "1,5", "1.", ".5", "1e3", "NaN", "٣", "1234567890123", "0.1234567", "+1", "1 2"]
)
def test_number_refused_when_not_one(text: str) -> None:
    with pytest.raises(RefusedValue) as caught:
        number_reader(".", "")(text)
    assert caught.value.code == ProblemCode.NUMBER_BAD


@pytest.mark.parametrize("text", ["1.25", "12.34", "1.2345", "1,250.5"])
def test_number_refused_when_thousands_are_misplaced(text: str) -> None:
    with pytest.raises(RefusedValue):
        number_reader(",", ".")(text)


@given(hours=st.integers(0, 8000), minutes=st.integers(0, 59))
def test_duration_read_from_hours_and_minutes(hours: int, minutes: int) -> None:
    assert duration_reader("h:m", ".", "")(f"{hours:03d}:{minutes:02d}") == timedelta(hours=hours, minutes=minutes)


@pytest.mark.parametrize(
    ("layout", "text", "seconds"),
    [
        ("h:m:s", "1:00:01", 3601),
        ("m:s", "90:30", 5430),
        ("hours", "0,75", 2700),
        ("minutes", "1,5", 90),
        ("seconds", "3", 3),
    ],
)
def test_duration_read_in_its_format(layout: str, text: str, seconds: int) -> None:
    assert duration_reader(layout, ",", "")(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["1:60", "-1:00", "1", "1:5", "99999:00", "1899/12/31 01:49:00"])
def test_duration_refused_when_not_one(text: str) -> None:
    with pytest.raises(RefusedValue) as caught:
        duration_reader("h:m", ".", "")(text)
    assert caught.value.code == ProblemCode.DURATION_BAD


@given(st.integers(31_536_000, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)))
def test_moment_read_back_from_local_text(instant: datetime) -> None:
    """Every instant comes back from its local text, or one of the two that share the text does, and says so."""
    read = moment_reader("%Y-%m-%d %H:%M:%S.%f", BERLIN, ambiguous="earlier", missing="refuse")
    found = read(instant.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M:%S.%f"))
    assert instant in {found.at, found.later}
    assert (found.later is None) == (found.change is None)


def test_moment_refused_when_mapping_says_so() -> None:
    read = moment_reader("%d.%m.%Y %H:%M", BERLIN, ambiguous="refuse", missing="refuse")
    for text, code in (
        ("30.03.2025 02:30", ProblemCode.TIME_NOT_ON_CLOCK),
        ("26.10.2025 02:30", ProblemCode.TIME_AMBIGUOUS),
    ):
        with pytest.raises(RefusedValue) as caught:
            read(text)
        assert caught.value.code == code


def test_moment_takes_the_later_reading_when_mapping_says_so() -> None:
    read = moment_reader("%d.%m.%Y %H:%M", BERLIN, ambiguous="later", missing="shift")
    assert read("26.10.2025 02:30").at == datetime(2025, 10, 26, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["31.02.2025 10:00", "1.1.25 10:00", "01.01.2025 24:00", "01.01.0001 00:00", "", "now"]
)
def test_moment_refused_when_not_one(text: str) -> None:
    with pytest.raises(RefusedValue) as caught:
        moment_reader("%d.%m.%Y %H:%M", BERLIN, ambiguous="earlier", missing="shift")(text)
    assert caught.value.code == ProblemCode.TIME_BAD


def test_moment_of_the_unix_epoch() -> None:
    assert moment_reader("", ZoneInfo("UTC"), ambiguous="earlier", missing="shift")("1970-01-01 00:00:00") == Moment(
        datetime(1970, 1, 1, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [("Quality Check 1", "QUALITY-CHECK-1"), (" Säge / 2 ", "SÄGE-2"), ("工程 3", "工程-3"), ("--", "")],
)
def test_code_made_from_a_name(text: str, code: str) -> None:
    assert as_code(fold(text)) == code
