"""`manage.py run`: from a fresh checkout to a served page, then watch over it until Ctrl-C."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from mom.runtime import ports, processes, services, stack
from mom.runtime.locks import Held, file_lock
from mom.runtime.messages import Refusal, say, step, tail
from mom.runtime.places import CHECKOUT, MANAGE, Places, data_places, write_private
from mom.runtime.stack import Stack
from mom.runtime.supervisor import Child, Supervisor

LARGEST_LOG = 10_000_000
READY_WITHIN = 120.0


def main(argv: list[str]) -> int:
    """Start everything and stay; with `--demo` the demo plant is put in first.

    Returns 0 after a clean stop, or where it runs already; 1 where something else holds the data directory.
    """
    if argv not in ([], ["--demo"]):
        raise Refusal("`run` takes --demo and nothing else; PORT and MOM_DATA_DIR come from the environment.")
    places = data_places().make()
    try:
        with file_lock(places.lock, f"run (process {os.getpid()})"):
            return _run(places, wants_demo=_wants_demo(argv))
    except Held as held:
        return _already(places, str(held))


def _run(places: Places, *, wants_demo: bool) -> int:
    supervisor = Supervisor(places.pids)
    for number in (signal.SIGTERM, signal.SIGHUP):  # until the supervisor watches, they interrupt like Ctrl-C
        signal.signal(number, _interrupt)
    places.state.unlink(missing_ok=True)
    if found := processes.end_left_overs(places.pids):
        say(f"Ended what an earlier start left running: {', '.join(found)}")
    _turn_logs(places.log)
    listener = ports.listen()
    address = f"http://{ports.HOST}:{listener.getsockname()[1]}"
    started = stack.start(places)
    try:
        _adopt_servers(supervisor, started)
        _migrate(places, started)
        if wants_demo:
            _seed(places, started)
        code = _start_code(places, started)
        supervisor.catch_signals()
        _serve(places, supervisor, started.environment, listener, address)
        if not supervisor.asked_to_stop:
            _tell(places, address, code)
            supervisor.watch(lambda: _mind_demo(places, supervisor, started.environment))
    finally:
        supervisor.catch_signals()
        _stop(places, supervisor, started)
    return 0


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _serve(
    places: Places, supervisor: Supervisor, env: Mapping[str, str], listener: socket.socket, address: str
) -> None:
    write_state(places, env, address)
    with step("Starting the web server"):
        web = services.web(places, env, listener, address)
        supervisor.add(web)
        supervisor.watch(lambda: _is_up(web, address))
    if supervisor.asked_to_stop:
        return
    supervisor.add(services.worker(places, env, address))
    supervisor.add(services.beat(places, env))


def _mind_demo(places: Places, supervisor: Supervisor, env: Mapping[str, str]) -> bool:
    """The demo plant runs as long as it stands: it may be added and removed while we serve. Never ends the watch."""
    runs = any(child.name == "demo" for child in supervisor.children)
    if runs != places.demo_signins.exists():
        if runs:
            supervisor.stop(["demo"])
        else:
            supervisor.add(services.demo(places, env))
    return False


def _tell(places: Places, address: str, code: str) -> None:
    say(f"Serving at {address}/   (Ctrl-C stops everything; logs are in {places.log})")
    if code:
        print(f"\nNobody can sign in yet. Begin here:\n  {address}/start/code/?code={code}\n", flush=True)
    if places.demo_signins.exists():
        print(f"\n{places.demo_signins.read_text().rstrip()}\n", flush=True)


def _is_up(web: Child, address: str) -> bool:
    """Raises: Refusal where the web server keeps dying or does not answer in time."""
    if web.failures >= 3 or time.monotonic() - web.born > READY_WITHIN:
        raise Refusal(f"The web server does not start; the end of {web.log}:\n{tail(web.log)}")
    return web.process is not None and services.answers(address, seconds=2)


def write_state(places: Places, env: Mapping[str, str], address: str) -> None:
    """Tell other commands where this stack is. Readable by its owner alone: it holds the broker's password."""
    state = {
        "pid": os.getpid(),
        "identity": processes.identity(os.getpid()),
        "address": address,
        "environment": {name: env[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY")},
    }
    write_private(places.state, json.dumps(state))


def read_state(places: Places) -> dict[str, object] | None:
    """What the running stack told, or None where none is running."""
    try:
        state = json.loads(places.state.read_text())
        alive = processes.identity(int(state["pid"])) == state["identity"]
    except (OSError, ValueError, KeyError):
        return None
    return dict(state) if alive else None


def _already(places: Places, holder: str) -> int:
    state = read_state(places)
    if state is not None and services.answers(str(state["address"]), seconds=5):
        say(f"MOM already runs at {state['address']}/ (process {state['pid']}); `manage.py stop` stops it.")
        return 0
    say(f"The data directory {places.data} is in use by {holder}; try again when that has finished.")
    return 1


def _adopt_servers(supervisor: Supervisor, started: Stack) -> None:
    """Put the database and the broker under the supervisor too."""
    if started.postgres is not None:
        cluster = started.postgres.what
        supervisor.add(
            Child("postgres", cluster.start, signal.SIGINT, 60, cluster.log, process=started.postgres.process)
        )
    if started.broker is not None:
        broker = started.broker.what
        supervisor.add(Child("broker", broker.start, signal.SIGTERM, 10, broker.log, process=started.broker.process))


def _stop(places: Places, supervisor: Supervisor, started: Stack) -> None:
    say("Stopping (a second Ctrl-C doesn't wait for the task that the worker is at)")
    supervisor.stop(["demo", "web", "beat", "worker", "broker", "postgres"])
    if started.postgres is not None:
        started.postgres.what.tidy()
    started.postgres = started.broker = None
    places.state.unlink(missing_ok=True)
    say("Stopped")


def _migrate(places: Places, started: Stack) -> None:
    """Bring the database to this code. Skipped where the embedded database has been brought to exactly it before."""
    code = _fingerprint()
    if started.postgres is not None and _read(places.migrated) == code:
        return
    with step("Bringing the database up to date"):
        django("migrate", "--verbosity", "0", env=started.owner_environment, what="The migrations")
    if started.postgres is not None:
        write_private(places.migrated, code)


def _wants_demo(argv: list[str]) -> bool:
    """Raises: Refusal for a MOM_DEMO that is neither yes nor no."""
    wanted = os.environ.get("MOM_DEMO", "0")
    if wanted not in {"1", "0"}:
        raise Refusal(f"MOM_DEMO must be 1 or 0, not {wanted!r}.")
    return bool(argv) or wanted == "1"


def _seed(places: Places, started: Stack) -> None:
    """Put the demo plant in, where it is not there yet."""
    if not places.demo_signins.exists():
        with step("Preparing the demo plant"):
            django("seed_demo", env=started.environment, what="The demo plant")
        places.begun.touch(mode=0o600)


def _start_code(places: Places, started: Stack) -> str:
    """The code of the first page, kept beside the data too; empty once somebody can sign in, which is asked once."""
    if places.begun.exists():
        places.start_code.unlink(missing_ok=True)
        return ""
    told = django("start_code", env=started.environment, what="The setup code").strip().splitlines()
    code = told[-1] if told else ""
    if not _is_code(code):
        places.begun.touch(mode=0o600)
        places.start_code.unlink(missing_ok=True)
        return ""
    write_private(places.start_code, code + "\n")
    return code


def _is_code(text: str) -> bool:
    return len(text) >= 16 and " " not in text


def django(*arguments: str, env: Mapping[str, str], what: str) -> str:
    """Run a Django command in a process of its own; what it said. Raises: Refusal with its last words on failure."""
    done = subprocess.run(
        [sys.executable, str(MANAGE), *arguments],
        env={**env, "MOM_ENVIRONMENT": "system"},
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        preexec_fn=processes.dies_with_parent(signal.SIGTERM),
    )
    if done.returncode != 0:
        raise Refusal(f"{what} failed:\n{done.stdout.strip()[-4000:]}")
    return done.stdout


def _fingerprint() -> str:
    """Changes with every migration, ours or a dependency's, and with the demo plant."""
    files = [CHECKOUT / "requirements.txt", *CHECKOUT.glob("mom/demo/**/*.py"), *CHECKOUT.glob("*/migrations/*.py")]
    files += CHECKOUT.glob("mom/*/migrations/*.py")
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(os.fsencode(path.relative_to(CHECKOUT)) + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _turn_logs(directory: Path) -> None:
    """Keep one old log a process, so that they don't grow for ever."""
    for log in directory.glob("*.log"):
        if log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""
