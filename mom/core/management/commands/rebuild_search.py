"""`manage.py rebuild_search`: the entries of the search box anew, should the invariant ever find one that is wrong."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from mom.core.search_index import rebuild


class Command(BaseCommand):
    """Makes the search entries anew, in one transaction; searches meanwhile find the old ones."""

    help = "Makes the entries of the search box anew from the things themselves."

    def handle(self, *_args: Any, **_options: Any) -> None:
        with transaction.atomic():
            count = rebuild()
        self.stdout.write(f"{count} entries")
