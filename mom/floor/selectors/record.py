"""The record of what came from machines, whether it still stands in the tables or in the archive."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from mom.floor.archive.live_rows import live_columns
from mom.floor.engine.columns import Columns, joined
from mom.floor.engine.terms import MessageKind

MACHINE_DAYS = 400  # read at once: what a statement's memory and time bear


def messages(
    equipment_ids: Sequence[int], start: datetime, end: datetime, kinds: Sequence[MessageKind] | None = None
) -> Columns:
    """Every message of these machines from `start` until before `end`, once, wherever it stands."""
    return joined(messages_in_pieces(equipment_ids, start, end, kinds))


def messages_in_pieces(
    equipment_ids: Sequence[int], start: datetime, end: datetime, kinds: Sequence[MessageKind] | None = None
) -> Iterator[Columns]:
    """The same, a few days at a time, in order of time: for windows that would not fit into memory."""
    wanted = None if kinds is None else [str(kind) for kind in kinds]
    machines = sorted(set(equipment_ids))
    step = timedelta(days=max(1, MACHINE_DAYS // max(1, len(machines))))
    while machines and start < end:
        until = min(end, start + step)
        yield live_columns(machines, start, until, wanted)
        start = until
