"""Ranges over two columns, half-open as everywhere: for exclusion constraints."""

from typing import Any

from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeBoundary
from django.db.models import Func


class TsTzRange(Func):
    """`tstzrange(start, end, '[)')`; an end of NULL is open."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()

    def __init__(self, start: str, end: str, **extra: Any) -> None:
        super().__init__(start, end, RangeBoundary(), **extra)


class DateRange(Func):
    """`daterange(start, end, '[)')`; an end of NULL is open."""

    function = "DATERANGE"
    output_field = DateRangeField()

    def __init__(self, start: str, end: str, **extra: Any) -> None:
        super().__init__(start, end, RangeBoundary(), **extra)
