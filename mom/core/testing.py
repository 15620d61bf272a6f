"""Helpers for tests of the apps above."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from mom.core.actor import Actor, system_actor
from mom.core.use_case import UseCase, joined


@contextmanager
def acting(actor: Actor | None = None, reason: str = "test") -> Iterator[UseCase]:
    """An open use case inside the test's own transaction, so that it is undone with it."""
    with transaction.atomic(), joined(actor or system_actor("test"), reason) as act:
        yield act
