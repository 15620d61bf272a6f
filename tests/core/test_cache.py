"""A dead cache makes nothing fail."""

import socket

import pytest

from mom.core import cache as our_cache
from mom.core.cache import ForgivingRedisCache


@pytest.fixture
def dead() -> ForgivingRedisCache:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return ForgivingRedisCache(f"redis://127.0.0.1:{port}/1", {})


def test_cache_without_server_finds_nothing_and_drops_writes(dead: ForgivingRedisCache) -> None:
    dead.set("a", 1)
    dead.set_many({"b": 2})
    dead.delete("a")
    dead.clear()

    assert dead.get("a") is None
    assert dead.get("a", "default") == "default"
    assert dead.get_many(["a", "b"]) == {}
    assert dead.get_or_set("a", lambda: 5) == 5
    assert dead.add("a", 1) is True
    assert not dead.has_key("a")
    assert dead.incr("n", 3) == 3


def test_cache_without_server_warns_once_and_rests(dead: ForgivingRedisCache, monkeypatch: pytest.MonkeyPatch) -> None:
    warned: list[str] = []
    monkeypatch.setattr(our_cache.log, "warning", lambda event, **_: warned.append(event))

    for _ in range(100):
        dead.get("a")

    assert warned == ["cache_unavailable"]
