"""What many open pages ask for at the same moment is made once, and never older than the news that a page asks about.

A page says how long ago it heard (`X-Live-Age`, in ms). What was begun to be read after that shows it, so it may be
handed out; anything else is made anew. Kept in the process, a few seconds, a few dozen things; without it all answers
stay the same and cost more.
"""

import threading
import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.http import HttpRequest

HEADER = "X-Live-Age"
OLDEST = 10.0  # seconds; nothing is handed out that was read before
T = TypeVar("T")


def age_allowed(request: HttpRequest) -> float:
    """How many seconds ago an answer may have been read; 0 for who doesn't say."""
    given = request.headers.get(HEADER, "")
    return min(OLDEST, int(given) / 1_000) if given.isdecimal() and len(given) < 10 else 0.0


@dataclass(frozen=True, slots=True)
class _Made(Generic[T]):
    begun: float
    value: T


class Shared(Generic[T]):
    """Costly values by key. One thread at a time makes the value of a key; what stands is handed out meanwhile."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._guard = threading.Lock()
        self._made: dict[Hashable, _Made[T]] = {}
        self._making: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable, age: float, make: Callable[[], T]) -> T:
        """The value as it was at most `age` seconds ago. Waits where another thread makes it, then perhaps makes it."""
        found = self._get(key, age, make, waits=True)
        assert found is not None  # noqa: S101 - who waits gets one
        return found.value

    def get_unless_making(self, key: Hashable, age: float, make: Callable[[], T]) -> T | None:
        """The same without waiting: None where another thread is making it just now."""
        found = self._get(key, age, make, waits=False)
        return None if found is None else found.value

    def _get(self, key: Hashable, age: float, make: Callable[[], T], *, waits: bool) -> _Made[T] | None:
        since = time.monotonic() - age
        with self._guard:
            found = self._made.get(key)
            if found is not None and found.begun >= since:
                return found
            making = self._making.setdefault(key, threading.Lock())
        if not making.acquire(blocking=waits):
            return None
        try:
            found = self._made.get(key)
            if found is None or found.begun < since:  # the one that was waited for began too early
                begun = time.monotonic()
                found = _Made(begun, make())
                self._keep(key, found)
            return found
        finally:
            making.release()

    def _keep(self, key: Hashable, made: _Made[T]) -> None:
        with self._guard:
            self._made.pop(key, None)
            self._made[key] = made
            old = [each for each, kept in self._made.items() if kept.begun < made.begun - OLDEST]
            for each in [*old, *list(self._made)[: max(0, len(self._made) - len(old) - self._most)]]:
                self._made.pop(each, None)
                self._making.pop(each, None)


class SharedParts:
    """Small parts of pages by key and code, made in batches: who waits has theirs made along with the others'."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._made: dict[Hashable, dict[str, _Made[str]]] = {}
        self._wanted: dict[Hashable, set[str]] = {}
        self._making: dict[Hashable, threading.Lock] = {}

    def get(
        self,
        key: Hashable,
        codes: Iterable[str],
        age: float,
        make: Callable[[frozenset[str]], Mapping[str, str]],
    ) -> list[str]:
        """The parts of these codes as they were at most `age` seconds ago; what `make` doesn't know is left out."""
        since, asked = time.monotonic() - age, list(codes)
        with self._guard:
            if not self._lacking(key, asked, since):
                return self._parts(key, asked)
            self._wanted.setdefault(key, set()).update(asked)
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._guard:
                lacking = self._lacking(key, asked, since)
                wanted = frozenset(self._wanted.pop(key, set()) | lacking) if lacking else frozenset()
            if wanted:
                begun = time.monotonic()
                made = make(wanted)
                with self._guard:
                    self._keep(key, wanted, made, begun)
            with self._guard:
                return self._parts(key, asked)

    def _lacking(self, key: Hashable, asked: Iterable[str], since: float) -> set[str]:
        kept = self._made.get(key, {})
        return {code for code in asked if code not in kept or kept[code].begun < since}

    def _parts(self, key: Hashable, asked: Iterable[str]) -> list[str]:
        kept = self._made.get(key, {})
        return [kept[code].value for code in asked if code in kept and kept[code].value]

    def _keep(self, key: Hashable, wanted: Iterable[str], made: Mapping[str, str], begun: float) -> None:
        kept = {code: each for code, each in self._made.get(key, {}).items() if each.begun >= begun - OLDEST}
        kept.update({code: _Made(begun, made.get(code, "")) for code in wanted})
        self._made[key] = kept
        for other in [
            each for each, parts in self._made.items() if all(p.begun < begun - OLDEST for p in parts.values())
        ]:
            self._made.pop(other)
