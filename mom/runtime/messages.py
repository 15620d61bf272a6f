"""What the person at the terminal reads: a line a step with its time, one sentence when it can't go on."""

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

_T0 = float(os.environ.get("MOM_T0") or time.time())
STILL_AFTER = 10.0  # seconds between two signs of life of a long step


class Refusal(Exception):
    """MOM can't go on. Its text is one clear sentence for the person who typed the command."""


def started_at() -> float:
    """The second the command was typed; survives the step into the environment by `MOM_T0`."""
    return _T0


def say(text: str) -> None:
    """One line, with the seconds since the command was typed."""
    print(f"[{time.time() - _T0:6.1f} s] {text}", flush=True)


def warn(text: str) -> None:
    """One line on the error stream."""
    print(f"[{time.time() - _T0:6.1f} s] {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(text: str) -> Iterator[None]:
    """A long step: announced, alive every ten seconds, and closed with how long it took."""
    say(f"{text} ...")
    begun = time.monotonic()
    done = threading.Event()

    def keep_telling() -> None:
        while not done.wait(STILL_AFTER):
            say(f"{text}: still at it, {time.monotonic() - begun:.0f} s")

    teller = threading.Thread(target=keep_telling, daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()
    say(f"{text}: done in {time.monotonic() - begun:.1f} s")


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log, indented; empty when there is none."""
    try:
        with log.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 16_384))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])
