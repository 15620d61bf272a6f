"""`manage.py remove_demo`: takes the demo plant out again, with everything that is in it; your own company stays."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mom.core.actor import system_actor
from mom.core.errors import MomError
from mom.demo.services.removal import remove_demo


class Command(BaseCommand):
    help = "Remove the demo plant and its people. Your own company is not touched."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            removed = remove_demo(system_actor("command line"))
        except MomError as error:
            raise CommandError(error.sentence) from None
        self.stdout.write(f"The demo plant {removed.site} is removed: {removed.total:,} rows. The audit trail stays.")
