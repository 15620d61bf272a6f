"""`manage.py seed_demo`: adds the demo plant with its people and two weeks of history, and prints the sign-ins."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from mom.demo.services.seeding import seed
from mom.demo.services.sign_ins import as_text, sign_in_list

SIGN_INS = "demo_signins"


class Command(BaseCommand):
    help = "Add the demo plant Norrtal Pump Works, if it is not there yet, and print who may sign in."

    def handle(self, *args: Any, **options: Any) -> None:
        seed(self.stderr.write)
        text = as_text(sign_in_list())
        self._keep(Path(settings.DATA_DIR) / SIGN_INS, text)
        self.stdout.write(text, ending="")

    def _keep(self, path: Path, text: str) -> None:
        """Where the launcher looks for them, closed to everybody else."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(text)
