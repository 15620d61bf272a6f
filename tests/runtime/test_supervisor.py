"""What dies is started again, ever more slowly; what hangs is killed; the stop is orderly."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mom.runtime import processes
from mom.runtime.supervisor import Child, Supervisor, pause_after


@pytest.mark.parametrize(("failures", "pause"), [(0, 0), (1, 0), (2, 0.5), (3, 1), (4, 2), (8, 30), (50, 30)])
def test_pause_grows_with_failures_up_to_a_limit(failures: int, pause: float) -> None:
    assert pause_after(failures) == pause


@pytest.fixture
def supervisor(tmp_path: Path) -> Supervisor:
    made = Supervisor(tmp_path)
    yield made
    made.stop()


def child(tmp_path: Path, code: str, **options: object) -> Child:
    def start() -> "subprocess.Popen[bytes]":
        return processes.spawn([sys.executable, "-c", code], log=tmp_path / "log", env=os.environ)

    return Child("child", start, signal.SIGTERM, 5, tmp_path / "log", **options)


def until(supervisor: Supervisor, condition: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    supervisor.watch(lambda: condition() or time.monotonic() > end)
    assert condition()


def test_killed_child_is_started_again_at_once(tmp_path: Path, supervisor: Supervisor) -> None:
    kept = child(tmp_path, "import time; time.sleep(60)")
    supervisor.add(kept)
    first = kept.process.pid
    kept.process.kill()
    until(supervisor, lambda: kept.process is not None and kept.process.pid != first)
    assert kept.failures == 1


def test_child_that_keeps_dying_waits_longer_each_time(tmp_path: Path, supervisor: Supervisor) -> None:
    failing = child(tmp_path, "raise SystemExit(3)")
    supervisor.add(failing)
    until(supervisor, lambda: failing.failures == 3)
    assert failing.process is None
    assert failing.due - time.monotonic() > 0.5


def test_child_that_does_not_answer_is_killed_and_started_again(tmp_path: Path, supervisor: Supervisor) -> None:
    hung = child(tmp_path, "import time; time.sleep(60)", answers=lambda: False, check_every=0.1, first_check=0.1)
    supervisor.add(hung)
    first = hung.process.pid
    until(supervisor, lambda: hung.process is not None and hung.process.pid != first)


def test_child_that_answers_is_left_alone(tmp_path: Path, supervisor: Supervisor) -> None:
    asked = []
    fine = child(
        tmp_path,
        "import time; time.sleep(60)",
        answers=lambda: bool(asked.append(1)) or True,
        check_every=0.1,
        first_check=0.1,
    )
    supervisor.add(fine)
    first = fine.process.pid
    until(supervisor, lambda: len(asked) >= 5)
    assert fine.process.pid == first


def test_stop_ends_everything_and_removes_the_pid_files(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    kept = child(tmp_path, "import time; time.sleep(60)")
    supervisor.add(kept)
    pid = kept.process.pid
    assert list(tmp_path.glob("*.json"))
    supervisor.stop()
    assert processes.identity(pid) is None
    assert not list(tmp_path.glob("*.json"))


def test_second_interrupt_does_not_wait_for_the_grace(tmp_path: Path) -> None:
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    supervisor = Supervisor(tmp_path, asked_to_stop=1)
    stubborn = child(tmp_path, code)
    stubborn.grace = 60
    supervisor.add(stubborn)
    while not (tmp_path / "log").read_bytes():
        time.sleep(0.02)
    ours = signal.signal(signal.SIGALRM, supervisor._ask)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    begun = time.monotonic()
    supervisor.stop()
    signal.signal(signal.SIGALRM, ours)
    assert time.monotonic() - begun < 10
