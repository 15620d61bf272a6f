"""`manage.py status`: how the system is, line by line; ends with 1 where something is wrong."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from mom.core.status import BAD, status


class Command(BaseCommand):
    help = "Say how each part is, what is wrong and what to do."
    requires_system_checks: Any = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for monitoring")

    def handle(self, *_args: Any, **options: Any) -> None:
        found = status()
        if options["json"]:
            self.stdout.write(json.dumps(found.as_plain(), cls=DjangoJSONEncoder, indent=1, ensure_ascii=False))
        else:
            width = max(len(line.label) for line in found.lines)
            for line in found.lines:
                self.stdout.write(f"{line.state:4}  {line.label:{width}}  {line.text} {line.todo}".rstrip())
        if found.worst == BAD:
            sys.exit(1)
