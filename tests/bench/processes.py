"""Real processes beside the test: the Celery worker, and the whole web application behind a port."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bench.broker import answers, free_port, wait_until
from tests.bench.database import ROOT, Bench


class Process:
    """A started program with its output in a file, which a failing test shows."""

    def __init__(self, arguments: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        with log.open("wb") as output:
            self.popen = subprocess.Popen(
                arguments, cwd=ROOT, env={**os.environ, **environment}, stdout=output, stderr=subprocess.STDOUT
            )

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def is_alive(self) -> bool:
        """Whether it still runs. Raises: AssertionError with its output where it ended by itself."""
        if self.popen.poll() is not None:
            raise AssertionError(f"The process ended with {self.popen.returncode}:\n{self.output()}")
        return True

    def stop(self, timeout: float = 10) -> None:
        self.popen.terminate()
        try:
            self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait(timeout)


@contextmanager
def running(arguments: list[str], environment: Mapping[str, str], log: Path) -> Iterator[Process]:
    """A program for the length of a block."""
    process = Process(arguments, environment, log)
    try:
        yield process
    finally:
        process.stop()


def environment_of(bench: Bench, broker_url: str) -> dict[str, str]:
    """What a process of ours needs to stand on the test's own database and broker."""
    return {
        "DJANGO_SETTINGS_MODULE": "mom.settings.test",
        "DATABASE_URL": bench.url(),
        "REDIS_URL": broker_url,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }


@pytest.fixture
def celery_worker_process(transactional_db: None, bench: Bench, broker: str, tmp_path: Path) -> Iterator[Process]:
    """A real worker that takes from every queue; the test commits and waits (`wait_until`) for what it does."""
    from mom.celery import QUEUES, app

    arguments = [sys.executable, "-m", "celery", "-A", "mom.celery", "worker", "-P", "prefork", "-c", "1"]
    arguments += ["--without-gossip", "--without-mingle", "-l", "INFO", "-Q", ",".join(QUEUES)]
    with running(arguments, environment_of(bench, broker), tmp_path / "worker.log") as worker:
        wait_until(lambda: worker.is_alive() and app.control.ping(timeout=1), timeout=90, what="the worker's answering")
        yield worker


@pytest.fixture(scope="session")
def live_app_process(
    bench: Bench, django_db_setup: None, broker_process: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of our ASGI entry, pages and streams, on this test process's database."""
    folder = tmp_path_factory.mktemp("live")
    environment, port = environment_of(bench, broker_process), free_port()
    arguments = [sys.executable, "-m", "uvicorn", "mom.asgi:application", "--host", "127.0.0.1", "--port", str(port)]
    with running([*arguments, "--log-level", "warning"], environment, folder / "live.log") as process:
        wait_until(lambda: process.is_alive() and answers(port), timeout=90, what="the application's answering")
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def live_app(transactional_db: None, live_app_process: str, broker: str) -> str:
    """The running application's address for a test that commits. Its connections survive the change of clones."""
    return live_app_process
