"""A cache that may vanish at any moment."""

import time
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

_REST = 5.0  # seconds without asking after the server did not answer


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache with short timeouts: while the server is dead, reads find nothing and writes are dropped.

    Nothing that matters may live here; so a dead cache makes pages slower, never wrong and never fail.
    """

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        options = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5, **params.get("OPTIONS", {})}
        super().__init__(server, {**params, "OPTIONS": options})
        self._rests_until = 0.0

    def _forgiving(self, operation: str, *args: Any, fallback: Any, **kwargs: Any) -> Any:
        if time.monotonic() < self._rests_until:
            return fallback
        try:
            return getattr(super(), operation)(*args, **kwargs)
        except (RedisError, OSError) as error:
            self._rests_until = time.monotonic() + _REST
            log.warning("cache_unavailable", operation=operation, error=type(error).__name__)
            return fallback

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._forgiving("add", *args, fallback=True, **kwargs))

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._forgiving("get", key, fallback=default, default=default, version=version)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._forgiving("set", *args, fallback=None, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._forgiving("touch", *args, fallback=False, **kwargs))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._forgiving("delete", *args, fallback=False, **kwargs))

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._forgiving("has_key", *args, fallback=False, **kwargs))

    def get_many(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return dict(self._forgiving("get_many", *args, fallback={}, **kwargs))

    def set_many(self, *args: Any, **kwargs: Any) -> list[Any]:
        return list(self._forgiving("set_many", *args, fallback=[], **kwargs))

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        self._forgiving("delete_many", *args, fallback=None, **kwargs)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        return int(self._forgiving("incr", key, delta, fallback=delta, version=version))

    def clear(self) -> None:
        self._forgiving("clear", fallback=None)
