"""The model's own rules, told in our error family."""

from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model

from mom.core.errors import InvalidInput

M = TypeVar("M", bound=Model)


def checked(row: M, *, exclude: tuple[str, ...] = ()) -> M:
    """The row, if it obeys its model. Raises: InvalidInput with a sentence at each field."""
    try:
        row.full_clean(exclude=exclude)
    except ValidationError as error:
        raise InvalidInput(
            {name.replace("__all__", ""): messages for name, messages in error.message_dict.items()}
        ) from None
    return row
