"""`migrate`, without rendering models for options that nobody reads (`mom.core.db.migration_states`)."""

from typing import Any

from django.core.management.commands.migrate import Command as DjangoCommand

from mom.core.db.migration_states import rendering_only_what_changed


class Command(DjangoCommand):
    def handle(self, *args: Any, **options: Any) -> Any:
        with rendering_only_what_changed():
            return super().handle(*args, **options)
