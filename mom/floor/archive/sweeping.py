"""Files of the archive that no row names. What is held elsewhere too goes, and so does what was never finished;
everything else stays and is told of.

A worker that died between file and row leaves such a file, and so does a database that was restored from a backup
older than the archive: there the unnamed file may be the only one that holds a message.
"""

from dataclasses import dataclass

import pyarrow as pa
from django.utils.translation import gettext as _

from mom.core import clock
from mom.floor.archive.day_file import decoded, site_folder, table_rows, united
from mom.floor.archive.store import Store, StoreAway, is_unfinished, the_store
from mom.floor.archive.writing import ORPHAN_AFTER, take_away
from mom.floor.models import ArchivedDay


@dataclass(frozen=True)
class Swept:
    """How many files went, and the addresses of those that nobody knows."""

    removed: int
    strangers: tuple[str, ...]


def sweep(site: str, store: Store | None = None, *, removes: bool = True) -> Swept:
    """Look at the files of a site that no row names. Takes away unfinished ones, and those whose every message is held
    elsewhere too.

    Raises: StoreAway, where rows name files and the store is not there or doesn't answer.
    """
    store = store or the_store()
    before = clock.now() - ORPHAN_AFTER
    named = ArchivedDay.objects.filter(site__code=site).exclude(address="")
    if named.exists():
        store.require_there()
    with store.told_from_away():
        found = [address for address, at in store.files(site_folder(site)) if at < before]
    rows = {row.address: row for row in named.all()}
    by_folder = {address.rpartition("/")[0]: row for address, row in rows.items()}
    removed, strangers = 0, []
    for address in sorted(set(found) - set(rows)):
        row = by_folder.get(address.rpartition("/")[0])
        if not is_unfinished(address) and (row is None or not _is_held(row, address, store)):
            strangers.append(address)
        elif removes:
            removed += take_away(store, address)
    return Swept(removed, tuple(strangers))


def _is_held(row: ArchivedDay, address: str, store: Store) -> bool:
    """Whether the day's own file, or the tables, hold each message of this one."""
    try:
        with store.told_from_away():
            held, asked = decoded(store.read(row.address)), decoded(store.read(address))
        if row.dropped_at is None:
            held = united(held, table_rows(row.equipment_id, row.day))
        return bool(united(held, asked).num_rows == held.num_rows)
    except StoreAway:
        raise
    except (OSError, pa.ArrowException):
        return False


def stranger_words(address: str) -> str:
    """What such a file is, and what to do about it."""
    words = _(
        "no archived day names this file, and its messages are not all held elsewhere. It stays. After a restore,"
        " restore a backup of the database that is as new as the archive; a file of somebody else belongs elsewhere."
    )
    return f"{address}: {words}"


def damage_words(row: ArchivedDay) -> str:
    """Which file is missing or not as it was written, and how to mend it."""
    if row.dropped_at is None:
        mend = _("The database still holds the day: it is written again by itself.")
    else:
        mend = _(
            "The day has left the database: put the file back from a backup of the archive (SHA-256 %(sum)s) and"
            " verify again."
        ) % {"sum": row.sha256}
    wrong = _("missing or not as it was written.")
    return f"{row.address} ({row.equipment.code}, {row.day.isoformat()}): {wrong} {mend}"
