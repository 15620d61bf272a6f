"""How much one principal may ask: a token bucket in Redis. A dead Redis lets everything pass.

A process fetches a hundredth of a bucket at a time and hands it out for a second at most, so that a program that asks
much costs no round trip a request. What it fetched and nobody asked for is lost to that principal; of small buckets it
fetches one.
"""

import threading
import time
from functools import cache
from typing import Any

import redis
from django.conf import settings
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from mom.core import clock
from mom.core.api.client import client_address

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_QUIET_AFTER_FAILURE = 5.0  # seconds in which a dead Redis is not asked again, so that it costs no request its time

# KEYS[1] bucket; ARGV capacity, refill per second, now, how many. Answers how many were given, and where none was the
# seconds until there is one.
_TAKE = """
local held = redis.call('HMGET', KEYS[1], 'level', 'at')
local now = tonumber(ARGV[3])
local capacity = tonumber(ARGV[1])
local refill = tonumber(ARGV[2])
local passed = math.max(0, now - (tonumber(held[2]) or now))
local level = math.min(capacity, (tonumber(held[1]) or capacity) + passed * refill)
local given = math.min(math.floor(level), tonumber(ARGV[4]))
local wait = 0
if given < 1 then wait = (1 - level) / refill end
redis.call('HSET', KEYS[1], 'level', tostring(level - given), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], math.ceil(capacity / refill) + 1)
return {given, tostring(wait)}
"""
_FETCHED_AT_ONCE = 100  # the part of a bucket that a process fetches: one hundredth
_KEPT = 1.0  # seconds
_MOST_KEPT = 1_000  # principals


@cache
def _client() -> redis.Redis:
    """One client per process: Django's cache handler would reconnect on every request."""
    return redis.Redis.from_url(settings.CACHE_URL, socket_timeout=0.25, socket_connect_timeout=0.25)


class _Fetched:
    """What this process fetched and has not handed out: by bucket how many, and until when."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def take(self, key: str, now: float) -> bool:
        """Hand out one, if there is one. A clock that was set back makes nothing last longer."""
        with self._lock:
            many, until = self._held.get(key, (0, 0.0))
            if many and until - _KEPT <= now < until:
                self._held[key] = (many - 1, until)
                return True
            return False

    def put(self, key: str, many: int, now: float) -> None:
        """Keep what was fetched; of very many principals nothing is kept."""
        with self._lock:
            if len(self._held) >= _MOST_KEPT:
                self._held.clear()
            self._held[key] = (many, now + _KEPT)


class TokenBucket:
    """So many a period, in bursts up to that many."""

    _silent_until = 0.0
    _fetched = _Fetched()

    def __init__(self, rate: str) -> None:
        """`rate` as 1200/min. Raises: ValueError for anything else."""
        count, _slash, period = rate.partition("/")
        self.capacity = int(count)
        self.refill = self.capacity / _SECONDS[period[:1]]
        self.at_once = max(1, self.capacity // _FETCHED_AT_ONCE)

    def wait(self, key: str) -> float:
        """Take one; the seconds until there is one, 0 = taken. Never raises: without Redis it is always 0."""
        now = clock.now().timestamp()
        if self._fetched.take(key, now) or time.monotonic() < TokenBucket._silent_until:
            return 0.0
        try:
            answer: Any = _client().eval(_TAKE, 1, f"mom:throttle:{key}", self.capacity, self.refill, now, self.at_once)
            given, wait = int(answer[0]), float(answer[1])
        except (redis.RedisError, OSError, ValueError):
            TokenBucket._silent_until = time.monotonic() + _QUIET_AFTER_FAILURE
            return 0.0
        if given > 1:
            self._fetched.put(key, given - 1, now)
        return wait


class PrincipalThrottle(BaseThrottle):
    """One bucket for each person or token; those who are not signed in share a small one per address."""

    _wait = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether this request comes in now."""
        actor: Any = request.actor  # type: ignore[attr-defined]
        scope, key = ("principal", actor.reference) if actor.id else ("anonymous", client_address(request))
        self._wait = TokenBucket(str(api_settings.DEFAULT_THROTTLE_RATES[scope])).wait(f"{scope}:{key}")
        return self._wait == 0.0

    def wait(self) -> float:
        """The seconds to name in Retry-After."""
        return self._wait
