"""How much one principal may ask: a token bucket in Redis. A dead Redis lets everything pass."""

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

# KEYS[1] bucket; ARGV capacity, refill per second, now. Answers how long to wait, 0 = come in.
_TAKE = """
local held = redis.call('HMGET', KEYS[1], 'level', 'at')
local now = tonumber(ARGV[3])
local capacity = tonumber(ARGV[1])
local refill = tonumber(ARGV[2])
local passed = math.max(0, now - (tonumber(held[2]) or now))
local level = math.min(capacity, (tonumber(held[1]) or capacity) + passed * refill)
local wait = 0
if level >= 1 then level = level - 1 else wait = (1 - level) / refill end
redis.call('HSET', KEYS[1], 'level', tostring(level), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], math.ceil(capacity / refill) + 1)
return tostring(wait)
"""


@cache
def _client() -> redis.Redis:
    """One client per process: Django's cache handler would reconnect on every request."""
    return redis.Redis.from_url(settings.CACHE_URL, socket_timeout=0.25, socket_connect_timeout=0.25)


class TokenBucket:
    """So many a period, in bursts up to that many."""

    _silent_until = 0.0

    def __init__(self, rate: str) -> None:
        """`rate` as 1200/min. Raises: ValueError for anything else."""
        count, _slash, period = rate.partition("/")
        self.capacity = int(count)
        self.refill = self.capacity / _SECONDS[period[:1]]

    def wait(self, key: str) -> float:
        """Take one; the seconds until there is one, 0 = taken. Never raises: without Redis it is always 0."""
        if time.monotonic() < TokenBucket._silent_until:
            return 0.0
        try:
            return float(
                _client().eval(_TAKE, 1, f"mom:throttle:{key}", self.capacity, self.refill, clock.now().timestamp())
            )
        except (redis.RedisError, OSError, ValueError):
            TokenBucket._silent_until = time.monotonic() + _QUIET_AFTER_FAILURE
            return 0.0


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
