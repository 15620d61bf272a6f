"""Which command was typed, what it needs, and who does it."""

import importlib
import os
import sys
from dataclasses import dataclass

from mom.runtime import environment
from mom.runtime.messages import Refusal


@dataclass(frozen=True)
class Command:
    """A command of ours: its module with `main(argv) -> exit code`, and the environment it needs (None: none).

    Without a module it is a Django command that stands in the list because everybody needs it.
    """

    module: str | None
    environment: str | None
    summary: str


COMMANDS = {
    "run": Command(
        "mom.runtime.run", "run", "set up and start everything; print where to begin (--demo: with the demo)"
    ),
    "stop": Command("mom.runtime.stop", None, "stop what `run` started"),
    "reset": Command(
        "mom.runtime.reset", None, "delete the embedded database and all data, after asking (--yes: at once)"
    ),
    "status": Command("mom.runtime.status", "run", "how it is: what is wrong and what to do (--json: for monitoring)"),
    "backup": Command(None, "run", "back up database, files and secrets, and prove it by a restore (--list: which)"),
    "restore": Command(None, "run", "put a backup in the place of the living data, after asking (--yes: at once)"),
    "upgrade": Command(
        "mom.runtime.upgrade", None, "after new code came: backup, dependencies, PostgreSQL, migrations"
    ),
    "install-service": Command(
        "mom.runtime.install_service", None, "start at boot, as an ordinary user (--dry-run: show; --uninstall)"
    ),
    "support-bundle": Command("mom.runtime.support_bundle", None, "pack logs, versions and status, without secrets"),
    "test": Command("mom.runtime.test", "dev", "run the test suite on servers of its own; arguments go to pytest"),
    "gate": Command("mom.runtime.gate", "dev", "formatting, lint, types, import rules, migrations, deployment, audit"),
    "bench": Command("mom.runtime.bench", "dev", "run one of benchmarks/ on durable servers of its own"),
    "lock": Command("mom.runtime.lock", None, "write requirements*.txt anew from requirements*.in"),
}
HELP_OF_THEIR_OWN = {"test", "install-service", "support-bundle"}


def main(argv: list[str]) -> int:
    """Do the command. Returns the exit code; a Refusal is printed as one sentence and gives 1."""
    try:
        return _dispatch(argv)
    except Refusal as refusal:
        print(f"\n{refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _dispatch(argv: list[str]) -> int:
    if not argv or argv[0] in {"-h", "--help"}:
        print(usage())
        return 0
    os.umask(0o022)
    command = COMMANDS.get(argv[0])
    if command is None or command.module is None:
        environment.enter(argv, dev=False)
        from mom.runtime.django_command import execute

        return execute(argv)
    if any(argument in {"-h", "--help"} for argument in argv[1:]) and argv[0] not in HELP_OF_THEIR_OWN:
        print(f"python3 manage.py {argv[0]}: {command.summary}")
        return 0
    if command.environment is not None:
        environment.enter(argv, dev=command.environment == "dev")
    return int(importlib.import_module(command.module).main(argv[1:]))


def usage() -> str:
    """What `python3 manage.py` alone prints."""
    lines = [f"  {name:15} {command.summary}" for name, command in COMMANDS.items()]
    return "\n".join(
        [
            "python3 manage.py COMMAND",
            *lines,
            "  ...             every Django command, on the embedded servers or those of DATABASE_URL (see: help)",
            "",
            "Environment: PORT, MOM_DATA_DIR, DATABASE_URL, DATABASE_OWNER_URL, REDIS_URL, SECRET_KEY, PIN_PEPPER,",
            "MOM_PG_BIN, BACKUP_DIR, BACKUP_HOUR (docs/operations.md lists all)",
        ]
    )
