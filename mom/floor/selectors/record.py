"""The record of what came from machines, whether it still stands in the tables or in the archive."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from mom.floor.archive.at_hand import require_whole, store_with
from mom.floor.archive.damage import ArchiveDamaged
from mom.floor.archive.day_file import SCHEMA, day_bounds, decoded, table_rows, united
from mom.floor.archive.live_rows import live_columns
from mom.floor.archive.read import DayFile, file_columns, instants, row_columns
from mom.floor.archive.store import the_store
from mom.floor.engine.columns import Booleans, Columns, joined, micros
from mom.floor.engine.terms import MessageKind
from mom.floor.models import ArchivedDay

MACHINE_DAYS = 400  # read at once: what a statement's memory and time bear
TRIES = 3  # a file may be replaced between its name being read and being opened


def messages(
    equipment_ids: Sequence[int], start: datetime, end: datetime, kinds: Sequence[MessageKind] | None = None
) -> Columns:
    """Every message of these machines from `start` until before `end`, once, wherever it stands.

    Raises: ArchiveNotAtHand within an act that fetches what it needs; ArchiveDamaged; StoreAway.
    """
    return joined(messages_in_pieces(equipment_ids, start, end, kinds))


def messages_in_pieces(
    equipment_ids: Sequence[int], start: datetime, end: datetime, kinds: Sequence[MessageKind] | None = None
) -> Iterator[Columns]:
    """The same, a few days at a time, in order of time: for windows that would not fit into memory.

    Pieces end at midnight in UTC, where files do.
    """
    machines = sorted(set(equipment_ids))
    step = timedelta(days=max(1, MACHINE_DAYS // max(1, len(machines))))
    while machines and start < end:
        until = min(end, day_bounds(start.astimezone(UTC).date())[0] + step)
        yield _piece(machines, start, until, None if kinds is None else [str(kind) for kind in kinds])
        start = until


def _piece(machines: Sequence[int], start: datetime, end: datetime, kinds: list[str] | None) -> Columns:
    """Tables first, names of files after: a day that leaves the tables meanwhile is then found in both, not in none."""
    for attempt in range(TRIES):
        live = live_columns(machines, start, end, kinds)
        gone = _dropped(machines, start, end)
        try:
            return _with_archive(live, gone, start, end, kinds) if gone else live
        except (OSError, pa.ArrowException, ArchiveDamaged):
            if attempt == TRIES - 1:
                require_whole(the_store(), gone)
                raise
    raise AssertionError


def _dropped(machines: Sequence[int], start: datetime, end: datetime) -> list[ArchivedDay]:
    """Days that the tables no longer hold, or hold only what came late."""
    last = (end - timedelta(microseconds=1)).astimezone(UTC).date()
    days = ArchivedDay.objects.filter(
        equipment_id__in=machines, day__range=(start.astimezone(UTC).date(), last), dropped_at__isnull=False
    )
    return list(days.order_by("equipment_id", "day"))


def _with_archive(
    live: Columns, gone: Sequence[ArchivedDay], start: datetime, end: datetime, kinds: list[str] | None
) -> Columns:
    """Files beside tables. Only days that stand in both are told apart message by message."""
    store = store_with(gone)
    doubled = [each for each in gone if _within(live, each).any()]
    plain = [each for each in gone if each not in doubled] if doubled else gone
    parts = [file_columns(store, [DayFile(each.equipment_id, each.address, each.row_count) for each in plain])]
    for each in doubled:
        live = live.where(~_within(live, each))
        rows = united(decoded(store.read(each.address)), table_rows(each.equipment_id, each.day))
        parts.append(row_columns(each.equipment_id, rows))
    return joined([live, *(_narrowed(part, start, end, kinds) for part in parts)])


def _within(columns: Columns, day: ArchivedDay) -> Booleans:
    first, last = (micros(at) for at in day_bounds(day.day))
    at = columns.occurred_at
    inside: Booleans = (columns.equipment_id == day.equipment_id) & (at >= first) & (at < last)
    return inside


def _narrowed(columns: Columns, start: datetime, end: datetime, kinds: list[str] | None) -> Columns:
    wanted = (columns.occurred_at >= micros(start)) & (columns.occurred_at < micros(end))
    if kinds is not None:
        wanted &= columns.has(lambda label: label.kind in kinds)
    return columns.where(wanted)


def message_rows(equipment_id: int, start: datetime, end: datetime) -> pa.Table:
    """The messages of one machine with every field, for people who ask what a figure is made of: the archive's schema.

    Read a short stretch: each day of it is read whole.
    """
    parts = [SCHEMA.empty_table()]
    day = start.astimezone(UTC).date()
    while day_bounds(day)[0] < end:
        parts.append(_day_rows(equipment_id, day))
        day += timedelta(days=1)
    rows = pa.concat_tables(parts)
    at = instants(rows)
    return rows.filter(pa.array((at >= micros(start)) & (at < micros(end))))


def _day_rows(equipment_id: int, day: date) -> pa.Table:
    """Tables first, the file's name after, as above."""
    for attempt in range(TRIES):
        live = table_rows(equipment_id, day)
        gone = ArchivedDay.objects.filter(equipment_id=equipment_id, day=day, dropped_at__isnull=False).first()
        try:
            return live if gone is None else united(decoded(store_with([gone]).read(gone.address)), live)
        except (OSError, pa.ArrowException):
            if attempt == TRIES - 1 and gone is not None:
                require_whole(the_store(), [gone])
            if attempt == TRIES - 1:
                raise
    raise AssertionError
