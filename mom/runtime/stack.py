"""The database and the broker together, ours or those the environment names, and what Django is told."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from mom.runtime import processes, roles
from mom.runtime.broker import Broker, broker
from mom.runtime.messages import Refusal, step, warn
from mom.runtime.places import CHECKOUT, Places, write_private
from mom.runtime.postgres import Cluster, cluster

What = TypeVar("What", Cluster, Broker)


@dataclass
class Server(Generic[What]):
    """A running server of ours and how to start it again."""

    what: What
    process: "subprocess.Popen[bytes]"


@dataclass
class Stack:
    """The servers below Django. `postgres` or `broker` is None where the environment names another."""

    places: Places
    postgres: Server[Cluster] | None = None
    broker: Server[Broker] | None = None
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def owner_environment(self) -> dict[str, str]:
        """For migrations: the owner's role, and no limit on how long a statement may take."""
        return {
            **self.environment,
            "DATABASE_URL": self.environment["DATABASE_OWNER_URL"],
            "DATABASE_STATEMENT_TIMEOUT": "0",
        }


def start(places: Places, *, durable: bool = True, environ: Mapping[str, str] = os.environ) -> Stack:
    """Start what the environment doesn't name. The caller holds the data directory's lock and stops it with `stop`.

    Raises: Refusal where a server doesn't start; what was started is stopped again.
    """
    stack = Stack(places)
    try:
        told = {
            name: environ[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL") if environ.get(name)
        }
        if "DATABASE_URL" not in told:
            stack.postgres = _start_postgres(places, durable)
            told["DATABASE_URL"] = stack.postgres.what.address(roles.APP)
            told["DATABASE_OWNER_URL"] = stack.postgres.what.address(roles.OWNER)
        told.setdefault("DATABASE_OWNER_URL", told["DATABASE_URL"])
        if "REDIS_URL" not in told:
            stack.broker = _start_broker(places, durable)
            told["REDIS_URL"] = stack.broker.what.url
        stack.environment = {**_clean(environ), **told, **django_environment(places, environ)}
    except BaseException:
        stop(stack)
        raise
    return stack


def stop(stack: Stack) -> None:
    """Stop what we started, the database last and cleanly."""
    if stack.broker is not None:
        _stop_process("broker", stack.broker.process, signal.SIGTERM, stack.places)
    if stack.postgres is not None:
        _stop_process("postgres", stack.postgres.process, signal.SIGINT, stack.places)
        stack.postgres.what.tidy()


@contextlib.contextmanager
def running(places: Places, *, durable: bool = True, environ: Mapping[str, str] = os.environ) -> Iterator[Stack]:
    """The servers for the length of a block."""
    stack = start(places, durable=durable, environ=environ)
    try:
        yield stack
    finally:
        stop(stack)


def django_environment(places: Places, environ: Mapping[str, str]) -> dict[str, str]:
    """What the settings read besides the servers' addresses; what is already set wins."""
    return {
        "DJANGO_SETTINGS_MODULE": environ.get("DJANGO_SETTINGS_MODULE") or "mom.settings.dev",
        "SECRET_KEY": environ.get("SECRET_KEY") or secret_key(places.secret_key),
        "PIN_PEPPER": environ.get("PIN_PEPPER") or secret_key(places.pin_pepper),
        "LOG_FORMAT": environ.get("LOG_FORMAT") or "console",  # people read these logs, not machines
        "MOM_DATA_DIR": str(places.data),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(CHECKOUT), environ.get("PYTHONPATH", "")])),
        "PYTHONUNBUFFERED": "1",
        "MOM_PYTHON": sys.executable,
    }


def secret_key(path: Path) -> str:
    """A secret of this installation, made once and readable by its owner alone."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(64))
    return path.read_text().strip()


def _stop_process(name: str, process: "subprocess.Popen[bytes]", stop_signal: int, places: Places) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(stop_signal)
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        warn(f"{name} did not stop in 60 s and is killed; it recovers at the next start")
        process.kill()
        process.wait()
    processes.forget(places.pids, name)


def _start_postgres(places: Places, durable: bool) -> Server[Cluster]:
    made = cluster(places.postgres, places.log / "postgres.log", durable=durable)
    if not (made.data / "PG_VERSION").exists():
        with step(f"Making the database with PostgreSQL {made.binaries.major}"):
            made.initialise()
    server = Server(made, made.start_ready())
    processes.remember(places.pids, "postgres", server.process.pid, signal.SIGINT)
    try:
        roles.prepare(made, for_tests=not durable)
    except BaseException:
        stop(Stack(places, postgres=server))
        raise
    return server


def _start_broker(places: Places, durable: bool) -> Server[Broker]:
    """A free port may be taken before we bind it, a file may be unreadable after a crash: hence two tries."""
    try:
        return _try_broker(places, durable)
    except Refusal:
        broker(places.broker, places.log / "broker.log", durable=durable).set_aside_unreadable()
        return _try_broker(places, durable)


def _try_broker(places: Places, durable: bool) -> Server[Broker]:
    made = broker(places.broker, places.log / "broker.log", durable=durable)
    process = made.start()
    processes.remember(places.pids, "broker", process.pid, signal.SIGTERM)
    try:
        made.wait_ready(process)
    except BaseException:
        stop(Stack(places, broker=Server(made, process)))
        raise
    return Server(made, process)


def _clean(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if not name.startswith("PYTEST_")}
