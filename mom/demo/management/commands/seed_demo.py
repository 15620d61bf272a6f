"""`manage.py seed_demo`: adds the demo plant with its people and two weeks of history, and prints the sign-ins."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from mom.demo.services.seeding import seed
from mom.demo.services.sign_ins import as_text, keep_sign_ins, sign_in_list


class Command(BaseCommand):
    help = "Add the demo plant Norrtal Pump Works, if it is not there yet, and print who may sign in."

    def handle(self, *args: Any, **options: Any) -> None:
        seed(self.stderr.write)
        text = as_text(sign_in_list())
        keep_sign_ins(Path(settings.DATA_DIR), text)
        self.stdout.write(text, ending="")
