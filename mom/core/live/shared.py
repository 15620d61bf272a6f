"""What many open pages ask for at the same moment is made once, and never older than the news that a page asks about.

A page says how old an answer may be at most (`X-Live-Age`, in ms): that of a row was read after the page heard of its
machine, that of a whole after the last alert or order. Kept in the process, a few seconds, a few dozen things; without
it all answers stay the same and cost more.
"""

import threading
import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.http import HttpRequest

HEADER = "X-Live-Age"
STANDS = "X-Live-Stands"  # ms for which an answer stands: without news there is no other before
OLDEST = 10.0  # seconds; nothing is handed out that was read before
LEAST = 1.0  # seconds for which a costly value stands, where its reader allows it ..
SHARE = 20  # .. and so many times the seconds that it took: making one takes a twentieth of the time ..
MOST = 8.0  # .. but so long at most
T = TypeVar("T")


def age_allowed(request: HttpRequest) -> float:
    """How many seconds ago an answer may have been read; 0 for who doesn't say."""
    given = request.headers.get(HEADER, "")
    return min(OLDEST, int(given) / 1_000) if given.isdecimal() and len(given) < 10 else 0.0


@dataclass(frozen=True, slots=True)
class Made(Generic[T]):
    """A value, when its reading began (`time.monotonic`), and how many seconds it took."""

    begun: float
    value: T
    took: float = 0.0

    @property
    def age(self) -> float:
        """Seconds since its reading began."""
        return time.monotonic() - self.begun

    @property
    def stands(self) -> float:
        """Up to which age it is handed out where its reader allows that, in seconds."""
        return min(MOST, max(LEAST, self.took * SHARE))


class Shared(Generic[T]):
    """Costly values by key. One thread at a time makes the value of a key; what stands is handed out meanwhile."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._guard = threading.Lock()
        self._made: dict[Hashable, Made[T]] = {}
        self._making: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable, age: float, make: Callable[[], T]) -> T:
        """The value as it was at most `age` seconds ago. Waits where another thread makes it, then perhaps makes it."""
        since = time.monotonic() - age
        found, making = self._found(key)
        if found is not None and found.begun >= since:
            return found.value
        with making:
            found = self._made.get(key)
            if found is None or found.begun < since:  # the one that was waited for began too early
                found = self._make(key, make)
            return found.value

    def get_unless_making(self, key: Hashable, age: float, make: Callable[[], T]) -> Made[T] | None:
        """The value as it was at most `age` seconds ago, without waiting for another thread.

        Made anew when it is older than what it cost allows, or than `age`; who comes while that goes on gets the one
        that stands, and None where that is older than `age`.
        """
        found, making = self._found(key)
        if found is not None and found.age <= min(age, found.stands):
            return found
        if not making.acquire(blocking=False):
            return found if found is not None and found.age <= age else None
        try:
            return self._make(key, make)
        finally:
            making.release()

    def _found(self, key: Hashable) -> tuple[Made[T] | None, threading.Lock]:
        with self._guard:
            return self._made.get(key), self._making.setdefault(key, threading.Lock())

    def _make(self, key: Hashable, make: Callable[[], T]) -> Made[T]:
        begun = time.monotonic()
        value = make()
        made = Made(begun, value, time.monotonic() - begun)
        with self._guard:
            self._made.pop(key, None)
            self._made[key] = made
            old = [each for each, kept in self._made.items() if kept.begun < made.begun - OLDEST]
            for each in [*old, *list(self._made)[: max(0, len(self._made) - len(old) - self._most)]]:
                self._made.pop(each, None)
                self._making.pop(each, None)
        return made


class SharedParts:
    """Small parts of pages by key and code, made in batches: who waits has theirs made along with the others'."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._made: dict[Hashable, dict[str, Made[str]]] = {}
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
        kept.update({code: Made(begun, made.get(code, "")) for code in wanted})
        self._made[key] = kept
        for other in [
            each for each, parts in self._made.items() if all(p.begun < begun - OLDEST for p in parts.values())
        ]:
            self._made.pop(other)
