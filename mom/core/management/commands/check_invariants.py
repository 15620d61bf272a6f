"""`manage.py check_invariants`: asks the database whether every promise holds now."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from mom.core import invariants


class Command(BaseCommand):
    help = "Run every registered invariant as a query; rows are violations."

    def handle(self, *_args: Any, **_options: Any) -> None:
        broken = list(invariants.violations())
        for violation in broken:
            rule = violation.invariant
            self.stderr.write(f"{rule.name} ({rule.promise}): {violation.count} violations. {rule.sentence}")
            self.stderr.write(f"  {', '.join(violation.columns)}")
            for row in violation.rows:
                self.stderr.write(f"  {', '.join(map(str, row))}")
        if broken:
            sys.exit(1)
        self.stdout.write(f"All {len(invariants.registered())} invariants hold.")
