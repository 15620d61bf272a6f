"""Who is told what: sites, topics, slow readers and full houses."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from mom.core.live import hub as hub_module
from mom.core.live.change import Change, parse
from mom.core.live.hub import QUEUE, RESYNC, Full, Hub, Subscription, Viewer

CHANGE = Change("P1", "job_order", "7", "3")
ANN = Viewer("1", frozenset({"P1"}))


def told(subscription: Subscription) -> list[bytes]:
    return [subscription.queue.get_nowait() for _ in range(subscription.queue.qsize())]


@pytest.mark.parametrize(
    ("viewer", "sites", "topics", "wanted"),
    [
        (ANN, None, set(), True),
        (ANN, {"P1"}, {"job_order"}, True),
        (ANN, None, {"run"}, False),
        (Viewer("2", frozenset({"P2"})), None, set(), False),
        (Viewer("2", frozenset()), None, set(), False),
        (Viewer("3", None), None, set(), True),
        (Viewer("3", None), {"P2"}, set(), False),
    ],
)
def test_change_is_told_to_who_may_see_it_and_asked(
    viewer: Viewer, sites: set[str] | None, topics: set[str], wanted: bool
) -> None:
    hub, subscription = Hub(), Subscription(viewer, frozenset(sites) if sites else None, frozenset(topics))
    hub.add(subscription)
    hub.publish([CHANGE])
    assert told(subscription) == ([b"id: 1\nevent: job_order\ndata: 7:3\n\n"] if wanted else [])


def test_slow_reader_gets_one_resync_instead_of_a_backlog() -> None:
    hub, subscription = Hub(), Subscription(ANN, None, frozenset())
    hub.add(subscription)
    for _ in range(QUEUE + 1):
        hub.publish([CHANGE])
    assert told(subscription) == [RESYNC]


def test_what_changes_at_once_is_one_write_a_stream() -> None:
    hub = Hub()
    both = [Subscription(ANN, None, frozenset({"machine", "job_order"})) for _ in range(2)]
    orders, other = Subscription(ANN, None, frozenset({"job_order"})), Subscription(ANN, None, frozenset({"run"}))
    for subscription in (*both, orders, other):
        hub.add(subscription)
    hub.publish(
        [
            CHANGE,
            Change("P1", "machine", "M-1", ""),
            Change("P2", "machine", "M-2", ""),
            Change("P1", "machine", "M-3", ""),
        ]
    )
    first, second = b"id: 1\nevent: job_order\ndata: 7:3\n\n", b"id: 1\nevent: machine\ndata: M-1:\ndata: M-3:\n\n"
    assert [told(each) for each in (*both, orders, other)] == [[first + second], [first + second], [first], []]


def test_very_many_changes_at_once_are_one_resync(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "MOST_AT_ONCE", 1)
    hub, subscription = Hub(), Subscription(ANN, None, frozenset())
    hub.add(subscription)
    hub.publish([CHANGE, CHANGE])
    assert told(subscription) == [RESYNC]


def test_removed_reader_is_told_nothing() -> None:
    hub, subscription = Hub(), Subscription(ANN, None, frozenset())
    hub.add(subscription)
    hub.remove(subscription)
    hub.resync()
    assert told(subscription) == []
    assert len(hub) == 0


def test_hub_is_full_for_one_viewer_but_not_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "MOST_PER_VIEWER", 1)
    hub = Hub()
    hub.add(Subscription(ANN, None, frozenset()))
    with pytest.raises(Full):
        hub.add(Subscription(ANN, None, frozenset()))
    hub.add(Subscription(Viewer("2", None), None, frozenset()))


def test_hub_is_full_at_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "MOST_READERS", 0)
    with pytest.raises(Full):
        Hub().add(Subscription(ANN, None, frozenset()))


@pytest.mark.parametrize(
    "change",
    [
        Change("P1", "Job", "7", "3"),
        Change("P|1", "job", "7", "3"),
        Change("P1", "job", "7\ndata: x", "3"),
        Change("P1", "job", "x" * 1_000, "3"),
        Change("P1", "", "7", "3"),
    ],
)
def test_change_that_could_break_the_stream_is_refused(change: Change) -> None:
    with pytest.raises(ValueError, match="change"):
        change.as_payload()


@pytest.mark.parametrize("payload", ["", "a|b", "P1|Job order|7|3", "a|b|c|d|e"])
def test_foreign_payload_is_ignored(payload: str) -> None:
    assert parse(payload) is None


def test_payload_comes_back_as_it_went() -> None:
    assert parse(CHANGE.as_payload()) == CHANGE


def test_waiting_reader_is_woken() -> None:
    async def wait() -> bytes:
        hub, subscription = Hub(), Subscription(ANN, None, frozenset())
        hub.add(subscription)
        asyncio.get_running_loop().call_later(0.01, hub.publish, [CHANGE])
        return await asyncio.wait_for(subscription.queue.get(), 5)

    with ThreadPoolExecutor(1) as thread:  # this one may have the loop of a browser that an earlier test opened
        assert b"job_order" in thread.submit(asyncio.run, wait()).result()
