"""Serializers kept from one request to the next: working out a serializer's fields costs more than using them.

One of a class is lent to one caller at a time. What belongs to the request is its context, and that is set anew.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.serializers import BaseSerializer
from rest_framework.settings import api_settings

_kept = threading.local()


@contextmanager
def _lent(kind: type[BaseSerializer[Any]], context: Mapping[str, Any]) -> Iterator[Any]:
    at_hand: dict[type, list[Any]] = _kept.__dict__.setdefault("serializers", {})
    free = at_hand.setdefault(kind, [])
    serializer: Any = free.pop() if free else kind()
    serializer._context = dict(context)
    try:
        yield serializer
    finally:
        serializer._context = {}
        free.append(serializer)


def shown(kind: type[BaseSerializer[Any]], row: Any, context: Mapping[str, Any]) -> Any:
    """One row, or a mapping, as the body that `kind(row).data` gives."""
    with _lent(kind, context) as serializer:
        return serializer.to_representation(row)


def all_shown(kind: type[BaseSerializer[Any]], rows: Any, context: Mapping[str, Any]) -> list[Any]:
    """Several rows, as `kind(rows, many=True).data` gives them."""
    with _lent(kind, context) as serializer:
        return [serializer.to_representation(row) for row in rows]


def understood(kind: type[BaseSerializer[Any]], data: Any, context: Mapping[str, Any]) -> dict[str, Any]:
    """A body as a plain serializer (no row behind it) understands it. Raises: ValidationError."""
    with _lent(kind, context) as serializer:
        try:
            return dict(serializer.run_validation(data))
        except ValidationError as wrong:
            if isinstance(wrong.detail, list):  # no object at all
                raise ValidationError({api_settings.NON_FIELD_ERRORS_KEY: wrong.detail}) from None
            raise
