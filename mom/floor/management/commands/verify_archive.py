"""`manage.py verify_archive`: read every archived file again and compare it with what was written."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mom.accounts.models import Site
from mom.floor.archive.store import StoreAway
from mom.floor.archive.sweeping import damage_words, stranger_words, sweep
from mom.floor.archive.writing import verify
from mom.floor.models import ArchivedDay


class Command(BaseCommand):
    """Exits with 1 where a file is missing or not as it was written. Says which, and how to mend it.

    Where the whole store is away it says that instead, and no file is noted as damaged.
    """

    help = "Read every file of the archive again and compare it with what was written and with the tables."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--site`."""
        parser.add_argument("--site", help="only this site's files")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many files are whole. Raises: CommandError where one is not, or where the store is away."""
        try:
            many, damaged = self._verify(options["site"])
        except StoreAway as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{many - damaged} of {many} files are as they were written.")
        if damaged:
            raise CommandError(f"{damaged} files are damaged.")

    def _verify(self, of_site: str | None) -> tuple[int, int]:
        rows = ArchivedDay.objects.exclude(address="").select_related("equipment").order_by("day", "id")
        sites = Site.objects.order_by("code")
        if of_site:
            rows, sites = rows.filter(site__code=of_site), sites.filter(code=of_site)
        many = damaged = 0
        for row in rows.iterator():
            many += 1
            if not verify(row):
                damaged += 1
                self.stderr.write(damage_words(row))
        for site in sites:
            for address in sweep(site.code, removes=False).strangers:
                self.stderr.write(stranger_words(address))
        return many, damaged
