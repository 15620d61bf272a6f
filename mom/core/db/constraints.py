"""The database holds the rule; this turns its refusal into the sentence that people understand."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext

from django.db import IntegrityError, transaction

from mom.core.errors import MomError


@contextmanager
def translating(errors: Mapping[str, Callable[[], MomError]], *, ends_act: bool = False) -> Iterator[None]:
    """Raise the error that stands for the violated constraint; the transaction goes on, only this block is undone.

    With `ends_act` no savepoint is made (two statements less): the refusal must then leave the act, for nothing can be
    read in its transaction any more. A violation of a constraint that is not named passes through as it is. Checks
    deferred to the commit are not seen.
    """
    try:
        with nullcontext() if ends_act else transaction.atomic():
            yield
    except IntegrityError as violation:
        build = errors.get(constraint_name(violation))
        if build is None:
            raise
        raise build() from violation


def constraint_name(violation: IntegrityError) -> str:
    """The name of the constraint (or guarding trigger) that refused; empty where the database gave none."""
    diagnostics = getattr(violation.__cause__, "diag", None)
    return getattr(diagnostics, "constraint_name", None) or ""
