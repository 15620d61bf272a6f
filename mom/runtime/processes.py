"""Child processes that don't outlive us, and left-overs of a start that was killed."""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from mom.runtime.account import Account

LINUX = sys.platform.startswith("linux")
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if LINUX else None


def identity(pid: int) -> str | None:
    """When the kernel started this process, as text; None where it isn't there or is only a zombie.

    A pid alone may be another process by now; pid and start together can't.
    """
    if LINUX:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] in "ZX" else fields[19]
    listed = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listed.stdout.strip() or None


def command_line(pid: int) -> str:
    """The command of a process as text, empty where it isn't there."""
    if LINUX:
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        return ""
    return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout


def dies_with_parent(death_signal: int, then: Callable[[], None] | None = None) -> Callable[[], None]:
    """What the child does before its command starts: ask the kernel for `death_signal` when its parent dies.

    Linux only; elsewhere left-overs are found by their pid files. Set after any change of user, which would clear it.
    """
    parent = os.getpid()

    def prepare() -> None:
        if then is not None:
            then()
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, death_signal)
            if os.getppid() != parent:
                os._exit(1)

    return prepare


def spawn(
    command: Sequence[str | os.PathLike[str]],
    *,
    log: Path,
    env: Mapping[str, str],
    death_signal: int = signal.SIGTERM,
    account: Account | None = None,
    pass_fds: Sequence[int] = (),
    cwd: str | os.PathLike[str] = "/",
) -> "subprocess.Popen[bytes]":
    """Start a child in its own session, so that Ctrl-C reaches only us. Call it from the main thread: the kernel
    counts the death of the starting *thread* as the parent's."""
    before = account.before_start if account else None
    with log.open("ab") as file:
        return subprocess.Popen(
            [os.fspath(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
            pass_fds=pass_fds,
            preexec_fn=dies_with_parent(death_signal, before),
            **(account.popen_options() if account else {}),
        )


def remember(directory: Path, name: str, pid: int, stop_signal: int) -> None:
    """Write the pid file of a child, so that the next start can end it where the kernel did not."""
    record = {"pid": pid, "identity": identity(pid), "stop_signal": int(stop_signal)}
    (directory / f"{name}.json").write_text(json.dumps(record))


def forget(directory: Path, name: str) -> None:
    """Remove a pid file."""
    (directory / f"{name}.json").unlink(missing_ok=True)


def wait_gone(pid: int, known: str | None, seconds: float) -> bool:
    """Wait until that very process is gone. Returns whether it is."""
    until = time.monotonic() + seconds
    while (now := identity(pid)) is not None and now == known:
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def kill_group(leader: int) -> None:
    """Kill whatever is left of a child's process group. Raises: ProcessLookupError where nothing is left."""
    os.killpg(leader, signal.SIGKILL)


def end(pid: int, known: str | None, stop_signal: int, grace: float) -> None:
    """End that very process, politely first, with its group, and return when it is gone."""
    if known is None or identity(pid) != known:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, stop_signal)
    if not wait_gone(pid, known, grace):
        with contextlib.suppress(ProcessLookupError):
            kill_group(pid)
        wait_gone(pid, known, 10)


def end_left_overs(directory: Path, grace: float = 20) -> list[str]:
    """End what an earlier start left running, by its pid files. Returns the names of what was still there.

    The caller holds the data directory's lock, so no living launcher owns them.
    """
    records = []
    for file in sorted(directory.glob("*.json")):
        with contextlib.suppress(ValueError, OSError, KeyError):
            record = json.loads(file.read_text())
            records.append((file.stem, int(record["pid"]), record["identity"], int(record["stop_signal"])))
    # the database last: the others finish what they are writing
    records.sort(key=lambda record: record[0] == "postgres")
    found = []
    for name, pid, known, stop_signal in records:
        if known is not None and identity(pid) == known:
            found.append(name)
            end(pid, known, stop_signal, grace)
        forget(directory, name)
    return found
