"""How the gate judges the audit, and that every step's command exists."""

import json
import subprocess
import sys

import pytest

from mom.runtime.gate import LINT_IMPORTS, State, by_audit, by_exit_code, checks


def ended(code: int, out: str = "", err: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.CompletedProcess([], code, stdout=out, stderr=err)


def report(*packages: dict[str, object]) -> str:
    return json.dumps({"dependencies": list(packages), "fixes": []})


FINE = {"name": "django", "version": "5.2.19", "vulns": []}
HOLED = {"name": "old", "version": "1", "vulns": [{"id": "PYSEC-1"}]}
UNKNOWN = {"name": "django", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("done", "state"),
    [
        (ended(0, report(FINE)), State.OK),
        (ended(1, report(FINE, HOLED)), State.FAILED),
        (ended(1, report(UNKNOWN, HOLED)), State.FAILED),
        (ended(0, report(FINE, UNKNOWN)), State.WARNING),
        (ended(1, "", "requests.exceptions.ConnectionError: no route"), State.WARNING),
        (ended(2, "", "usage: pip-audit"), State.FAILED),
        (ended(0, ""), State.FAILED),
    ],
)
def test_audit_is_judged(done: "subprocess.CompletedProcess[str]", state: State) -> None:
    assert by_audit(done)[0] is state


@pytest.mark.parametrize(("code", "state"), [(0, State.OK), (1, State.FAILED), (-9, State.FAILED)])
def test_exit_code_is_judged(code: int, state: State) -> None:
    assert by_exit_code(ended(code))[0] is state


def test_gate_has_every_step_of_the_house() -> None:
    commands = " ".join(" ".join(check.command) for check in checks())
    for part in (
        "mypy",
        "pip_audit",
        "lint_imports",
        "--deploy",
        "makemigrations --check",
        "ruff check",
        "ruff format --check",
    ):
        assert part in commands


def test_import_rules_really_run() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LINT_IMPORTS.replace("()", "(['--help'])")], capture_output=True, text=True, check=False
    )
    assert "contracts" in done.stdout
