"""`manage.py start_code`: the code that opens the first page, while nobody can sign in; nothing afterwards."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from mom.start.engine.code import start_code
from mom.start.selectors import is_untouched


class Command(BaseCommand):
    help = "Print the setup code of this installation: it opens /start/ until the first person is there."

    def handle(self, *args: Any, **options: Any) -> None:
        if is_untouched():
            self.stdout.write(start_code(settings.SECRET_KEY))
        else:
            self.stderr.write("Somebody can sign in already; the setup code opens nothing any more.")
