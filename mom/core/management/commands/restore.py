"""`manage.py restore BACKUP`: a backup becomes the living data again; what was living is kept under another name."""

import sys
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from mom.core.actor import system_actor
from mom.core.backup import manifest as written
from mom.core.backup import runs
from mom.core.backup.manifest import BadBackup, Manifest
from mom.core.backup.programs import ProgramFailed
from mom.core.backup.restore import Restored, restore
from mom.core.backup.server import owner
from mom.core.errors import MomError


class Command(BaseCommand):
    help = "Put a backup in the place of the living database and files. The living ones are kept under another name."
    requires_system_checks: Any = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", help="a backup's name, or its folder, or `latest`")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *_args: Any, backup: str, yes: bool, **_options: Any) -> None:
        self._said = ""
        server = owner()
        try:
            directory = _directory(backup)
            manifest = written.read(directory)
            if not yes and not self._agreed(manifest, server.database):
                self.stdout.write("Nothing was changed.")
                sys.exit(1)
            done = restore(
                directory,
                server=server,
                data=Path(settings.DATA_DIR),
                root=runs.root(),
                actor=system_actor("restore"),
                tell=self._tell,
            )
        except (BadBackup, ProgramFailed, psycopg2.Error, DatabaseError, OSError) as error:
            raise CommandError(f"{error}\nNothing was changed.") from None
        except MomError as error:
            raise CommandError(f"{error.sentence}\nNothing was changed.") from None
        self._report(done, server.database)

    def _agreed(self, manifest: Manifest, database: str) -> bool:
        """Raises: CommandError where nobody can be asked."""
        if not sys.stdin.isatty():
            raise CommandError("This replaces the living data and nobody can be asked here: say so with --yes.")
        self.stdout.write(
            f"This puts the data of {manifest.started_at:%Y-%m-%d %H:%M} UTC ({manifest.measure.rows:,} rows) in the "
            f"place of the living database {database}. What was entered since is not in it. The living one is kept."
        )
        return input("Restore? Type yes: ").strip().lower() == "yes"

    def _tell(self, share: int, stage: str) -> None:
        if stage != self._said:
            self._said = stage
            self.stderr.write(f"{share:3} %  {stage}")

    def _report(self, done: Restored, database: str) -> None:
        self.stdout.write(f"Restored {done.manifest.name}: {done.manifest.measure.rows:,} rows.")
        if done.kept_database:
            self.stdout.write(
                f"What was living is kept, closed, as database {done.kept_database}. Once you don't need it: "
                f'DROP DATABASE "{done.kept_database}";'
            )
        if done.kept_files is not None:
            self.stdout.write(f"The files that were there are kept in {done.kept_files}.")
        if done.changed_secrets:
            self.stdout.write(
                f"Secrets came with it ({', '.join(done.changed_secrets)}): start MOM again so that it reads them."
            )
        for sentence in done.manifest.not_inside:
            self.stdout.write(sentence)
        self.stdout.write(
            "Everybody signs in anew. Nothing is sent to the outside until a person resumes sending: "
            "compare first with your ERP what it already has."
        )


def _directory(named: str) -> Path:
    """Raises: BadBackup where there is no such backup."""
    if named == "latest":
        found = written.stored(runs.root())
        if not found:
            raise BadBackup(f"There is no backup in {runs.root()}.")
        return runs.root() / found[0].name
    return runs.root() / named if written.is_name(named) else Path(named).expanduser().resolve()
