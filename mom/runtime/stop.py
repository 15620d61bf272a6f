"""`manage.py stop`: ask the running stack to stop, and end what a killed one left behind."""

import contextlib
import os
import signal

from mom.runtime import processes
from mom.runtime.locks import Held, file_lock
from mom.runtime.messages import Refusal, say
from mom.runtime.places import Places, data_places

PATIENCE = 120.0  # the worker may finish its task, the database its checkpoint


def main(argv: list[str]) -> int:
    """Returns 0 when nothing runs any more."""
    if argv:
        raise Refusal("`stop` takes no arguments.")
    places = data_places()
    if not stop_running(places):
        say("Nothing was running")
    return 0


def stop_running(places: Places) -> bool:
    """Stop the launcher and wait for it; end left-overs where there is none. Returns whether anything ran.

    Raises: Refusal where something holds the data directory that isn't a launcher, or doesn't stop.
    """
    if not places.lock.exists():
        return False
    try:
        with file_lock(places.lock, f"stop (process {os.getpid()})"):
            return bool(processes.end_left_overs(places.pids))
    except Held as held:
        holder = str(held)
    kind, _, rest = holder.partition(" (process ")
    pid = rest.rstrip(")")
    if kind != "run" or not pid.isdecimal():
        raise Refusal(f"The data directory {places.data} is in use by {holder}; let that finish first.")
    known = processes.identity(int(pid))
    say(f"Stopping process {pid}")
    with contextlib.suppress(ProcessLookupError):
        os.kill(int(pid), signal.SIGTERM)
    if known is not None and not processes.wait_gone(int(pid), known, PATIENCE):
        raise Refusal(f"Process {pid} did not stop in {PATIENCE:.0f} s.")
    say("Stopped")
    return True
