"""`manage.py recompute_figures SITE FIRST LAST`: make the buckets of these days again, from the facts."""

from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.services import machine_rebuild
from analytics.services.rebuild import mark_range, rebuild_next
from mom.accounts.models import Site
from mom.core.actor import system_actor
from mom.core.errors import MomError


class Command(BaseCommand):
    help = "Compute the figures of a site again, from the first to the last local day; twice gives the same."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("site", help="code of the site")
        parser.add_argument("first", type=date.fromisoformat, help="first day, as 2026-04-01")
        parser.add_argument("last", type=date.fromisoformat, help="last day, included")

    def handle(self, *_args: Any, **options: Any) -> None:
        actor = system_actor("recompute_figures")
        site = Site.objects.filter(code=options["site"]).first()
        if site is None:
            raise CommandError(f"There is no site {options['site']}. `manage.py seed_demo` makes the demo's.")
        try:
            marked = mark_range(actor, site, options["first"], options["last"])
        except MomError as error:
            raise CommandError(str(error)) from error
        made = 0
        while piece := rebuild_next(actor):
            made += piece
            self.stdout.write(f"{made} days made, {marked} asked for")
        span = range((options["last"] - options["first"]).days + 1)
        machine_rebuild.ask_for_days(actor, site, [options["first"] + timedelta(days=number) for number in span])
        shifts = 0
        while piece := machine_rebuild.rebuild_next(actor):
            shifts += piece
        self.stdout.write(f"{shifts} shifts of machines made")
