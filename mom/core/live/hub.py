"""Who listens to what, in one process: bounded queues, so that a slow reader costs a resync and never memory."""

import asyncio
import itertools
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from mom.core.live.change import Change, as_event

QUEUE = 100  # writes a reader may be behind before it is told to load everything anew
MOST_AT_ONCE = 500  # changes in one write; of more at once a reader is told to load everything anew
MOST_READERS = 2_000
MOST_PER_VIEWER = 20
RESYNC = b"event: resync\ndata: all\n\n"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who reads, and the sites he may see (None: every site)."""

    id: str
    sites: frozenset[str] | None

    def sees(self, site: str) -> bool:
        """Whether a change at this site may be told to him."""
        return self.sites is None or site in self.sites


@dataclass(eq=False, slots=True)
class Subscription:
    """One open stream: of `sites` (None: all the viewer may see), `topics` (empty: every topic)."""

    viewer: Viewer
    sites: frozenset[str] | None
    topics: frozenset[str]
    queue: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue(QUEUE))

    @property
    def hears(self) -> Hashable:
        """Streams that are the same in this show the same changes."""
        return self.viewer.sites, self.sites, self.topics

    def wants(self, change: Change) -> bool:
        """Whether this stream shows that change."""
        return (
            self.viewer.sees(change.site)
            and (self.sites is None or change.site in self.sites)
            and (not self.topics or change.topic in self.topics)
        )

    def put(self, event: bytes) -> None:
        """Queue what is written at once; a full queue is emptied and becomes one resync."""
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            event = RESYNC
        self.queue.put_nowait(event)


class Full(Exception):
    """No more streams: for this viewer, or at all."""


class Hub:
    """All subscriptions of one process. Used from the event loop only."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()
        self._numbers = itertools.count(1)

    def __len__(self) -> int:
        return len(self._subscriptions)

    def add(self, subscription: Subscription) -> None:
        """Let a stream in. Raises: Full."""
        same = sum(1 for other in self._subscriptions if other.viewer.id == subscription.viewer.id)
        if same >= MOST_PER_VIEWER or len(self._subscriptions) >= MOST_READERS:
            raise Full
        self._subscriptions.add(subscription)

    def remove(self, subscription: Subscription) -> None:
        """Forget a stream."""
        self._subscriptions.discard(subscription)

    def publish(self, changes: Sequence[Change]) -> None:
        """Queue what changed at once for every stream that shows any of it: one write a stream, once for all alike."""
        number = next(self._numbers)
        written: dict[Hashable, bytes] = {}
        for subscription in self._subscriptions:
            if (told := written.get(subscription.hears)) is None:
                told = _told([change for change in changes if subscription.wants(change)], number)
                written[subscription.hears] = told
            if told:
                subscription.put(told)

    def resync(self) -> None:
        """Tell every stream that changes may have been missed."""
        for subscription in self._subscriptions:
            subscription.put(RESYNC)


def _told(changes: Sequence[Change], number: int) -> bytes:
    """One event a topic, or one resync for very many."""
    if len(changes) > MOST_AT_ONCE:
        return RESYNC
    by_topic: dict[str, list[Change]] = {}
    for change in changes:
        by_topic.setdefault(change.topic, []).append(change)
    return b"".join(as_event(number, topic, found) for topic, found in by_topic.items())
