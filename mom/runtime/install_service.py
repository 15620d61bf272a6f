"""`manage.py install-service`: MOM starts at boot and is kept running, as an ordinary user. It says all that it does.

As an ordinary user: a systemd unit of that user, with linger, so that it starts without a sign-in. As root: a system
unit that runs as the user who owns the checkout. On macOS: launchd. Elsewhere: refused with a sentence.
"""

import argparse
import os
import plistlib
import pwd
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mom.runtime.messages import Refusal
from mom.runtime.places import CHECKOUT, MANAGE, data_places

PASSED_ON = (
    "PORT", "MOM_DATA_DIR", "MOM_PG_BIN", "MOM_DEMO", "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "CACHE_URL",
    "SECRET_KEY", "SECRET_KEY_FALLBACKS", "PIN_PEPPER", "PIN_PEPPER_FALLBACKS", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS",
    "BACKUP_DIR", "BACKUP_HOUR", "BACKUP_TIME_ZONE", "BACKUP_SCHEDULED", "BACKUP_KEEP_DAILY", "BACKUP_KEEP_WEEKLY",
    "MOM_ARCHIVE_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "LOG_LEVEL", "SOURCE_URL", "PUBLIC_URL",
)  # fmt: skip
SYSTEMD_RUNS = Path("/run/systemd/system")

UNIT = """\
[Unit]
Description=MOM, manufacturing operations management
StartLimitIntervalSec=0
{after}
[Service]
{user}WorkingDirectory={checkout}
EnvironmentFile=-{environment}
ExecStart={python} {manage} run
Restart=on-failure
RestartSec=5
KillMode=mixed
TimeoutStopSec=150
NoNewPrivileges=true

[Install]
WantedBy={target}
"""


@dataclass(frozen=True)
class Step:
    """One thing that is done, in words and in deed."""

    words: str
    do: Callable[[], None]


@dataclass(frozen=True)
class Plan:
    """All that an installation or a removal does, in order."""

    steps: tuple[Step, ...]
    after: str
    files: Mapping[Path, str] = field(default_factory=dict)
    """What is written where, for `--dry-run`; secrets are not shown."""


def main(argv: list[str]) -> int:
    """Returns 0 when it is done, or shown. Raises: Refusal where this machine can't, with what would help."""
    options = _options(argv)
    plan = _plan(options)
    if options.dry_run:
        print("This is what would be done; nothing is done now.\n")
    for number, step in enumerate(plan.steps, start=1):
        print(f"{number}. {step.words}", flush=True)
        if not options.dry_run:
            step.do()
    if options.dry_run:
        for path, text in plan.files.items():
            print(f"\n--- {path}\n{text.rstrip()}")
    print(f"\n{plan.after}")
    return 0


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 manage.py install-service", description=__doc__)
    parser.add_argument("--dry-run", action="store_true", help="show what would be done and do nothing")
    parser.add_argument("--uninstall", action="store_true", help="stop it, and start it at boot no more; data stay")
    parser.add_argument("--name", default="mom", help="of the service, where there are several on one machine")
    parser.add_argument(
        "--user", default="", help="who it runs as; only root may choose (default: the checkout's owner)"
    )
    options = parser.parse_args(argv)
    if not options.name.replace("-", "").isalnum():
        raise Refusal("A service's name has letters, digits and hyphens only.")
    return options


def _plan(options: argparse.Namespace) -> Plan:
    if sys.platform == "darwin":
        return _launchd(options)
    if sys.platform.startswith("linux"):
        if not options.dry_run and not (SYSTEMD_RUNS.is_dir() and shutil.which("systemctl")):
            raise Refusal(
                "This machine was not started by systemd, and MOM knows no other way here. Let what starts your "
                f"programs run `{shlex.quote(sys.executable)} {shlex.quote(str(MANAGE))} run` as an ordinary user, and "
                "send it SIGTERM to stop."
            )
        return _systemd(options)
    raise Refusal("Services are installed on Linux with systemd and on macOS. On Windows: deploy/windows/install.ps1.")


def _systemd(options: argparse.Namespace) -> Plan:
    is_root = os.geteuid() == 0
    user = _user_of_service(options.user) if is_root else pwd.getpwuid(os.geteuid()).pw_name
    if not is_root and options.user not in {"", user}:
        raise Refusal("Only root may install a service that runs as somebody else.")
    home = Path("/etc/systemd/system") if is_root else Path.home() / ".config" / "systemd" / "user"
    control = ["systemctl"] if is_root else ["systemctl", "--user"]
    unit, environment = home / f"{options.name}.service", data_places().data / "service.env"
    if options.uninstall:
        steps = (
            _run([*control, "disable", "--now", unit.name]),
            Step(f"Remove {unit}", lambda: unit.unlink(missing_ok=True)),
            Step(f"Remove {environment}", lambda: environment.unlink(missing_ok=True)),
            _run([*control, "daemon-reload"]),
        )
        return Plan(steps, "It starts at boot no more. Data and backups are where they were.")
    text = _unit(user if is_root else "", environment)
    steps = (
        _settings_step(environment, user if is_root else ""),
        Step(f"Write {unit}", lambda: _write(unit, text, 0o644)),
        _run([*control, "daemon-reload"]),
        *(() if is_root else (_run(["loginctl", "enable-linger", user], hint=_LINGER.format(user=user)),)),
        _run([*control, "enable", "--now", unit.name]),
    )
    journal = "journalctl" if is_root else "journalctl --user"
    after = (
        f"It runs as {user} and starts at boot. See it: {' '.join(control)} status {options.name}. "
        f"Its words: {journal} -u {options.name}. Undo: manage.py install-service --uninstall."
    )
    return Plan(steps, after, {unit: text, environment: _shown(_settings())})


_LINGER = "An administrator has to allow it once: sudo loginctl enable-linger {user}"


def _user_of_service(named: str) -> str:
    """Raises: Refusal for root, for an unknown name, and for one who can't write the checkout."""
    try:
        found = pwd.getpwnam(named) if named else pwd.getpwuid(CHECKOUT.stat().st_uid)
    except KeyError:
        raise Refusal(
            f"There is no user {named or CHECKOUT.stat().st_uid}: make one, or name another by --user."
        ) from None
    if found.pw_uid == 0:
        raise Refusal(
            "A service of root would be more than MOM needs. Make a user (useradd --create-home mom), give him the "
            f"checkout (chown -R mom {CHECKOUT}), and name him: install-service --user mom."
        )
    if CHECKOUT.stat().st_uid != found.pw_uid:
        raise Refusal(f"{found.pw_name} does not own {CHECKOUT}: chown -R {found.pw_name} {CHECKOUT}")
    return found.pw_name


def _unit(user: str, environment: Path) -> str:
    return UNIT.format(
        after="After=network-online.target\nWants=network-online.target\n" if user else "",
        user=f"User={user}\n" if user else "",
        checkout=_escaped(CHECKOUT),
        environment=_escaped(environment),
        python=_quoted(_python()),
        manage=_quoted(MANAGE),
        target="multi-user.target" if user else "default.target",
    )


def _launchd(options: argparse.Namespace) -> Plan:
    """Not tried by us: written from launchd's manual."""
    is_root, label = os.geteuid() == 0, f"org.mom.{options.name}"
    home = Path("/Library/LaunchDaemons") if is_root else Path.home() / "Library" / "LaunchAgents"
    path, domain = home / f"{label}.plist", "system" if is_root else f"gui/{os.geteuid()}"
    if options.uninstall:
        steps = (
            _run(["launchctl", "bootout", f"{domain}/{label}"]),
            Step(f"Remove {path}", lambda: path.unlink(missing_ok=True)),
        )
        return Plan(steps, "It starts by itself no more. Data and backups are where they were.")
    body = _property_list(label, _user_of_service(options.user) if is_root else "")
    secret_free = {**body, "EnvironmentVariables": dict.fromkeys(_settings(), "...")}
    steps = (
        Step(f"Write {path}", lambda: _write(path, plistlib.dumps(body).decode(), 0o600)),
        _run(["launchctl", "bootstrap", domain, str(path)]),
    )
    when = "at boot" if is_root else "when you sign in (for a start at boot, install it as root with --user)"
    return Plan(steps, f"It starts {when}.", {path: plistlib.dumps(secret_free).decode()})


def _property_list(label: str, user: str) -> dict[str, object]:
    log = str(data_places().data / "log" / "service.log")
    body: dict[str, object] = {
        "Label": label,
        "ProgramArguments": [str(_python()), str(MANAGE), "run"],
        "WorkingDirectory": str(CHECKOUT),
        "EnvironmentVariables": _settings(),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ExitTimeOut": 150,
        "StandardOutPath": log,
        "StandardErrorPath": log,
    }
    return {**body, "UserName": user} if user else body


def _settings() -> dict[str, str]:
    """What is set now and must be set at boot; the data directory always, so that it never depends on a home."""
    told = {name: os.environ[name] for name in PASSED_ON if os.environ.get(name)}
    return {**told, "MOM_DATA_DIR": str(data_places().data)}


def _settings_step(path: Path, user: str) -> Step:
    settings = _settings()
    text = "".join(f"{name}={_environment_quoted(value)}\n" for name, value in settings.items())

    def write() -> None:
        made = not path.parent.exists()
        _write(path, text, 0o600)
        if user:
            found = pwd.getpwnam(user)
            for owned in (path, *([path.parent] if made else [])):
                os.chown(owned, found.pw_uid, found.pw_gid)

    return Step(f"Write the settings of now ({', '.join(settings)}) to {path}, readable by its owner alone", write)


def _shown(settings: Mapping[str, str]) -> str:
    """The settings without what may be secret."""
    plain = {"PORT", "MOM_DATA_DIR", "MOM_PG_BIN", "BACKUP_DIR", "BACKUP_HOUR", "LOG_LEVEL"}
    return "\n".join(f"{name}={value if name in plain else '...'}" for name, value in settings.items())


def _run(command: list[str], hint: str = "") -> Step:
    def do() -> None:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip()
            raise Refusal(f"{shlex.join(command)} failed: {said}" + (f"\n{hint}" if hint else ""))

    return Step(f"Run {shlex.join(command)}", do)


def _write(path: Path, text: str, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), mode)
        file.write(text)


def _python() -> Path:
    """The interpreter outside the environment: `run` makes and enters that itself."""
    return Path(getattr(sys, "_base_executable", None) or sys.executable)


def _escaped(path: Path) -> str:
    """A path as systemd reads it: % begins a specifier."""
    return str(path).replace("%", "%%")


def _quoted(path: Path) -> str:
    """A path as one word of a command line of systemd."""
    return '"' + _escaped(path).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$") + '"'


def _environment_quoted(value: str) -> str:
    """A value as a file of settings holds it for systemd."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("`", "\\`").replace("$", "\\$") + '"'
