"""Pages by position in an order, not by number: page 10,000 costs what page 1 costs, and a new row shifts nothing."""

import base64
import json
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import FieldDoesNotExist
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import models
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mom.core.engine import json_strict

EXACT_COUNT_LIMIT = 10_000
LONGEST_CURSOR = 1_000


@dataclass(frozen=True)
class Key:
    """One column of an order."""

    path: str
    descending: bool
    nullable: bool

    @property
    def attribute(self) -> str:
        """The way to the value from a row."""
        return self.path.replace("__", ".")


@dataclass(frozen=True)
class Position:
    """Where a page begins: behind (or, backwards, before) the row with these values."""

    values: tuple[Any, ...]
    backwards: bool

    def encode(self) -> str:
        """The opaque cursor."""
        document = json.dumps([int(self.backwards), *[_plain(value) for value in self.values]], separators=(",", ":"))
        return base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, cursor: str, size: int) -> "Position":
        """The position. Raises: ValidationError for a cursor that is not ours."""
        try:
            if len(cursor) > LONGEST_CURSOR:
                raise ValueError
            document = json_strict.loads(
                base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            )
            backwards, *values = document
            if (
                len(values) != size
                or backwards not in (0, 1)
                or any(isinstance(value, dict | list) for value in values)
            ):
                raise ValueError
        except (ValueError, TypeError):
            raise ValidationError(
                {"cursor": [_("This is not a cursor of this list; take it from `next` or `previous`.")]}
            ) from None
        return cls(tuple(values), bool(backwards))


def _plain(value: Any) -> Any:
    return (
        value.isoformat()
        if isinstance(value, datetime | date | time)
        else str(value)
        if isinstance(value, Decimal)
        else value
    )


class CursorPagination(BasePagination):
    """`?cursor=` and `?page_size=` (50, at most 200); the view names its `ordering` and its `ordering_fields`.

    `count` is exact up to ten thousand; beyond that it is the planner's estimate and `count_is_estimate` says so.
    """

    page_size = 50
    max_page_size = 200

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        """The rows of the page. Raises: ValidationError."""
        self._request = request
        self._size = self._page_size(request)
        keys = _keys(queryset.model, ordering_of(request, view))
        cursor = request.query_params.get("cursor", "")
        here = Position.decode(cursor, len(keys)) if cursor else None
        self._count_source = queryset.order_by()
        backwards = here is not None and here.backwards
        rows = queryset.order_by(*[_order(key, backwards) for key in keys])
        try:
            if here is not None:
                rows = rows.filter(_beyond(keys, here))
            found = list(rows[: self._size + 1])
        except (ValueError, TypeError, DjangoValidationError):
            raise ValidationError({"cursor": [_("This cursor does not belong to this order.")]}) from None
        has_more, page = len(found) > self._size, found[: self._size]
        if backwards:
            page.reverse()
        self._next = self._link(keys, page[-1], backwards=False) if (has_more or backwards) and page else ""
        self._previous = (
            self._link(keys, page[0], backwards=True)
            if page and (here is not None and (has_more or not backwards))
            else ""
        )
        self._rows_seen = len(page) if here is None and not has_more else None
        return page

    def get_paginated_response(self, data: Any) -> Response:
        """The page in its envelope."""
        count, is_estimate = self._count()
        return Response(
            {
                "next": self._next or None,
                "previous": self._previous or None,
                "count": count,
                "count_is_estimate": is_estimate,
                "results": data,
            }
        )

    def _count(self) -> tuple[int, bool]:
        """How many rows the filters leave: exact where cheap, else the planner's estimate; never a full scan."""
        if self._rows_seen is not None:
            return self._rows_seen, False
        exact = self._count_source.values("pk")[: EXACT_COUNT_LIMIT + 1].count()
        if exact <= EXACT_COUNT_LIMIT:
            return exact, False
        plan = json.loads(self._count_source.values("pk").explain(format="json"))
        return max(int(plan[0]["Plan"]["Plan Rows"]), EXACT_COUNT_LIMIT + 1), True

    def _page_size(self, request: Request) -> int:
        """Raises: ValidationError for anything but a whole number from 1 to 200."""
        text = request.query_params.get("page_size", "")
        if not text:
            return self.page_size
        if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= self.max_page_size):
            raise ValidationError(
                {"page_size": [_("Give a whole number from 1 to %(most)s.") % {"most": self.max_page_size}]}
            )
        return int(text)

    def _link(self, keys: list[Key], row: Any, *, backwards: bool) -> str:
        cursor = Position(tuple(_value(row, key) for key in keys), backwards).encode()
        kept = [
            (name, value) for name, values in self._request.query_params.lists() for value in values if name != "cursor"
        ]
        return f"{self._request.build_absolute_uri(self._request.path)}?{urlencode([*kept, ('cursor', cursor)])}"

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The envelope in the OpenAPI document."""
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "count", "count_is_estimate", "results"],
            "properties": {
                "next": link,
                "previous": link,
                "count": {"type": "integer"},
                "count_is_estimate": {"type": "boolean"},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """The query parameters in the OpenAPI document."""
        size = {"type": "integer", "minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        cursor = {"type": "string", "pattern": "^[A-Za-z0-9_-]*$"}
        return [
            {"name": "cursor", "in": "query", "required": False, "schema": cursor,
             "description": "From `next` or `previous`; absent = the first page."},
            {"name": "page_size", "in": "query", "required": False, "schema": size, "description": "Rows on a page."},
        ]  # fmt: skip


def ordering_of(request: Request, view: Any) -> list[str]:
    """The order asked for, else the view's own; always ends in the primary key, so that no two rows tie.

    Raises: ValidationError for a field that is not on the view's list (a free order would be an oracle).
    """
    allowed = tuple(getattr(view, "ordering_fields", ()))
    asked = [name for name in request.query_params.get("ordering", "").split(",") if name]
    unknown = [name for name in asked if name.removeprefix("-") not in allowed]
    if unknown or len(asked) > 3:
        message = _("Order by at most three of: %(fields)s.") % {"fields": ", ".join(allowed) or "-"}
        raise ValidationError({"ordering": [message]})
    ordering = asked or list(getattr(view, "ordering", ()))
    return [*ordering, *([] if {"pk", "-pk", "id", "-id"} & set(ordering) else ["pk"])]


def _keys(model: type[models.Model], ordering: list[str]) -> list[Key]:
    return [
        Key(name.removeprefix("-"), name.startswith("-"), _is_nullable(model, name.removeprefix("-")))
        for name in ordering
    ]


def _is_nullable(model: type[models.Model], path: str) -> bool:
    """Whether any step of the path may be empty; an annotation may."""
    current: Any = model
    for step in path.split("__"):
        try:
            field = current._meta.pk if step == "pk" else current._meta.get_field(step)
        except FieldDoesNotExist:
            return True
        if field.null:
            return True
        current = field.related_model
    return False


def _order(key: Key, backwards: bool) -> Any:
    """Empty values come last in either direction; only nullable columns say so, because it costs them their index."""
    column = models.F(key.path)
    descending = key.descending != backwards
    if not key.nullable:
        return column.desc() if descending else column.asc()
    where = {"nulls_first": True} if backwards else {"nulls_last": True}
    return column.desc(**where) if descending else column.asc(**where)


def _beyond(keys: list[Key], here: Position) -> models.Q:
    """The rows behind the position: for each key, all keys before it equal and this one further on.

    The first key's bound is repeated outside the alternatives, so that an index range replaces a filter over all rows.
    """
    alternatives, equal = models.Q(pk__in=[]), models.Q()
    for key, value in zip(keys, here.values, strict=True):
        alternatives |= equal & _further(key, value, here.backwards)
        equal &= models.Q(**({f"{key.path}__isnull": True} if value is None else {key.path: value}))
    first, value = keys[0], here.values[0]
    if first.nullable or value is None:
        return alternatives
    step = "lte" if first.descending != here.backwards else "gte"
    return models.Q(**{f"{first.path}__{step}": value}) & alternatives


def _further(key: Key, value: Any, backwards: bool) -> models.Q:
    """Rows whose value of this key comes later; empty ones are the last of all."""
    if value is None:
        return models.Q(**{f"{key.path}__isnull": False}) if backwards and key.nullable else models.Q(pk__in=[])
    step = "lt" if key.descending != backwards else "gt"
    further = models.Q(**{f"{key.path}__{step}": value})
    return further | models.Q(**{f"{key.path}__isnull": True}) if key.nullable and not backwards else further


def _value(row: Any, key: Key) -> Any:
    """The row's value of a key; empty where a step on the way is."""
    value: Any = row
    for step in key.attribute.split("."):
        value = getattr(value, step, None)
    return value.pk if isinstance(value, models.Model) else value
