"""Events travel as JSON and come back as what they were, also between versions of the software."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mom.core.canonical import to_plain
from mom.events.registry import decode, encode, event, event_name


class Kind(StrEnum):
    GOOD = "good"
    SCRAP = "scrap"


@dataclass(frozen=True)
class Part:
    code: str
    amount: Decimal


@event("test.everything_happened")
@dataclass(frozen=True)
class EverythingHappened:
    text: str
    number: int
    amount: Decimal
    at: datetime
    on: date
    uuid: UUID
    kind: Kind
    parts: tuple[Part, ...]
    maybe: Decimal | None = None
    flag: bool = False


events = st.builds(
    EverythingHappened,
    at=st.datetimes(timezones=st.just(UTC)),
    amount=st.decimals(allow_nan=False, allow_infinity=False),
    maybe=st.none() | st.decimals(allow_nan=False, allow_infinity=False),
    parts=st.lists(st.builds(Part, amount=st.decimals(allow_nan=False, allow_infinity=False))).map(tuple),
)


@given(events)
def test_event_comes_back_as_it_was_sent(sent: EverythingHappened) -> None:
    assert decode("test.everything_happened", to_plain(encode(sent))) == sent


def test_event_from_another_version_drops_the_unknown_and_takes_defaults() -> None:
    sent = EverythingHappened("a", 1, Decimal(1), datetime.now(UTC), date(2026, 1, 1), UUID(int=1), Kind.GOOD, ())
    payload = {**encode(sent), "later": "member"}
    del payload["maybe"]

    assert decode("test.everything_happened", payload) == sent


def test_event_that_lacks_a_member_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks text"):
        decode("test.everything_happened", {})


def test_event_of_unknown_name_is_refused() -> None:
    with pytest.raises(LookupError, match=r"test\.never_heard_of"):
        decode("test.never_heard_of", {})


def test_event_name_is_given_once() -> None:
    with pytest.raises(ValueError, match="Two events"):

        @event("test.everything_happened")
        @dataclass(frozen=True)
        class Other:
            pass


def test_event_class_without_name_is_no_event() -> None:
    with pytest.raises(LookupError, match="is no event"):
        event_name(Part("a", Decimal(1)))
