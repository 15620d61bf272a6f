"""`manage.py backup`: one backup now, proven by a restore beside the living database."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mom.core import long_work
from mom.core.actor import system_actor
from mom.core.backup import manifest as written
from mom.core.backup import runs
from mom.core.errors import MomError
from mom.core.long_work import Progress
from mom.core.models.backup import BackupCause


class Command(BaseCommand):
    help = "Back the database, the files and the secrets up into a folder of their own, and prove it by a restore."
    requires_system_checks: Any = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--list", action="store_true", help="show what backups there are and end")
        parser.add_argument(
            "--no-proof", action="store_true", help="leave the restore out; the backup counts as unproven"
        )
        parser.add_argument("--cause", choices=[cause.value for cause in BackupCause], default=BackupCause.PERSON.value)

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["list"]:
            self._list()
            return
        self._said = ""
        cause, actor = BackupCause(options["cause"]), system_actor("command line")
        made: list[runs.Made] = []

        def work(progress: Progress | None) -> dict[str, Any]:
            def tell(share: int, stage: str) -> None:
                self._tell(share, stage)
                if progress is not None:
                    progress.advance(max(share, progress.done), note=stage)
                    progress.check_cancelled()

            task = progress.run_id if progress else None
            made.append(runs.back_up(cause, actor, tell, is_proven=not options["no_proof"], task_run_id=task))
            return {"name": made[0].manifest.name}

        try:
            held = runs.held_here(cause, actor)
            if held is None:
                work(None)
            else:
                long_work.work(held.run_id, work, held=held)
        except MomError as error:
            raise CommandError(error.sentence) from None
        if not made:
            raise CommandError(held.run.error or "The backup was cancelled." if held else "No backup was made.")
        self._report(made[0])

    def _tell(self, share: int, stage: str) -> None:
        if stage != self._said:
            self._said = stage
            self.stderr.write(f"{share:3} %  {stage}")

    def _report(self, made: runs.Made) -> None:
        manifest, proof = made.manifest, made.proof
        self.stdout.write(
            f"{made.directory}: {manifest.measure.rows:,} rows of {len(manifest.measure.tables)} tables, "
            f"{manifest.size / 1e6:,.1f} MB, {manifest.seconds['all']:.1f} s"
        )
        if manifest.secrets:
            self.stdout.write(f"It holds secrets ({', '.join(manifest.secrets)}): keep it as you keep passwords.")
        for sentence in manifest.not_inside:
            self.stdout.write(sentence)
        for head in manifest.measure.heads:
            self.stdout.write(f"audit chain {head.chain}: {head.seq:,} entries, ends in {head.hash}")
        if proof is None:
            self.stdout.write("Not proven: no restore was made of it.")
        elif not proof.findings:
            asked = "every invariant holds" if proof.asked_everything else "the audit chain is whole (older schema)"
            self.stdout.write(f"Proven: restored in {proof.seconds:.1f} s, every count is equal, {asked}.")
        for finding in [*(proof.findings if proof else ()), *made.findings]:
            self.stderr.write(finding)
        if made.findings or (proof is not None and proof.findings):
            self.stderr.write("The backup is NOT good.")
            sys.exit(1)

    def _list(self) -> None:
        found = written.stored(runs.root())
        for manifest in found:
            proof = written.proof_of(runs.root() / manifest.name)
            word = "not proven" if not proof else "CAN'T BE RESTORED" if proof.get("findings") else "proven"
            self.stdout.write(
                f"{manifest.name}  {manifest.measure.rows:>14,} rows  {manifest.size / 1e6:>10,.1f} MB  {word}"
            )
        if not found:
            self.stdout.write(f"There is no backup in {runs.root()}.")
