"""The isolated environment in `.venv`: made once from the hashed lock, checked in milliseconds at every later start."""

import contextlib
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path

from mom.runtime.locks import file_lock
from mom.runtime.messages import Refusal, say, started_at, step, warn
from mom.runtime.places import BOOT, CHECKOUT, MANAGE, VENV

RUN_LOCK = CHECKOUT / "requirements.txt"
DEV_LOCK = CHECKOUT / "requirements-dev.txt"
BOOT_LOCK = CHECKOUT / "requirements-boot.txt"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".mom-environment"
UNFINISHED = VENV / ".mom-unfinished"  # there while packages are written: a killed set-up is started over


def enter(argv: list[str], *, dev: bool) -> None:
    """Return inside the environment that holds the locked packages; outside, make it and start over in it.

    `MOM_ENVIRONMENT=system` says that this interpreter is the environment (the image).
    Raises: Refusal where it can't be made.
    """
    if os.environ.get("MOM_ENVIRONMENT") == "system":
        return
    if not is_current(dev=dev):
        with _building():
            if not is_current(dev=dev):
                build(dev=dev)
    if Path(sys.prefix).resolve() == VENV.resolve():
        return
    environ = {**os.environ, "MOM_T0": str(started_at()), "VIRTUAL_ENV": str(VENV)}
    environ.pop("PYTHONHOME", None)
    os.execve(PYTHON, [str(PYTHON), str(MANAGE), *argv], environ)


def is_current(*, dev: bool) -> bool:
    """Whether `.venv` holds the packages of today's lock for this Python."""
    stamp = _read_stamp()
    if not PYTHON.exists() or UNFINISHED.exists() or stamp.get("python") != _python_tag():
        return False
    lock, name = (DEV_LOCK, "dev") if dev else (RUN_LOCK, "run")
    return stamp.get(name) == _fingerprint(lock)


def build(*, dev: bool) -> None:
    """Install the lock into `.venv`, by uv where that works, else by pip. Both check every hash."""
    dev = dev or bool(_read_stamp().get("dev"))  # never take the test tools away from a developer's environment
    lock = DEV_LOCK if dev else RUN_LOCK
    with step(f"Setting up the Python environment from {lock.name}"):
        uv = _uv()
        if uv is None or not _build_with_uv(uv, lock):
            _build_with_pip(lock)
    stamp = {"python": _python_tag(), "run": _fingerprint(RUN_LOCK), "dev": _fingerprint(DEV_LOCK) if dev else None}
    STAMP.write_text(json.dumps(stamp))
    UNFINISHED.unlink(missing_ok=True)


def uv_command() -> Path:
    """The pinned uv. Raises: Refusal where it can't be installed."""
    uv = _uv()
    if uv is None:
        raise Refusal("uv could not be installed, and this command needs it.")
    return uv


def index_settings(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What pip was told about where packages come from, in uv's words: uv doesn't read pip's configuration.

    By environment, not by argument: such an address may hold a password.
    """
    listed = _pip("config", "list", quiet=True)
    told = {}
    for line in listed.stdout.splitlines():
        key, _, value = line.partition("=")
        told[key.rpartition(".")[2]] = value.strip("'\"")
    names = {"index-url": "UV_DEFAULT_INDEX", "extra-index-url": "UV_INDEX", "find-links": "UV_FIND_LINKS"}
    return {
        uv_name: " ".join(told[pip_name].split())
        for pip_name, uv_name in names.items()
        if told.get(pip_name) and uv_name not in environ
    }


@contextlib.contextmanager
def _building() -> Iterator[None]:
    """One set-up at a time. Raises: Refusal where the checkout can't be written."""
    try:
        with file_lock(
            BOOT.parent / "environment.lock",
            f"process {os.getpid()}",
            on_wait=lambda holder: say(f"Waiting for the set-up that {holder} is doing"),
        ):
            yield
    except PermissionError as error:
        raise Refusal(
            f"The Python environment can't be made: this user may not write {error.filename}. "
            "Use a checkout of your own."
        ) from None


def _build_with_uv(uv: Path, lock: Path) -> bool:
    environ = {
        **os.environ,
        **index_settings(),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_INDEX_STRATEGY": "unsafe-best-match",  # safe here: every file is checked against the lock's hash
        "UV_NO_CONFIG": "1",
    }
    common = [str(uv), "--system-certs", "--quiet"]
    if UNFINISHED.exists() or not PYTHON.exists() or _read_stamp().get("python") not in (None, _python_tag()):
        made = _call([*common, "venv", "--clear", "--python", _base_python(), str(VENV)], environ)
        if not made:
            return False
    UNFINISHED.touch()
    return _call([*common, "pip", "sync", "--require-hashes", "--python", str(PYTHON), str(lock)], environ)


def _build_with_pip(lock: Path) -> None:
    """Raises: Refusal with pip's own last words."""
    warn("uv did not manage; trying pip, which takes about a minute")
    shutil.rmtree(VENV, ignore_errors=True)
    if not _call([_base_python(), "-m", "venv", "--without-pip", str(VENV)], os.environ):
        raise Refusal("Python's own venv module does not work here: install it (Debian: apt-get install python3-venv).")
    UNFINISHED.touch()
    arguments = ["--python", str(PYTHON), "install", "--quiet", "--no-deps", "--require-hashes", "-r", str(lock)]
    done = _pip(*arguments)
    if done.returncode != 0:
        raise Refusal(f"The dependencies could not be installed:\n{done.stderr.strip()[-2000:]}")


def _uv() -> Path | None:
    """The uv that requirements-boot.txt pins, installed beside the data on first use; None where pip can't get it."""
    uv = BOOT / "bin" / "uv"
    stamp = BOOT / ".lock"
    wanted = _fingerprint(BOOT_LOCK)
    if uv.exists() and stamp.exists() and stamp.read_text() == wanted:
        return uv
    if _pip("--version", quiet=True).returncode != 0:
        raise Refusal("This Python has no pip: install it (Debian: apt-get install python3-pip).")
    shutil.rmtree(BOOT, ignore_errors=True)
    done = _pip("install", "--quiet", "--no-deps", "--require-hashes", "--target", str(BOOT), "-r", str(BOOT_LOCK))
    if done.returncode != 0 or not uv.exists():
        warn(f"uv could not be installed: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
        return None
    stamp.write_text(wanted)
    return uv


def _pip(*arguments: str, quiet: bool = False) -> "subprocess.CompletedProcess[str]":
    environ = {
        **os.environ,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PIP_NO_WARN_SCRIPT_LOCATION": "1",
        "PIP_USER": "0",
    }
    if not quiet:
        # a constraints file of the machine would have to carry hashes too; the lock already says every version
        environ["PIP_CONSTRAINT"] = os.devnull
    return subprocess.run(
        [_base_python(), "-m", "pip", *arguments], capture_output=True, text=True, check=False, env=environ
    )


def _call(command: list[str], environ: Mapping[str, str]) -> bool:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(environ))
    if done.returncode != 0:
        warn(f"{Path(command[0]).name} failed: {done.stderr.strip()[-1500:]}")
    return done.returncode == 0


def _base_python() -> str:
    """The interpreter outside any environment: `.venv` may be about to be cleared under the one that runs this."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def _python_tag() -> str:
    """What installed packages depend on. Two Pythons of one minor version may call the launcher in turn."""
    major, minor, _patch = platform.python_version_tuple()
    return f"{major}.{minor} {sysconfig.get_platform()}"


def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read_stamp() -> dict[str, str | None]:
    with contextlib.suppress(OSError, ValueError):
        return dict(json.loads(STAMP.read_text()))
    return {}
