"""`manage.py gate`: everything that is checked besides the tests, one line a step."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from mom.runtime.messages import Refusal, say
from mom.runtime.places import CHECKOUT, MANAGE, VENV
from mom.runtime.test import servers

OFFLINE = (
    "ConnectionError",
    "Max retries exceeded",
    "Failed to resolve",
    "timed out",
    "Could not connect",
    "ProxyError",
    "ServiceError",
    "403 Client Error",
    "502",
    "503",
)


@dataclass(frozen=True)
class Check:
    """One step: a command, and whether a service that can't be reached makes it a warning."""

    name: str
    command: tuple[str, ...]
    needs_service: bool = False


@dataclass(frozen=True)
class Outcome:
    """How a step ended."""

    check: Check
    state: str  # ok, warning, failed
    seconds: float
    output: str


def checks() -> list[Check]:
    """Every step, the longest first."""
    python, manage = sys.executable, str(MANAGE)
    return [
        Check("types (mypy)", (python, "-m", "mypy")),
        Check(
            "known holes (pip-audit)",
            (
                python,
                "-m",
                "pip_audit",
                "--disable-pip",
                "--require-hashes",
                "--progress-spinner",
                "off",
                "--timeout",
                "20",
                "-r",
                "requirements.txt",
            ),
            needs_service=True,
        ),
        Check("import rules (lint-imports)", (python, "-m", "importlinter.cli")),
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
    failed = [outcome for outcome in outcomes if outcome.state == "failed"]
    for outcome in failed:
        print(f"\n--- {outcome.check.name}\n{outcome.output.strip()}", flush=True)
    say(f"The gate is shut: {len(failed)} of {len(outcomes)} steps failed" if failed else "The gate is open")
    return 1 if failed else 0


def _environment(check: Check, env: Mapping[str, str]) -> dict[str, str]:
    """`check --deploy` sees production's settings with a secret made for it; the rest sees the tests'."""
    env = {**env, "MOM_ENVIRONMENT": "system", "PATH": f"{VENV / 'bin'}{os.pathsep}{env.get('PATH', os.defpath)}"}
    if "--deploy" in check.command:
        env |= {"DJANGO_SETTINGS_MODULE": "mom.settings.prod", "SECRET_KEY": secrets.token_urlsafe(64)}
        env |= {"ALLOWED_HOSTS": "mom.example", "CSRF_TRUSTED_ORIGINS": "https://mom.example"}
    return env


def _do(check: Check, env: Mapping[str, str]) -> Outcome:
    begun = time.monotonic()
    done = subprocess.run(
        check.command,
        cwd=CHECKOUT,
        env=dict(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    state = "ok" if done.returncode == 0 else "failed"
    if state == "failed" and check.needs_service and any(sign in done.stdout for sign in OFFLINE):
        state = "warning"
    return Outcome(check, state, time.monotonic() - begun, done.stdout)


def _tell(outcome: Outcome) -> Outcome:
    note = " (its service can't be reached; not checked)" if outcome.state == "warning" else ""
    say(f"{outcome.state:8} {outcome.seconds:6.1f} s  {outcome.check.name}{note}")
    return outcome
