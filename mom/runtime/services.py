"""The processes above the servers: web with the live stream, worker and beat. The image starts the same ones apart."""

import json
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from mom.runtime import processes
from mom.runtime.places import CHECKOUT, Places
from mom.runtime.supervisor import Child

QUEUES = "default,outbox,imports,floor,kpi,backups"  # as in mom.celery; a test holds them equal
WORKER_PROCESSES = 2
DEAF_AFTER = 660.0  # seconds without a heartbeat; longer than the longest task may take


def web(places: Places, env: Mapping[str, str], listener: socket.socket, address: str) -> Child:
    """Pages, API and `/live/` on one port. It inherits the listening socket, so requests wait while it restarts."""
    descriptor = listener.fileno()
    command = [sys.executable, "-m", "uvicorn", "mom.asgi:application", "--fd", str(descriptor)]
    command += ["--log-level", "warning", "--no-server-header", "--timeout-graceful-shutdown", "3", "--ws", "none"]
    command += ["--timeout-keep-alive", "65"]  # longer than a gateway's minute and a page's calm
    log = places.log / "web.log"
    start = _starter(command, log, env, signal.SIGTERM, pass_fds=(descriptor,))
    return Child("web", start, signal.SIGTERM, 10, log, answers=lambda: answers(address))


def worker(places: Places, env: Mapping[str, str], address: str) -> Child:
    """Every queue in one worker. SIGTERM lets it finish the task it is at; a death of ours takes it along at once.

    A worker can be alive and deaf after the broker broke; the heartbeat that it stamps for each queue tells.
    """
    command = [sys.executable, "-m", "celery", "--app", "mom.celery", "worker", "--pool", "prefork"]
    command += ["--concurrency", str(WORKER_PROCESSES), "--queues", QUEUES, "--loglevel", "WARNING"]
    command += ["--without-gossip", "--without-mingle", "--hostname", "worker@embedded"]
    log = places.log / "worker.log"
    start = _starter(command, log, env, signal.SIGKILL)
    return Child(
        "worker", start, signal.SIGTERM, 35, log, answers=lambda: hears(address), check_every=60, first_check=DEAF_AFTER
    )


def beat(places: Places, env: Mapping[str, str]) -> Child:
    """The one that rings the bells."""
    command = [sys.executable, "-m", "celery", "--app", "mom.celery", "beat", "--loglevel", "WARNING"]
    command += ["--schedule", str(places.data / "beat-schedule"), "--pidfile", ""]
    log = places.log / "beat.log"
    return Child("beat", _starter(command, log, env, signal.SIGKILL), signal.SIGTERM, 5, log)


def demo(places: Places, env: Mapping[str, str]) -> Child:
    """The demo plant's machines and crew, where the demo stands."""
    command = [sys.executable, str(CHECKOUT / "manage.py"), "play_demo"]
    log = places.log / "demo.log"
    start = _starter(command, log, {**env, "MOM_ENVIRONMENT": "system"}, signal.SIGKILL)
    return Child("demo", start, signal.SIGTERM, 10, log)


def answers(address: str, path: str = "/readyz", seconds: float = 10) -> bool:
    """Whether an HTTP answer comes at all; which one doesn't matter here: 503 is an answer of a living server."""
    try:
        with urllib.request.urlopen(address + path, timeout=seconds):  # noqa: S310 - our own http:// address
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def hears(address: str) -> bool:
    """Whether a worker of each queue stamped its heartbeat lately; True where that can't be known just now."""
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=10) as answer:  # noqa: S310 - as above
            report = json.loads(answer.read())
    except urllib.error.HTTPError as error:
        report = json.loads(error.read() or b"{}")
    except (OSError, ValueError):
        return True
    parts = [report.get(name) or {} for name in ("database", "broker", "workers")]
    if not all(part.get("ok") for part in parts[:2]):
        return True
    ages = [queue.get("seconds_ago") for queue in (parts[2].get("queues") or {}).values()]
    return all(age is not None and age < DEAF_AFTER for age in ages)


def _starter(
    command: list[str], log: Path, env: Mapping[str, str], death_signal: int, pass_fds: tuple[int, ...] = ()
) -> Callable[[], "subprocess.Popen[bytes]"]:
    def start() -> "subprocess.Popen[bytes]":
        return processes.spawn(command, log=log, env=env, death_signal=death_signal, pass_fds=pass_fds, cwd=CHECKOUT)

    return start
