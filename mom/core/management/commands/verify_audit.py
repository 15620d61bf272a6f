"""`manage.py verify_audit`: proves that nobody changed the audit trail, also against heads kept outside (P21)."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mom.core import audit


class Command(BaseCommand):
    help = "Recompute every chain of the audit trail and name each entry that was edited, deleted, put in or cut off."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anchor", type=Path, metavar="FILE", help="compare with every head in this file")
        parser.add_argument(
            "--write-anchor", type=Path, metavar="FILE", help="add the present heads to this file; keep it elsewhere"
        )

    def handle(self, *_args: Any, anchor: Path | None, write_anchor: Path | None, **_options: Any) -> None:
        try:
            known = audit.read_heads(anchor.read_text("utf-8")) if anchor else []
        except (OSError, ValueError) as error:
            raise CommandError(f"{anchor} can't be read: {error}") from error
        findings = audit.verify(known)
        for finding in findings:
            self.stderr.write(f"{finding.kind}: chain {finding.chain}, number {finding.seq}, entry {finding.entry_id}")
        if findings:
            self.stderr.write(f"The audit trail is NOT whole: {len(findings)} findings.")
            sys.exit(1)
        heads = audit.heads()
        if write_anchor:
            with write_anchor.open("a", encoding="utf-8") as file:
                file.write(audit.write_heads(heads))
        self.stdout.write(
            f"The audit trail is whole: {sum(head.seq for head in heads)} entries in {len(heads)} chains."
        )
