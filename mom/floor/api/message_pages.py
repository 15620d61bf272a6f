"""Pages of messages that go on from the tables into the archive, with the same cursors."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from mom.core.api.pagination import CursorPagination, Key, Position, ordering_of
from mom.core.api.serializers import parse_instant
from mom.floor.models import FloorMessage
from mom.floor.selectors.record_pages import Order, Page, Wanted, dropped_days, read


class MessagePagination(CursorPagination):
    """A page out of tables and files, where the view names a machine and a stretch (`wanted`) that has left the tables.

    A page may be shorter than asked and still have a `next`: only so many files are read for one.
    """

    _archived = 0

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The rows of the page. Raises: ValidationError; Unavailable where the archive can't be read."""
        page = super().paginate_queryset(queryset, request, view)
        wanted = view.wanted(queryset)
        gone = {} if wanted is None else dropped_days(wanted)
        if not gone:
            return page
        self._archived = sum(gone.values())
        return self._out_of_both(wanted, _keys(ordering_of(request, view)), request.query_params.get("cursor", ""))

    def _out_of_both(self, wanted: Wanted, keys: list[Key], cursor: str) -> list[FloorMessage]:
        here = Position.decode(cursor, len(keys)) if cursor else None
        backwards = here is not None and here.backwards
        order = Order(keys[0].descending != backwards, keys[1].descending != backwards, _place(here))
        found = read(wanted, order, self._size + 1)
        has_more = len(found.rows) > self._size
        page = found.rows[: self._size]
        goes_on = self._link(keys, page[-1], backwards=backwards) if has_more else self._rest(keys, found, backwards)
        back = self._link(keys, page[0], backwards=not backwards) if page and here is not None else ""
        if backwards:
            page.reverse()
        self._next, self._previous = (back, goes_on) if backwards else (goes_on, back)
        self._rows_seen = len(page) if here is None and not goes_on else None
        return page

    def _rest(self, keys: list[Key], found: Page, backwards: bool) -> str:
        if found.goes_on_at is None:
            return ""
        at, number = found.goes_on_at
        return self._link(keys, FloorMessage(occurred_at=at, id=number), backwards=backwards)

    def _count(self) -> tuple[int, bool]:
        """Days of the archive count with all that they hold, whatever was asked for of them."""
        many, is_estimate = super()._count()
        is_known = self._rows_seen is not None or not self._archived
        return (many, is_estimate) if is_known else (many + self._archived, True)


def _keys(ordering: list[str]) -> list[Key]:
    """Time first, then the id. Raises: ValidationError for another order, which files can't be read in."""
    keys = [Key(name.removeprefix("-"), name.startswith("-"), nullable=False) for name in ordering]
    if [key.path for key in keys] not in (["occurred_at", "id"], ["occurred_at", "pk"]):
        raise ValidationError({"ordering": [_("Days of the archive come by occurred_at, then id.")]})
    return keys


def _place(here: Position | None) -> tuple[Any, int] | None:
    """Raises: ValidationError for a cursor of another order."""
    if here is None:
        return None
    at, number = parse_instant(here.values[0]), here.values[1]
    if at is None or not isinstance(number, int):
        raise ValidationError({"cursor": [_("This cursor does not belong to this order.")]})
    return at, number
