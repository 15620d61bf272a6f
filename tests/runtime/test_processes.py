"""Children end with their parent, left-overs are found by pid and start time together, and nobody else is harmed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mom.runtime import processes
from mom.runtime.places import CHECKOUT

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)",
]


def gone(pid: int, seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while processes.identity(pid) is not None:
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def sleeper(tmp_path: Path) -> "subprocess.Popen[bytes]":
    process = processes.spawn(SLEEP, log=tmp_path / "log", env=os.environ)
    yield process
    process.kill()
    process.wait()


def test_identity_is_none_for_a_zombie(tmp_path: Path) -> None:
    process = processes.spawn([sys.executable, "-c", ""], log=tmp_path / "log", env=os.environ)
    assert gone(process.pid)  # ended, and not yet waited for
    process.wait()


def test_identity_differs_between_processes_and_stays_for_one(sleeper: "subprocess.Popen[bytes]") -> None:
    assert processes.identity(sleeper.pid) == processes.identity(sleeper.pid)
    assert processes.identity(sleeper.pid) != processes.identity(1)


@pytest.mark.skipif(not processes.LINUX, reason="the kernel's death signal is Linux's")
def test_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, time, pathlib\n"
        "from mom.runtime import processes\n"
        f"child = processes.spawn({SLEEP!r}, log=pathlib.Path({str(tmp_path / 'log')!r}), env=os.environ)\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)
    child = int(parent.stdout.readline())
    assert processes.identity(child) is not None
    parent.kill()
    parent.communicate()
    assert gone(child)


def test_left_overs_are_ended_and_forgotten(tmp_path: Path, sleeper: "subprocess.Popen[bytes]") -> None:
    processes.remember(tmp_path, "web", sleeper.pid, signal.SIGTERM)
    assert processes.end_left_overs(tmp_path) == ["web"]
    assert gone(sleeper.pid)
    assert not list(tmp_path.glob("*.json"))


def test_left_overs_spare_a_process_that_only_has_the_same_pid(
    tmp_path: Path, sleeper: "subprocess.Popen[bytes]"
) -> None:
    record = {"pid": sleeper.pid, "identity": "another start", "stop_signal": 15}
    (tmp_path / "web.json").write_text(json.dumps(record))
    assert processes.end_left_overs(tmp_path) == []
    assert processes.identity(sleeper.pid) is not None


def test_left_overs_survive_a_broken_pid_file(tmp_path: Path) -> None:
    (tmp_path / "web.json").write_text('{"pid": ')
    assert processes.end_left_overs(tmp_path) == []


def test_end_kills_what_does_not_listen(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = processes.spawn(DEAF, log=log, env=os.environ)
    while not log.read_bytes():
        time.sleep(0.02)
    processes.end(process.pid, processes.identity(process.pid), signal.SIGTERM, grace=0.3)
    assert process.wait(5) == -signal.SIGKILL
