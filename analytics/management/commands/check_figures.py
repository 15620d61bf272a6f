"""`manage.py check_figures SITE FIRST LAST`: do the buckets of shifts still say what the machines' messages said?"""

from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.engine.machine_stretch import instant_of
from analytics.selectors.history import differences
from mom.accounts.models import Site
from mom.plant.engine.calendar import day_interval
from mom.plant.engine.terms import WORK_UNIT_LEVELS
from mom.plant.models import Equipment


class Command(BaseCommand):
    """Reads the record, from tables and archive alike, and changes nothing. Exits with 1 where a part differs."""

    help = "Make the shifts of a site from the record of messages and compare them with the stored figures."

    def add_arguments(self, parser: CommandParser) -> None:
        """The site, and the first and last local day."""
        parser.add_argument("site", help="code of the site")
        parser.add_argument("first", type=date.fromisoformat, help="first day, as 2026-04-01")
        parser.add_argument("last", type=date.fromisoformat, help="last day, included")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Say how many shifts were compared. Raises: CommandError where one differs, or there is no such site."""
        site = Site.objects.filter(code=options["site"]).first()
        if site is None:
            raise CommandError(f"There is no site {options['site']}.")
        machines = dict(Equipment.objects.filter(site=site, level__in=WORK_UNIT_LEVELS).values_list("pk", "code"))
        first = day_interval(options["first"], site.zone).start
        last = day_interval(options["last"] + timedelta(days=1), site.zone).start
        many, found = differences(site, machines, first, last)
        for each in found:
            self.stderr.write(
                f"{machines[each.equipment_id]} {instant_of(each.start):%Y-%m-%d %H:%M} {each.name}: "
                f"{each.in_bucket} in the figures, {each.in_record} in the record"
            )
        self.stdout.write(f"{many} shifts compared.")
        if found:
            raise CommandError(f"{len(found)} parts differ; `manage.py recompute_figures` makes them again.")
