"""`manage.py play_demo`: the demo plant runs. Its machines send, its crew acts, until it is stopped or taken away."""

import signal
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mom.demo.services.live import demo_site, play


class Command(BaseCommand):
    help = (
        "Run the demo plant: machines that send messages, and a crew. --hours 8 --speed 60 plays the last hours fast."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, default=2.0, help="seconds between two batches")
        parser.add_argument("--hours", type=float, default=0.0, help="begin this long ago")
        parser.add_argument(
            "--speed", type=float, default=1.0, help="simulated seconds in a second, until now is reached"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if demo_site() is None:
            raise CommandError("The demo plant is not there. Add it with `manage.py seed_demo`.")
        if options["speed"] <= 0 or options["every"] <= 0 or not 0 <= options["hours"] <= 70:
            raise CommandError("Give a speed and a pace above 0, and 0 to 70 hours.")
        asked: list[int] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda got, _frame: asked.append(got))
        back = timedelta(hours=options["hours"]) if options["hours"] else None
        play(lambda: bool(asked), every=options["every"], speed=options["speed"], back=back)
