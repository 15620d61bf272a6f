"""Sharing a promise between two parts of a job: nothing lost, nothing doubled, what expires first to the first part."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from inventory.engine.promise_share import Promise, Share, shares

D = Decimal
DAY = datetime(2026, 1, 1, tzinfo=UTC)
AMOUNTS = st.decimals(0, 40, places=6)


@st.composite
def promises(draw: st.DrawFn) -> list[Promise]:
    """Of one material: each of a balance of its own, of few expiries, so that they meet; some have no lot."""
    days = draw(st.lists(st.none() | st.integers(1, 3), max_size=6))
    return [
        Promise(
            key=100 - number,
            open=draw(st.decimals("0.000001", 20, places=6)),
            balance=number,
            lot=draw(st.integers(1, 3)) if day or draw(st.booleans()) else None,
            expires_at=day and DAY + timedelta(days=day),
        )
        for number, day in enumerate(days)
    ]


def shared(found: list[Share]) -> list[tuple[int, Decimal, Decimal, Decimal]]:
    return [(each.promise.key, each.first, each.second, each.free) for each in found]


def test_the_first_keeps_what_expires_first_and_the_rest_goes_along() -> None:
    """Of 12 + 5 + 6 pieces the first part needs 12, the second 8: 3 are free."""
    ever = Promise(1, D(6), balance=1, lot=1)
    soon = Promise(2, D(5), balance=2, lot=2, expires_at=DAY)
    late = Promise(3, D(12), balance=3, lot=3, expires_at=DAY + timedelta(days=1))
    assert shared(shares([ever, soon, late], D(12), D(8))) == [(2, 5, 0, 0), (3, 7, 5, 0), (1, 0, 3, 3)]


def test_too_little_is_the_first_part_s() -> None:
    only = Promise(1, D(5), balance=1)
    assert shared(shares([only], D(6), D(4))) == [(1, 5, 0, 0)]


def test_a_part_that_took_more_than_it_needs_keeps_nothing() -> None:
    only = Promise(1, D(5), balance=1)
    assert shared(shares([only], D(-2), D(4))) == [(1, 0, 4, 1)]
    assert shared(shares([only], D(-2), D(-1))) == [(1, 0, 0, 5)]
    assert shares([], D(1), D(1)) == []


@given(promises(), AMOUNTS, AMOUNTS)
def test_the_sum_stays_and_no_part_gets_more_than_it_needs(given_: list[Promise], first: D, second: D) -> None:
    found = shares(given_, first, second)
    assert sorted(each.promise.key for each in found) == sorted(each.key for each in given_)
    assert all(min(each.first, each.second, each.free) >= 0 for each in found)
    assert all(each.first + each.second + each.free == each.promise.open for each in found)
    whole = sum((each.open for each in given_), D(0))
    kept, moved = (sum((getattr(each, name) for each in found), D(0)) for name in ("first", "second"))
    # Each gets all that it needs, or all that was left.
    assert (kept, moved) == (min(whole, first), min(whole - min(whole, first), second))


@given(promises(), AMOUNTS, AMOUNTS)
def test_the_first_part_has_what_expires_before_what_the_second_has(given_: list[Promise], first: D, second: D) -> None:
    found = shares(given_, first, second)
    end = DAY + timedelta(days=99)
    order = {"first": 0, "second": 1, "free": 2}
    owners = [(name, each.promise.expires_at or end) for each in found for name in order
              if getattr(each, name)]  # fmt: skip
    # Along the line of expiry it is all the first's, then all the second's, then free.
    assert owners == sorted(owners, key=lambda owner: (order[owner[0]], owner[1]))
    assert [expiry for _name, expiry in owners] == sorted(expiry for _name, expiry in owners)


@given(promises(), AMOUNTS, AMOUNTS, st.randoms())
def test_the_order_in_which_promises_come_changes_nothing(
    given_: list[Promise], first: D, second: D, any_: object
) -> None:
    mixed = list(given_)
    any_.shuffle(mixed)  # type: ignore[attr-defined]
    assert shares(mixed, first, second) == shares(given_, first, second)
