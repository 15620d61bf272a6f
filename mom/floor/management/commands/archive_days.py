"""`manage.py archive_days`: write every closed day to the archive now, and drop what is past the horizon."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mom.core import clock
from mom.floor.archive import due
from mom.floor.archive.store import StoreAway
from mom.floor.services import archive


class Command(BaseCommand):
    """The same work as the nightly one, at once; it may run beside the workers, and any number of times."""

    help = "Write every closed day of every machine to the archive; --drop also lets days past their horizon go."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--drop`."""
        parser.add_argument("--drop", action="store_true", help="then drop days past the horizon of their sites")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what was done. Raises: CommandError where the store did not take a file, or is away."""
        for day in due.days_that_changed():
            due.mark_due(day, clock.now())
        written, failed = archive.write_waiting()
        self.stdout.write(f"{written} machine days written.")
        if options["drop"]:
            self._drop()
        if failed:
            raise CommandError(f"The store did not take {failed} files; they wait. The log says why.")

    def _drop(self) -> None:
        try:
            for day in archive.drop_past_horizon(clock.now()):
                self.stdout.write(f"{day} dropped from the database.")
        except StoreAway as error:
            raise CommandError(str(error)) from error
