"""Single messages of machines by time, a page of them, whether the tables or the archive hold them.

Tables are read before the names of files, and the names once more after: a day that leaves meanwhile has the page read
again, so that its messages are on it once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import structlog
from django.db.models import Q, QuerySet

from mom.core.errors import Unavailable
from mom.floor.archive.day_file import day_bounds
from mom.floor.archive.store import ArchiveUnread
from mom.floor.models import ArchivedDay, FloorMessage, Source, SourceSession
from mom.floor.selectors.record import TRIES, message_rows
from mom.plant.models import Equipment

log = structlog.get_logger(__name__)

MOST_FILES = 14  # of the archive, read for one page
FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_INSTANT = timedelta(microseconds=1)
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Wanted:
    """Messages of these machines from `start` until before `end`; `rows` are those that tables hold, narrowed alike."""

    machines: Sequence[Equipment]
    start: datetime
    end: datetime
    rows: QuerySet[FloorMessage]
    narrowed: Mapping[str, str] = field(default_factory=dict)
    """Columns of the archive and the one value that each must have."""

    @classmethod
    def within(
        cls, machines: Sequence[Equipment], start: datetime, end: datetime | None, rows: Any, **narrowed: str
    ) -> "Wanted":
        """In years that messages can be of."""
        end = LAST if end is None else min(end, LAST)
        return cls(machines, max(start, FIRST), end, rows, {name: value for name, value in narrowed.items() if value})


@dataclass(frozen=True)
class Order:
    """By time and, within an instant, by id; `after` is the place behind which the page begins."""

    newest_first: bool = False
    highest_id_first: bool = False
    after: tuple[datetime, int] | None = None

    def names(self) -> tuple[str, str]:
        """As querysets want it."""
        return ("-" if self.newest_first else "") + "occurred_at", ("-" if self.highest_id_first else "") + "id"

    def before_all_at(self, at: datetime) -> tuple[datetime, int]:
        """The place before every message of an instant, in this order."""
        return at, _LARGEST_ID if self.highest_id_first else -1


@dataclass
class Page:
    """What was found. `goes_on_at`: so many files were read that the rest is for another page, from this place on."""

    rows: list[FloorMessage]
    goes_on_at: tuple[datetime, int] | None = None


def dropped_days(wanted: Wanted) -> dict[date, int]:
    """The days of the stretch that tables no longer hold, or hold only what came late, with the count of messages."""
    if wanted.end <= wanted.start:
        return {}
    days = wanted.start.astimezone(UTC).date(), (wanted.end - _INSTANT).astimezone(UTC).date()
    rows = ArchivedDay.objects.filter(equipment__in=wanted.machines, day__range=days, dropped_at__isnull=False)
    found: dict[date, int] = {}
    for day, many in rows.values_list("day", "row_count"):
        found[day] = found.get(day, 0) + many
    return found


def read(wanted: Wanted, order: Order, most: int) -> Page:
    """The first `most` messages of the order. Raises: Unavailable where the archive can't be read."""
    for _attempt in range(TRIES):
        gone = dropped_days(wanted)
        try:
            page = _read(wanted, order, most, sorted(gone, reverse=order.newest_first))
        except ArchiveUnread as error:
            log.error("archive_not_readable", error=str(error))  # noqa: TRY400 - the error says it all
            raise
        if dropped_days(wanted).keys() == gone.keys():
            return page
    raise Unavailable


def _read(wanted: Wanted, order: Order, most: int, gone: Sequence[date]) -> Page:
    page, files = Page([]), 0
    for stretch, day in _stretches(wanted, order, gone):
        if day is None:
            page.rows += _from_tables(wanted, order, stretch, most - len(page.rows))
        elif files and files + len(wanted.machines) > MOST_FILES:
            edge = stretch[1] - _INSTANT if order.newest_first else stretch[0]
            page.goes_on_at = order.before_all_at(edge)
            break
        else:
            page.rows += _from_files(wanted, order, stretch, most - len(page.rows))
            files += len(wanted.machines)
        if len(page.rows) >= most:
            break
    return page


_Stretch = tuple[datetime, datetime]


def _stretches(wanted: Wanted, order: Order, gone: Sequence[date]) -> Iterator[tuple[_Stretch, date | None]]:
    """The stretch in the order's direction: each dropped day, and what lies before, between and behind them."""
    start, end = wanted.start, wanted.end
    if order.after is not None and order.newest_first:
        end = min(end, order.after[0] + _INSTANT)
    elif order.after is not None:
        start = max(start, order.after[0])
    for day in gone:
        first, last = day_bounds(day)
        first, last = max(first, start), min(last, end)
        if first >= last:
            continue
        between = (last, end) if order.newest_first else (start, first)
        if between[0] < between[1]:
            yield between, None
        yield (first, last), day
        start, end = (start, first) if order.newest_first else (last, end)
    if start < end:
        yield (start, end), None


def _from_tables(wanted: Wanted, order: Order, stretch: _Stretch, most: int) -> list[FloorMessage]:
    rows = wanted.rows.filter(occurred_at__gte=stretch[0], occurred_at__lt=stretch[1])
    if order.after is not None:
        at, number = order.after
        same = Q(occurred_at=at, id__lt=number) if order.highest_id_first else Q(occurred_at=at, id__gt=number)
        rows = rows.filter(same | (Q(occurred_at__lt=at) if order.newest_first else Q(occurred_at__gt=at)))
    return list(rows.order_by(*order.names())[:most])


def _from_files(wanted: Wanted, order: Order, stretch: _Stretch, most: int) -> list[FloorMessage]:
    """A day that tables do not hold, read whole: files have no index."""
    parts = []
    for place, machine in enumerate(wanted.machines):
        rows = _narrowed(message_rows(machine.pk, *stretch), wanted, order)
        parts.append(rows.append_column("machine", pa.array([place] * rows.num_rows, pa.int64())))
    rows = pa.concat_tables(parts)
    directions = ["descending" if each else "ascending" for each in (order.newest_first, order.highest_id_first)]
    found = rows.take(pc.sort_indices(rows, sort_keys=list(zip(("occurred_at", "id"), directions, strict=True))))
    return [_message(wanted.machines[row.pop("machine")], row) for row in found.slice(0, most).to_pylist()]


def _narrowed(rows: pa.Table, wanted: Wanted, order: Order) -> pa.Table:
    for name, value in wanted.narrowed.items():
        rows = rows.filter(pc.equal(rows.column(name), value))
    if order.after is None:
        return rows
    at, number = pa.scalar(order.after[0], pa.timestamp("us", tz="UTC")), order.after[1]
    instants, ids = rows.column("occurred_at"), rows.column("id")
    further = pc.less(ids, number) if order.highest_id_first else pc.greater(ids, number)
    later = pc.less(instants, at) if order.newest_first else pc.greater(instants, at)
    return rows.filter(pc.or_(later, pc.and_(pc.equal(instants, at), further)))


def _message(machine: Equipment, row: dict[str, Any]) -> FloorMessage:
    """As the tables gave it, with what stands around it."""
    source, session = row.pop("source"), row.pop("session")
    found = FloorMessage(equipment=machine, site=machine.site, **row)
    found.source = Source(pk=row["source_id"], code=source)
    if session is not None:
        found.session = SourceSession(pk=row["session_id"], code=session)
    return found
