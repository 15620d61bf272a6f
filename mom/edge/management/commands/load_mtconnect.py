"""`manage.py load_mtconnect SITE MACHINE FILE...`: a log of an MTConnect adapter or agent, through the one door."""

import csv
import gzip
import zlib
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import system_actor
from mom.floor.engine import mtconnect
from mom.floor.engine.message import Window
from mom.floor.services.ingest import take_in_window

BATCH = 5_000


class Command(BaseCommand):
    """Reads adapter lines (`time|item|value`) or a CSV file of events, plain or gzipped. Twice is once."""

    help = "Load a log of MTConnect observations; the machine's states have to be set to MTConnect under Listening."

    def add_arguments(self, parser: CommandParser) -> None:
        """Site, machine, files; the probe document and the device in it."""
        parser.add_argument("site", help="code of the site")
        parser.add_argument("machine", help="code of the machine")
        parser.add_argument("files", nargs="+", type=Path, help="logs, .txt or .csv, plain or .gz")
        parser.add_argument("--devices", type=Path, required=True, help="probe document (Devices.xml)")
        parser.add_argument("--device", default="", help="name, id or uuid in it; the machine's code without it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what was taken in. Raises: CommandError for a site, device or file that is not there or can't be read."""
        site = Site.objects.filter(code=options["site"]).first()
        if site is None:
            raise CommandError(f"There is no site {options['site']}.")
        device = options["device"] or options["machine"]
        items = _items(options["devices"], device)
        told = [each for path in options["files"] for each in _read(path, items)]
        source = f"mtconnect {device}"[:64]
        batches = mtconnect.as_batch(options["machine"], source, mtconnect.reduced(told, items))
        accepted = repeated = waiting = 0
        now = clock.now()
        while batch := list(islice(batches, BATCH)):
            receipt = take_in_window(
                system_actor("load_mtconnect"), site, source, batch, Window.history(now), "", now
            )  # fmt: skip
            accepted += receipt.accepted
            repeated += receipt.repeated
            waiting += receipt.quarantined
        self.stdout.write(
            f"{len(told)} observations: {accepted} messages taken in, {repeated} known, {waiting} need a person."
        )


def _items(path: Path, device: str) -> dict[str, mtconnect.Item]:
    """Raises: CommandError."""
    try:
        return mtconnect.items_of(path.read_bytes(), device)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}.") from error
    except LookupError as error:
        raise CommandError(f"{path}: {error.args[0]}") from error
    except (SyntaxError, ValueError) as error:  # not XML, or a document type in it
        raise CommandError(f"{path}: no probe document: {error}. Save the agent's answer to /probe.") from error


def _read(path: Path, items: dict[str, mtconnect.Item]) -> list[mtconnect.Told]:
    """Raises: CommandError. Nothing has been taken in by then."""
    opener: Any = gzip.open if path.suffix == ".gz" else open
    is_table = ".csv" in path.suffixes
    try:
        with opener(path, "rt", encoding="utf-8", errors="replace", newline="" if is_table else None) as lines:
            return list(mtconnect.read_table(lines) if is_table else mtconnect.read_adapter(lines, items))
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise CommandError(f"{path}: the packed file is cut off or damaged. Fetch it again.") from error
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}.") from error
    except (LookupError, csv.Error) as error:
        raise CommandError(f"{path}: no table of events, column {error} is missing or can't be read.") from error
