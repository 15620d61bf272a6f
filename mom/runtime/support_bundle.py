"""`manage.py support-bundle`: what somebody who helps needs to see, in one archive, without a secret.

It works when nothing else does. Two walls keep secrets out: every secret that this installation knows is looked for
word by word, and what looks like one (addresses with passwords, tokens, e-mail addresses, long random words) is
replaced wherever it stands.
"""

import contextlib
import json
import os
import platform
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mom.runtime.install_service import PASSED_ON
from mom.runtime.messages import Refusal, say, step
from mom.runtime.places import CHECKOUT, MANAGE, VENV, Places, data_places
from mom.runtime.status import at_rest, backup_directory, backups

MOST_OF_A_LOG = 2_000_000  # bytes, the end of it
MOST_LOGS = 40
STATUS_WITHIN = 120
HIDDEN = "***"
OPEN_SETTINGS = frozenset(
    {"PORT", "MOM_DATA_DIR", "MOM_PG_BIN", "MOM_DEMO", "BACKUP_DIR", "BACKUP_HOUR", "BACKUP_TIME_ZONE", "LOG_LEVEL"}
    | {"BACKUP_SCHEDULED", "BACKUP_KEEP_DAILY", "BACKUP_KEEP_WEEKLY"}
)
SECRET_FILES = ("secret_key", "pin_pepper", "demo_signins", "start_code", "service.env", "running.json")
SHORTEST = 6  # letters of a secret that is looked for word by word; a shorter one would hide half of the text

_IN_URL = re.compile(r"(\w+://)[^\s/@:]*:[^\s/@]*@")
_E_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_NAMED = re.compile(
    r"""(?ix)( (?:pass(?:word|wd|phrase)? | secret(?:_?key)? | token | pepper | pin | api_?key | authorization | cookie
        | session(?:_?id|_?key)? | csrf\w* ) ["']? \s* [=:]+ \s* ["']? ) [^\s"',;&}]+"""
)
_SCHEME = re.compile(r"(?i)\b(bearer|token|basic)\s+[A-Za-z0-9._~+/=-]{6,}")
_RANDOM = re.compile(r"(?<![\w/.-])(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Za-z])[\w+/=-]{24,}")


def main(argv: list[str]) -> int:
    """Write the archive and say where. Raises: Refusal where it can't be written."""
    if argv and argv[0] in {"-h", "--help"}:
        print("python3 manage.py support-bundle [FILE.zip]: logs, versions, settings by name, status; no secret")
        return 0
    if len(argv) > 1:
        raise Refusal("`support-bundle` takes at most the name of the file to write.")
    places = data_places()
    name = f"mom-support-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.zip"
    target = Path(argv[0]).expanduser().resolve() if argv else Path.cwd() / name
    veil = Veil(known_secrets(places))
    try:
        with step("Packing"), _private(target) as archive:
            for inside, text in parts(places):
                archive.writestr(inside, veil.over(text))
    except OSError as error:
        raise Refusal(f"{target} can't be written: {error.strerror}.") from None
    say(f"{target}: look into it before you send it; names of people and machines may stand in the logs")
    return 0


class Veil:
    """Hides secrets in text: the known ones, and what looks like one."""

    def __init__(self, secrets: set[str]) -> None:
        longest_first = sorted((secret for secret in secrets if len(secret) >= SHORTEST), key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def over(self, text: str) -> str:
        """The text without secrets."""
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        text = _IN_URL.sub(rf"\1{HIDDEN}@", text)
        text = _E_MAIL.sub(HIDDEN, text)
        text = _SCHEME.sub(rf"\1 {HIDDEN}", text)
        text = _NAMED.sub(rf"\1{HIDDEN}", text)
        return _RANDOM.sub(HIDDEN, text)


def known_secrets(places: Places) -> set[str]:
    """Every secret that this installation has in a file or in its environment."""
    found = {os.environ.get(name, "") for name in PASSED_ON if name not in OPEN_SETTINGS}
    for name in SECRET_FILES:
        found |= set(re.split(r"[\s\"']+", _read(places.data / name)))
    found |= {_read(places.broker / "password").strip()}
    for address in [value for value in found if "://" in value]:
        found.add(unquote(urlsplit(address).password or ""))
    return {value for value in found if not value.startswith(("/", "http://127.0.0.1"))} - _ordinary_words()


def _ordinary_words() -> set[str]:
    """What stands in those files and is no secret: names of settings and of the keys of `running.json`."""
    words = {"mom.settings.dev", "postgresql", "environment", "identity", "address", "running", "password"}
    return {
        *words,
        *PASSED_ON,
        "SECRET_KEY:",
        "pid",
        "operator",
        "supervisor",
        "planner",
        "maintenance",
        "administrator",
    }


def parts(places: Places) -> Iterator[tuple[str, str]]:
    """Each file of the archive by its name in there, before the veil."""
    yield "versions.json", json.dumps(_versions(), indent=1)
    yield "settings.json", json.dumps(_settings(), indent=1)
    yield "status.json", _status(places)
    yield "backups.json", json.dumps([_summary(told) for told in backups(backup_directory(places))], indent=1)
    logs = sorted(places.log.glob("*.log*")) if places.log.is_dir() else []
    for log in logs[:MOST_LOGS]:
        yield f"log/{log.name}", _end_of(log)


def _versions() -> dict[str, object]:
    described = _said(["git", "-C", str(CHECKOUT), "describe", "--always", "--dirty", "--tags"], 10)
    packages = sorted(
        path.name.removesuffix(".dist-info") for path in VENV.glob("lib/python*/site-packages/*.dist-info")
    )
    version = re.search(r'^version = "([^"]+)"', _read(CHECKOUT / "pyproject.toml"), re.MULTILINE)
    return {
        "mom": version[1] if version else "",
        "commit": described.strip(),
        "python": sys.version,
        "platform": platform.platform(),
        "cpus": os.cpu_count(),
        "packages": packages,
    }


def _settings() -> dict[str, object]:
    """What is set: openly where no secret can be in it, else only that it is."""
    is_set = [name for name in PASSED_ON if os.environ.get(name)]
    return {
        "open": {name: os.environ[name] for name in is_set if name in OPEN_SETTINGS},
        "set, not shown": [name for name in is_set if name not in OPEN_SETTINGS],
        "not set": [name for name in PASSED_ON if name not in is_set],
    }


def _status(places: Places) -> str:
    """What `manage.py status` says, or why it says nothing."""
    said = _said([sys.executable, str(MANAGE), "status", "--json"], STATUS_WITHIN)
    begin = said.find("{")
    return said[begin:] if begin >= 0 else json.dumps({"said": said[-4000:], "lines": at_rest(places)}, indent=1)


def _summary(told: dict[str, object]) -> dict[str, object]:
    names = ("name", "cause", "started_at", "finished_at", "version", "postgresql", "seconds", "proof", "measure")
    return {name: told.get(name) for name in names}


def _said(command: list[str], within: float) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=within, cwd=CHECKOUT)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{type(error).__name__}"
    return done.stdout or done.stderr


def _end_of(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - MOST_OF_A_LOG))
        return file.read().decode("utf-8", "replace")


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


@contextlib.contextmanager
def _private(target: Path) -> Iterator[zipfile.ZipFile]:
    """A new archive, readable by its owner alone. Raises: OSError where the file is there already."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        yield archive
