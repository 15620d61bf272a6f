"""`manage.py sync_roles`: brings the built-in roles to what this release declares; a migration does the same."""

from typing import Any

from django.core.management.base import BaseCommand

from mom.accounts.services.role import sync_builtin_roles
from mom.core.actor import system_actor
from mom.core.use_case import use_case


class Command(BaseCommand):
    help = "Bring the built-in roles to what this release declares."

    def handle(self, *args: Any, **options: Any) -> None:
        with use_case(system_actor("command line"), "Built-in roles of this release") as act:
            changed = sync_builtin_roles(act)
        self.stdout.write(f"Changed: {', '.join(changed) or 'nothing'}.")
