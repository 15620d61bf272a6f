"""The promise of `manage.py run`, kept from a fresh copy of the checkout: it serves, comes back, and loses nothing.

One story on one installation, because the set-up is the long part of it.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from mom.runtime import processes
from mom.runtime.places import CHECKOUT

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not processes.LINUX, reason="reads /proc")]

FIRST_START, LATER_START = 300, 90  # seconds, on a busy machine
PARTS = ("web", "worker", "beat", "broker", "postgres")
NOT_COPIED = shutil.ignore_patterns(".venv", ".mom", ".git", "__pycache__", ".*_cache", "node_modules")
SET_BY_TESTS = ("DATABASE", "REDIS", "CACHE_URL", "SECRET", "DJANGO", "MOM_", "PYTEST", "STATIC_ROOT", "VIRTUAL_ENV")


def eventually(condition: Callable[[], object], seconds: float, what: str) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"{what} did not come to hold in {seconds:.0f} s"
        time.sleep(0.1)


class Plant:
    """A fresh copy of the checkout, in a directory with a space in its name that nobody else may enter."""

    def __init__(self, directory: Path) -> None:
        self.home = directory / "my plant"
        shutil.copytree(CHECKOUT, self.home, ignore=NOT_COPIED)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = directory / "run.log"
        self.launcher: subprocess.Popen[bytes] | None = None

    def command(self, *arguments: str) -> list[str]:
        """As a person types it: with the Python of the machine, not with ours."""
        return [str(getattr(sys, "_base_executable", sys.executable)), str(self.home / "manage.py"), *arguments]

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(SET_BY_TESTS)}
        return {**kept, "PORT": str(self.port)}

    def run(self, seconds: float) -> float:
        """Start, and wait for a page. Returns how long that took."""
        begun = time.monotonic()
        with self.log.open("ab") as log:
            self.launcher = subprocess.Popen(
                self.command("run"), cwd="/", env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        eventually(lambda: self.answers() or self.launcher.poll() is not None, seconds, "a served page")
        assert self.launcher.poll() is None, self.log.read_text()
        return time.monotonic() - begun

    def manage(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(*arguments),
            cwd="/",
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )

    def answers(self, path: str = "/readyz") -> bool:
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5).status == 200
        except OSError:
            return False

    def pid(self, part: str) -> int | None:
        try:
            return int(json.loads((self.home / ".mom" / "pids" / f"{part}.json").read_text())["pid"])
        except (OSError, ValueError):
            return None

    def is_whole(self) -> bool:
        return all((pid := self.pid(part)) is not None and processes.identity(pid) for part in PARTS)

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        """As the owner of the database, by the address that the running stack tells."""
        state = json.loads((self.home / ".mom" / "running.json").read_text())
        with closing(psycopg2.connect(state["environment"]["DATABASE_OWNER_URL"])) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []

    def living(self) -> list[int]:
        """Every process that has our directory in its command line."""
        pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
        return [pid for pid in pids if str(self.home) in processes.command_line(pid) and processes.identity(pid)]


@pytest.fixture(scope="module")
def plant() -> Iterator[Plant]:
    directory = Path(tempfile.mkdtemp(prefix="mom-whole-"))  # closed to others: root's database lies elsewhere then
    plant = Plant(directory)
    try:
        plant.run(FIRST_START)
        eventually(plant.is_whole, LATER_START, "every part's running")
        plant.execute("CREATE TABLE kept (id int PRIMARY KEY)")
        yield plant
    finally:
        plant.manage("stop")
        for pid in plant.living():
            os.kill(pid, signal.SIGKILL)
        if plant.launcher is not None:
            plant.launcher.wait(10)
        plant.manage("reset", "--yes")
        shutil.rmtree(directory, ignore_errors=True)


def kept(plant: Plant, number: int) -> None:
    """Write a fact, to be looked for after the next death."""
    plant.execute(f"INSERT INTO kept VALUES ({number})")


def facts(plant: Plant) -> int:
    return int(str(plant.execute("SELECT count(*) FROM kept")[0][0]))


def test_first_start_serves_a_page_and_prints_the_way_to_begin(plant: Plant) -> None:
    eventually(lambda: "Begin here" in plant.log.read_text(), 20, "the printed address")
    code = (plant.home / ".mom" / "start_code").read_text().strip()
    assert f"http://127.0.0.1:{plant.port}/start/code/?code={code}" in plant.log.read_text()
    assert plant.manage("start_code").stdout.split()[-1] == code
    assert plant.answers(f"/start/code/?code={code}")


def test_second_run_names_the_first_and_leaves_it_alone(plant: Plant) -> None:
    before = {part: plant.pid(part) for part in PARTS}
    done = plant.manage("run")
    assert done.returncode == 0
    assert f"already runs at http://127.0.0.1:{plant.port}/" in done.stdout
    assert {part: plant.pid(part) for part in PARTS} == before


def test_other_commands_use_the_running_servers(plant: Plant) -> None:
    done = plant.manage("migrate", "--check")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("part", PARTS)
def test_killed_part_comes_back_and_nothing_is_lost(plant: Plant, part: str) -> None:
    before, pid = facts(plant), plant.pid(part)
    kept(plant, 100 + PARTS.index(part))
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: plant.pid(part) != pid and plant.is_whole() and plant.answers(), LATER_START, f"{part}'s return")
    assert facts(plant) == before + 1


def test_killed_launcher_takes_everything_along_and_starts_again(plant: Plant) -> None:
    before = facts(plant)
    kept(plant, 200)
    assert plant.launcher is not None
    plant.launcher.kill()
    plant.launcher.wait()
    eventually(lambda: not plant.living(), 30, "the end of every process")
    plant.run(LATER_START)
    assert facts(plant) == before + 1


def test_all_killed_at_once_starts_again(plant: Plant) -> None:
    before = facts(plant)
    kept(plant, 300)
    for pid in plant.living():
        os.kill(pid, signal.SIGKILL)
    assert plant.launcher is not None
    plant.launcher.wait()
    plant.run(LATER_START)
    assert facts(plant) == before + 1


def test_interrupt_stops_everything_cleanly_and_the_next_start_is_quick(plant: Plant) -> None:
    assert plant.launcher is not None
    plant.launcher.send_signal(signal.SIGINT)
    assert plant.launcher.wait(60) == 0
    assert plant.living() == []
    postgres_log = (plant.home / ".mom" / "log" / "postgres.log").read_text()
    assert postgres_log.rstrip().endswith("database system is shut down")
    assert plant.run(LATER_START) < 30


def test_stop_leaves_no_process(plant: Plant) -> None:
    done = plant.manage("stop")
    assert done.returncode == 0, done.stderr
    assert plant.launcher is not None
    assert plant.launcher.wait(10) == 0
    assert plant.living() == []
    assert "Nothing was running" in plant.manage("stop").stdout
