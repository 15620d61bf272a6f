"""`manage.py verify_audit`: proves that nobody changed the audit trail, also against heads kept outside (P21)."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mom.core import audit, clock
from mom.core.audit import anchor as anchors
from mom.core.audit.chain import verify_in_pieces


class Command(BaseCommand):
    help = (
        "Recompute every chain of the audit trail and name each entry that was edited, deleted, put in or cut off;"
        " compare it with every anchor, and ask whether the guards are in place."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anchor", type=Path, metavar="FILE", help="compare also with every head in this file")
        parser.add_argument(
            "--anchors", type=Path, metavar="DIRECTORY", help="another place than AUDIT_ANCHOR_DIR: your copy elsewhere"
        )
        parser.add_argument("--rows", action="store_true", help="verify every version of every row too")
        parser.add_argument("--write-anchor", type=Path, metavar="FILE", help="add the present heads to this file")
        parser.add_argument(
            "--new-anchor", action="store_true", help="write an anchor into the directory and print its SHA-256"
        )

    def handle(
        self,
        *_args: Any,
        anchor: Path | None,
        anchors: Path | None,
        rows: bool,
        write_anchor: Path | None,
        new_anchor: bool,
        **options: Any,
    ) -> None:
        heads = self._heads(anchor)
        kept, wrong = _anchors(anchors)
        findings, entries = verify_in_pieces(self._tell(options["verbosity"]))
        findings += [*audit.verify_against([*heads, *kept]), *wrong, *audit.verify_guards()]
        if rows:
            findings += audit.verify_rows()
        for finding in findings:
            self.stderr.write(str(finding))
        if findings:
            self.stderr.write(f"The audit trail is NOT whole: {len(findings)} findings.")
            sys.exit(1)
        present = audit.heads()
        if write_anchor:
            with write_anchor.open("a", encoding="utf-8") as file:
                file.write(audit.write_heads(present))
        self.stdout.write(f"The audit trail is whole: {entries} entries in {len(present)} chains.")
        if new_anchor:
            self._write_new(anchors)

    def _heads(self, file: Path | None) -> list[audit.Head]:
        try:
            return audit.read_heads(file.read_text("utf-8")) if file else []
        except (OSError, ValueError) as error:
            raise CommandError(f"{file} can't be read: {error}") from error

    def _tell(self, verbosity: int) -> Any:
        def tell(done: int, total: int) -> None:
            if verbosity > 1:
                self.stdout.write(f"{done} of {total} entries")

        return tell

    def _write_new(self, folder: Path | None) -> None:
        try:
            written = anchors.write(clock.now(), folder)
        except OSError as error:
            raise CommandError(f"The anchor can't be written: {error}") from error
        self.stdout.write(f"{written.digest}  {written.name}")


def _anchors(folder: Path | None) -> tuple[list[audit.Head], list[audit.Finding]]:
    found, wrong = anchors.read_all(folder)
    return anchors.all_heads(found), wrong
