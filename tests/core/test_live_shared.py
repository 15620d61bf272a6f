"""What many pages share: made once, never older than the news that a page asks about, never half a batch."""

import threading
import time
from collections.abc import Callable

import pytest
from django.test import RequestFactory

from mom.core.live import shared as module
from mom.core.live.shared import Made, Shared, SharedParts, age_allowed


class Maker:
    """Makes numbered values; holds on while `go` is not set."""

    def __init__(self) -> None:
        self.calls: list[frozenset[str]] = []
        self.begun, self.go = threading.Event(), threading.Event()
        self.go.set()

    def value(self) -> int:
        self.parts(frozenset())
        return len(self.calls)

    def parts(self, codes: frozenset[str]) -> dict[str, str]:
        self.calls.append(codes)
        self.begun.set()
        assert self.go.wait(10)
        return {code: f"{code} {len(self.calls)}" for code in codes if code != "NOTHING"}


def at_once(*works: Callable[[], None]) -> list[threading.Thread]:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    return threads


def test_value_is_made_once_for_who_allows_its_age_and_anew_for_who_does_not() -> None:
    shared, maker = Shared[int](most=4), Maker()
    assert [shared.get("a", 9, maker.value), shared.get("a", 9, maker.value)] == [1, 1]
    assert shared.get("a", 0, maker.value) == 2
    assert shared.get("b", 9, maker.value) == 3


def test_value_whose_reading_began_before_the_news_is_not_handed_out() -> None:
    """It ended after the news and is nevertheless older."""
    shared, maker = Shared[int](most=4), Maker()
    maker.go.clear()
    found: list[int] = []
    first = at_once(lambda: found.append(shared.get("a", 0, maker.value)))
    assert maker.begun.wait(10)
    heard = time.monotonic()
    second = at_once(lambda: found.append(shared.get("a", time.monotonic() - heard, maker.value)))
    maker.go.set()
    for thread in [*first, *second]:
        thread.join(10)
    assert sorted(found) == [1, 2]


def value_of(made: Made[int] | None) -> int | None:
    return None if made is None else made.value


def test_who_does_not_wait_gets_what_stands_while_it_is_made_and_nothing_older_than_allowed() -> None:
    shared, maker = Shared[int](most=4), Maker()
    assert value_of(shared.get_unless_making("a", 0, maker.value)) == 1
    maker.go.clear()
    maker.begun.clear()
    held: list[int] = []
    heard = time.monotonic()
    threads = at_once(lambda: held.append(shared.get("a", 0, maker.value)))
    assert maker.begun.wait(10)
    assert value_of(shared.get_unless_making("a", 9, maker.value)) == 1
    assert shared.get_unless_making("a", time.monotonic() - heard, maker.value) is None
    maker.go.set()
    threads[0].join(10)
    made = shared.get_unless_making("a", 9, maker.value)
    assert made is not None
    assert made.value == 2
    assert 0 < made.age <= time.monotonic() - heard


def test_costly_value_stands_for_a_multiple_of_what_it_took(monkeypatch: pytest.MonkeyPatch) -> None:
    shared, maker = Shared[int](most=4), Maker()
    monkeypatch.setattr(module, "LEAST", 0.0)
    monkeypatch.setattr(module, "SHARE", 0)
    assert [value_of(shared.get_unless_making("a", 9, maker.value)) for _ in range(2)] == [1, 2]
    monkeypatch.setattr(module, "SHARE", 1_000_000_000)
    assert value_of(shared.get_unless_making("a", 9, maker.value)) == 2
    monkeypatch.setattr(module, "MOST", 0.0)
    assert value_of(shared.get_unless_making("a", 9, maker.value)) == 3


def test_value_that_could_not_be_made_is_tried_again() -> None:
    shared, maker = Shared[int](most=4), Maker()

    def broken() -> int:
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - any will do
        shared.get("a", 0, broken)
    assert value_of(shared.get_unless_making("a", 0, maker.value)) == 1


def test_only_so_many_values_are_kept_and_none_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    shared, maker = Shared[int](most=2), Maker()
    for key in "abc":
        shared.get(key, 9, maker.value)
    assert set(shared._made) == {"b", "c"}
    monkeypatch.setattr(module, "OLDEST", -1.0)
    shared.get("d", 9, maker.value)
    assert "b" not in shared._made


def test_parts_that_several_wait_for_are_made_together() -> None:
    shared, maker = SharedParts(), Maker()
    maker.go.clear()
    found: dict[str, list[str]] = {}

    def ask(*codes: str) -> Callable[[], None]:
        def asked() -> None:
            found["".join(codes)] = shared.get("site", codes, 0, maker.parts)

        return asked

    threads = at_once(ask("A"))
    assert maker.begun.wait(10)
    threads += at_once(ask("B"), ask("C", "B", "NOTHING"))
    deadline = time.monotonic() + 10
    while shared._wanted.get("site", set()) < {"B", "C"} and time.monotonic() < deadline:
        time.sleep(0.005)
    maker.go.set()
    for thread in threads:
        thread.join(10)
    assert maker.calls == [{"A"}, {"B", "C", "NOTHING"}]
    assert found == {"A": ["A 1"], "B": ["B 2"], "CBNOTHING": ["C 2", "B 2"]}


def test_part_is_handed_out_again_only_within_the_age() -> None:
    shared, maker = SharedParts(), Maker()
    assert shared.get("site", ["A"], 0, maker.parts) == ["A 1"]
    assert shared.get("site", ["A"], 9, maker.parts) == ["A 1"]
    assert shared.get("site", ["A"], 0, maker.parts) == ["A 2"]
    assert shared.get("other", ["A"], 9, maker.parts) == ["A 3"]


@pytest.mark.parametrize(
    ("given", "age"),
    [("1500", 1.5), ("0", 0), ("", 0), ("-5", 0), ("soon", 0), ("9999999", 10), ("9" * 5_000, 0)],
)
def test_age_is_what_the_page_says_within_bounds(given: str, age: float) -> None:
    assert age_allowed(RequestFactory().get("/", headers={"X-Live-Age": given})) == age
