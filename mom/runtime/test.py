"""`manage.py test`: the whole suite on a database and a broker of its own. The data of `run` are never touched."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mom.runtime import processes, stack
from mom.runtime.locks import Held, file_lock
from mom.runtime.messages import Refusal, say
from mom.runtime.places import CHECKOUT, Places, data_places, home_of_tests, memory
from mom.runtime.postgres import data_homes

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PARALLEL_FROM = 300  # tests; below, starting the helpers costs more than they save
OWN_SERVERS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "CACHE_URL", "SECRET_KEY", "PIN_PEPPER")


def main(argv: list[str]) -> int:
    """Run pytest with these arguments. Returns its exit code."""
    browser = find_browser()
    required = os.environ.get("MOM_REQUIRE_BROWSER") == "1"
    if browser is None and required:
        raise Refusal("MOM_REQUIRE_BROWSER=1, and no Chromium is installed (Debian: apt-get install chromium).")
    with servers() as env:
        if browser is not None:
            env["MOM_CHROMIUM"] = browser
        code = _pytest([*_parallel(argv), *argv], env)
    if browser is None:
        say("Browser tests were SKIPPED: no Chromium is installed (Debian: apt-get install chromium)")
    say("All tests passed" if code == 0 else f"pytest ended with code {code}")
    return code


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """The environment of a test run: servers that are quick and may lose data in a crash, in a directory of their own.

    The directory is kept, so that the migrated template database is there next time; a second run at the same time
    gets one of its own.
    """
    with ExitStack() as held:
        places = _places(held)
        _forget_after_crash(places)
        started = held.enter_context(stack.running(places, durable=False, environ=_without_servers(os.environ)))
        places.migrated.touch()  # here: "these servers have not been stopped cleanly yet"
        held.callback(places.migrated.unlink, missing_ok=True)
        yield {**started.environment, "DJANGO_SETTINGS_MODULE": "mom.settings.test"}


def find_browser() -> str | None:
    """The Chromium to test with: MOM_CHROMIUM, else what is on PATH."""
    named = os.environ.get("MOM_CHROMIUM", "").strip()
    return named or next((found for name in BROWSERS if (found := shutil.which(name))), None)


def _places(held: ExitStack) -> Places:
    data = data_places().data
    data.mkdir(parents=True, exist_ok=True)
    places = Places(home_of_tests(data))
    try:
        held.enter_context(file_lock(data / "test.lock", f"test (process {os.getpid()})"))
    except Held as other:
        say(f"{other} uses the test servers; this run gets its own")
        directory = tempfile.mkdtemp(prefix="mom-test-", dir=memory())
        for home in data_homes(Path(directory) / "postgres"):
            held.callback(shutil.rmtree, home, ignore_errors=True)
        held.callback(shutil.rmtree, directory, ignore_errors=True)
        return Places(Path(directory)).make()
    return places.make()


def _forget_after_crash(places: Places) -> None:
    """Without fsync a killed cluster can't be trusted: it is made anew."""
    processes.end_left_overs(places.pids)
    if places.migrated.exists():
        for home in data_homes(places.postgres):
            shutil.rmtree(home, ignore_errors=True)
        places.migrated.unlink()


def _without_servers(environ: Mapping[str, str]) -> dict[str, str]:
    """A test run never uses servers that the environment names, unless MOM_TEST_DATABASE_URL asks for it."""
    kept = {name: value for name, value in environ.items() if name not in OWN_SERVERS}
    if named := environ.get("MOM_TEST_DATABASE_URL"):
        kept["DATABASE_URL"] = named
    return kept


def _parallel(argv: list[str]) -> list[str]:
    """`-n` for the whole suite once it is large; whoever names tests or `-n` knows better."""
    whole = all(argument.startswith("-") and not argument.startswith(("-n", "-p", "--pdb")) for argument in argv)
    if not whole or (os.cpu_count() or 1) < 2:
        return []
    tests = sum(
        len(re.findall(r"^\s*def test_", path.read_text(), re.MULTILINE))
        for path in CHECKOUT.glob("tests/**/test_*.py")
    )
    if tests < PARALLEL_FROM:
        return []
    # In our own order, the slow files first: one of them left for the end would keep a single processor busy.
    return ["-n", str(min(8, os.cpu_count() or 1)), "--dist", "loadfile", "--no-loadscope-reorder"]


def _pytest(arguments: list[str], env: dict[str, str]) -> int:
    """Ctrl-C goes to pytest, which reports what it has; we wait for it."""
    ours = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *arguments],
            cwd=CHECKOUT,
            env=env,
            preexec_fn=processes.dies_with_parent(signal.SIGTERM, _hear_interrupts),
        )
        return process.wait()
    finally:
        signal.signal(signal.SIGINT, ours)


def _hear_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
