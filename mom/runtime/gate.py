"""`manage.py gate`: everything that is checked besides the tests, one line a step."""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from enum import StrEnum

from mom.runtime.messages import Refusal, say
from mom.runtime.places import CHECKOUT, MANAGE, VENV
from mom.runtime.test import servers

AUDIT = ("--disable-pip", "--require-hashes", "--progress-spinner", "off", "--timeout", "20", "--format", "json")
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"  # it has no -m entry
UNREACHABLE = ("requests.exceptions.", "urllib3.exceptions.", "ServiceError", "ConnectionError")


class State(StrEnum):
    """How a step ended."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


Verdict = tuple[State, str]  # with a note for the step's line


def by_exit_code(done: "subprocess.CompletedProcess[str]") -> Verdict:
    """Zero is good."""
    return (State.OK if done.returncode == 0 else State.FAILED), ""


def by_audit(done: "subprocess.CompletedProcess[str]") -> Verdict:
    """A known hole fails; a package that the advisory service said nothing about, or no answer at all, warns."""
    try:
        report = json.loads(done.stdout[done.stdout.index("{") :])
    except ValueError:
        reached = done.returncode == 0 or not any(sign in done.stdout + done.stderr for sign in UNREACHABLE)
        return (State.FAILED, "") if reached else (State.WARNING, "the advisory service can't be reached")
    packages = report["dependencies"]
    holes = sorted(package["name"] for package in packages if package.get("vulns"))
    if holes:
        return State.FAILED, f"known holes in {', '.join(holes)}"
    unknown = sum(1 for package in packages if "skip_reason" in package)
    if unknown:
        return State.WARNING, f"the advisory service knows nothing of {unknown} of {len(packages)} packages"
    return by_exit_code(done)


@dataclass(frozen=True)
class Check:
    """One step: a command, and how its end is judged."""

    name: str
    command: tuple[str, ...]
    judge: Callable[["subprocess.CompletedProcess[str]"], Verdict] = by_exit_code


@dataclass(frozen=True)
class Outcome:
    """How a step ended."""

    check: Check
    state: State
    note: str
    seconds: float
    output: str


def checks() -> list[Check]:
    """Every step, the longest first."""
    python, manage = sys.executable, str(MANAGE)
    return [
        Check("types (mypy)", (python, "-m", "mypy")),
        Check(
            "known holes (pip-audit)",
            (python, "-m", "pip_audit", *AUDIT, "-r", "requirements.txt"),
            by_audit,
        ),
        Check("import rules (lint-imports)", (python, "-c", LINT_IMPORTS)),
        Check("deployment (check --deploy)", (python, manage, "check", "--deploy", "--fail-level", "WARNING")),
        Check("migrations (makemigrations --check)", (python, manage, "makemigrations", "--check", "--dry-run")),
        Check("lint (ruff check)", (python, "-m", "ruff", "check", ".")),
        Check("format (ruff format --check)", (python, "-m", "ruff", "format", "--check", ".")),
    ]


def main(argv: list[str]) -> int:
    """Run every step. Returns 0 when none failed."""
    if argv:
        raise Refusal("`gate` takes no arguments.")
    with servers() as env, ThreadPoolExecutor(max_workers=max(1, min(4, os.cpu_count() or 1))) as pool:
        running: list[Future[Outcome]] = [pool.submit(_do, check, _environment(check, env)) for check in checks()]
        outcomes = [_tell(future.result()) for future in as_completed(running)]
    failed = [outcome for outcome in outcomes if outcome.state is State.FAILED]
    for outcome in failed:
        print(f"\n--- {outcome.check.name}\n{outcome.output.strip()}", flush=True)
    say(f"The gate is shut: {len(failed)} of {len(outcomes)} steps failed" if failed else "The gate is open")
    return 1 if failed else 0


def _environment(check: Check, env: Mapping[str, str]) -> dict[str, str]:
    """`check --deploy` sees production's settings with a secret made for it; the rest sees the tests'."""
    env = {**env, "MOM_ENVIRONMENT": "system", "PATH": f"{VENV / 'bin'}{os.pathsep}{env.get('PATH', os.defpath)}"}
    if "--deploy" in check.command:
        env |= {"DJANGO_SETTINGS_MODULE": "mom.settings.prod", "SECRET_KEY": secrets.token_urlsafe(64)}
        env |= {"PIN_PEPPER": secrets.token_urlsafe(64)}
        env |= {"ALLOWED_HOSTS": "mom.example", "CSRF_TRUSTED_ORIGINS": "https://mom.example"}
    return env


def _do(check: Check, env: Mapping[str, str]) -> Outcome:
    begun = time.monotonic()
    done = subprocess.run(check.command, cwd=CHECKOUT, env=dict(env), capture_output=True, text=True, check=False)
    state, note = check.judge(done)
    return Outcome(check, state, note, time.monotonic() - begun, f"{done.stdout}\n{done.stderr}")


def _tell(outcome: Outcome) -> Outcome:
    note = f": {outcome.note}" if outcome.note else ""
    say(f"{outcome.state:8} {outcome.seconds:6.1f} s  {outcome.check.name}{note}")
    return outcome
