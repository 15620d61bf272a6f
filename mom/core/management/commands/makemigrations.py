"""`makemigrations` that knows one dependency more than Django: a trigger of ours needs the ground's functions."""

from typing import Any

from django.core.management.commands.makemigrations import Command as DjangoCommand
from pgtrigger.migrations import AddTrigger

GROUND = ("core", "0001_ground")


class Command(DjangoCommand):
    def write_migration_files(self, changes: Any, update_previous_migration_paths: Any = None) -> None:
        for app_label, migrations in changes.items():
            for migration in migrations:
                has_trigger = any(isinstance(operation, AddTrigger) for operation in migration.operations)
                if has_trigger and app_label != "core" and GROUND not in migration.dependencies:
                    migration.dependencies.append(GROUND)
        super().write_migration_files(changes, update_previous_migration_paths)
