"""Keeps children alive: what dies is started again, at once the first time and ever more slowly when it keeps dying."""

import contextlib
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mom.runtime import processes
from mom.runtime.messages import say

TICK = 0.1
SLOWEST = 30.0  # seconds between two starts of what keeps dying
HEALTHY_AFTER = 60.0  # a child that lived this long has its failures forgiven


def pause_after(failures: int) -> float:
    """Seconds to wait before the next start, by how often it died in a row: 0, 0.5, 1, 2, ... 30."""
    return 0.0 if failures <= 1 else min(SLOWEST, 0.5 * 2 ** (failures - 2))


@dataclass
class Child:
    """One process that must run: how it is started, how it is asked to stop, and whether it still answers."""

    name: str
    start: "Callable[[], subprocess.Popen[bytes]]"
    stop_signal: int
    grace: float
    log: Path
    answers: Callable[[], bool] | None = None  # asked from time to time; three times no means hung
    check_every: float = 15.0
    first_check: float = 30.0  # seconds after a start

    process: "subprocess.Popen[bytes] | None" = None
    born: float = 0.0
    failures: int = 0
    due: float = 0.0
    next_check: float = 0.0
    silent: int = 0


@dataclass
class Supervisor:
    """Runs in one thread: the thread that starts a child must live as long as we do (see `processes.spawn`)."""

    pids: Path
    children: list[Child] = field(default_factory=list)
    asked_to_stop: int = 0

    def catch_signals(self) -> None:
        """Let Ctrl-C, SIGTERM and a closed terminal ask for the stop instead of ending us."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def add(self, child: Child) -> None:
        """Take over a child: one that runs already, or start it now."""
        self.children.append(child)
        if child.process is None:
            self._start(child)
        else:
            child.born = time.monotonic()
            child.next_check = child.born + child.first_check

    def tick(self) -> None:
        """Look at every child once: note who died, start who is due, ask who may be hung."""
        now = time.monotonic()
        for child in self.children:
            if child.process is None:
                if now >= child.due:
                    self._start(child)
            elif (code := child.process.poll()) is not None:
                self._died(child, child.process, code, now)
            elif child.answers is not None and now >= child.next_check:
                child.next_check = now + child.check_every
                child.silent = 0 if child.answers() else child.silent + 1
                if child.silent >= 3:
                    say(f"{child.name} does not answer and is started again")
                    child.process.kill()

    def watch(self, every_tick: Callable[[], bool] = lambda: False) -> None:
        """Look after the children until a stop is asked for, or until `every_tick` says that it is enough."""
        while not self.asked_to_stop:
            self.tick()
            if every_tick():
                return
            time.sleep(TICK)

    def stop(self, names: Sequence[str] | None = None) -> None:
        """Stop children in the given order (default: last started first). A second Ctrl-C kills at once."""
        by_name = {child.name: child for child in self.children}
        order = [by_name[name] for name in names if name in by_name] if names else list(reversed(self.children))
        impatient_from = self.asked_to_stop + 1
        for child in order:
            self._stop(child, impatient_from)
            self.children.remove(child)

    def _ask(self, _number: int, _frame: object) -> None:
        self.asked_to_stop += 1

    def _start(self, child: Child) -> None:
        child.process = child.start()
        child.born = time.monotonic()
        child.silent = 0
        child.next_check = child.born + child.first_check
        processes.remember(self.pids, child.name, child.process.pid, child.stop_signal)

    def _died(self, child: Child, process: "subprocess.Popen[bytes]", code: int, now: float) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            processes.kill_group(process.pid)
        child.failures = 1 if now - child.born > HEALTHY_AFTER else child.failures + 1
        child.process = None
        pause = pause_after(child.failures)
        child.due = now + pause
        cause = f"signal {-code}" if code < 0 else f"code {code}"
        say(f"{child.name} ended ({cause}); starting it again in {pause:.1f} s; its log: {child.log}")

    def _stop(self, child: Child, impatient_from: int) -> None:
        process = child.process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(child.stop_signal)
        until = time.monotonic() + child.grace
        while process.poll() is None and time.monotonic() < until and self.asked_to_stop < impatient_from:
            time.sleep(0.02)
        if process.poll() is None:
            say(f"{child.name} is killed")
        with contextlib.suppress(ProcessLookupError, PermissionError):
            processes.kill_group(process.pid)
        process.wait()
        processes.forget(self.pids, child.name)
