"""When a backup is due and which ones stay: pure dates."""

import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mom.core.engine.retention import is_due, last_slot, to_keep

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-04-16T00:00", "2026-04-16T00:00"),  # 02:00 in Berlin, to the minute
        ("2026-04-15T23:59", "2026-04-15T00:00"),
        ("2026-03-29T05:00", "2026-03-29T01:00"),  # 02:00 does not exist that night: the instant it would have had
        ("2026-10-25T05:00", "2026-10-25T00:00"),  # 02:00 comes twice: the first
    ],
)
def test_slot_is_the_last_time_the_clock_showed_the_hour(now: str, slot: str) -> None:
    assert last_slot(at(now), 2, BERLIN) == at(slot)


def due(now: str, **given: str | None) -> bool:
    told = {"since": "2026-01-01T00:00", "last_good": None, "last_try": None, **given}
    instants = {name: at(value) if value else None for name, value in told.items()}
    return is_due(at(now), hour=2, zone=UTC, **instants)  # type: ignore[arg-type]


def test_backup_is_due_once_its_hour_has_come() -> None:
    yesterday = "2026-04-15T02:00"
    assert not due("2026-04-16T01:59", last_good=yesterday, last_try=yesterday)
    assert due("2026-04-16T02:00", last_good=yesterday, last_try=yesterday)
    assert not due("2026-04-16T02:01", last_good="2026-04-16T02:00", last_try="2026-04-16T02:00")


def test_missed_backup_is_due_at_the_next_start() -> None:
    assert due("2026-04-19T14:00", last_good="2026-04-10T02:00", last_try="2026-04-10T02:00")


def test_failed_backup_is_tried_again_after_an_hour_not_at_once() -> None:
    failed = {"last_good": "2026-04-15T02:00", "last_try": "2026-04-16T02:00"}
    assert not due("2026-04-16T02:30", **failed)
    assert due("2026-04-16T03:00", **failed)


def test_first_backup_waits_for_the_first_night() -> None:
    assert not due("2026-04-16T10:00", since="2026-04-16T09:00")
    assert due("2026-04-17T02:00", since="2026-04-16T09:00")


def kept(instants: list[datetime], daily: int = 7, weekly: int = 5) -> list[datetime]:
    return to_keep(instants, made_at=lambda instant: instant, daily=daily, weekly=weekly, zone=UTC)


def test_kept_are_the_last_of_each_day_then_of_each_week() -> None:
    nights = [at("2026-04-01T02:00") + timedelta(days=day) for day in range(60)]
    found = kept(nights)
    assert found[:7] == list(reversed(nights[-7:]))
    assert len(found) == 10  # seven days touch two weeks, of which the older ones of five follow
    assert all(later - earlier >= timedelta(days=1) for earlier, later in zip(found[1:], found, strict=False))


def test_everything_of_two_days_stays_so_an_upgrade_pushes_nothing_out() -> None:
    hours = [at("2026-04-16T00:00") + timedelta(hours=hour) for hour in range(24)]
    assert kept(hours) == list(reversed(hours))


def test_machine_that_was_off_for_a_month_keeps_what_it_has() -> None:
    old = [at("2026-02-01T02:00") + timedelta(days=day) for day in range(3)]
    assert kept([*old, at("2026-04-16T02:00")]) == [at("2026-04-16T02:00"), *reversed(old)]


@given(
    st.lists(st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)), unique=True),  # noqa: DTZ001
    st.integers(1, 10),
    st.integers(0, 10),
)
def test_newest_always_stays_and_little_else(instants: list[datetime], daily: int, weekly: int) -> None:
    found = kept(instants, daily, weekly)
    assert found == sorted(set(found), reverse=True)
    assert not instants or found[0] == max(instants)
    younger = sum(1 for instant in instants if max(instants) - instant < timedelta(days=2))
    assert len(found) <= younger + daily + weekly
