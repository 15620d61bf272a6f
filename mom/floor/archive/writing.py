"""Writing a machine's day: whoever claims it reads the tables, writes a new file, reads it back, and says so.

Files are never written over. A worker that was overtaken finds its claim gone, throws its own file away and leaves the
other's alone; one that died leaves a claim that runs out and a file that nobody names, which `sweeping` removes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import structlog
from django.db import connection
from django.utils.translation import gettext as _

from mom.core import clock
from mom.floor.archive.day_file import (
    decoded,
    encoded,
    fingerprint,
    key_check,
    last_readings,
    new_address,
    table_rows,
    united,
)
from mom.floor.archive.store import Store, StoreAway, the_store
from mom.floor.models import ArchivedDay

log = structlog.get_logger(__name__)

CLAIM = timedelta(minutes=5)
REST = timedelta(minutes=15)  # after a store that did not take a file
ORPHAN_AFTER = timedelta(hours=1)

_CLAIM = """
UPDATE floor_archivedday SET claimed_until = %(until)s WHERE id = (
    SELECT id FROM floor_archivedday
    WHERE due_at IS NOT NULL AND (claimed_until IS NULL OR claimed_until < %(now)s)
      AND (%(site)s IS NULL OR site_id = %(site)s)
    ORDER BY day, id FOR UPDATE SKIP LOCKED LIMIT 1)
RETURNING id
"""


class StoreFailed(Exception):
    """The store did not take a file, or gave back another one. The day waits and is tried again."""


@dataclass(frozen=True)
class Claim:
    """A machine's day that this worker writes until `until`."""

    row: ArchivedDay
    until: datetime


def claim_next(site_id: int | None = None) -> Claim | None:
    """Take the oldest day that waits and that nobody is at."""
    now = clock.now()
    until = now + CLAIM
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"until": until, "now": now, "site": site_id})
        found = cursor.fetchone()
    if found is None:
        return None
    return Claim(ArchivedDay.objects.select_related("site", "equipment").get(pk=found[0]), until)


def write(claim: Claim, store: Store | None = None) -> bool:
    """Write the claimed day and verify it by reading it back; says whether it is this worker's file that holds now.

    Raises: StoreFailed.
    """
    store = store or the_store()
    row = claim.row
    had_files = bool(row.address) or ArchivedDay.objects.exclude(address="").exists()
    live = table_rows(row.equipment_id, row.day)
    address = new_address(row.site.code, row.equipment.code, row.day)
    try:
        rows = live if row.dropped_at is None else united(decoded(store.read(row.address)), live)
        content = encoded(rows)
        if had_files:
            store.require_there()  # or a second archive would begin where the disk of the first should be mounted
        store.write(address, content)
        _require_same(store.read(address), content, rows)
    except (OSError, pa.ArrowException, StoreFailed) as error:
        _put_off(claim, error)
        raise StoreFailed(str(error)) from error
    now = clock.now()
    held = _held(claim).update(
        address=address,
        row_count=rows.num_rows,
        byte_count=len(content),
        sha256=fingerprint(content),
        table_count=live.num_rows,
        table_check=key_check(live),
        last_id=_last_id(live),
        last_readings=last_readings(rows),
        due_at=None,
        claimed_until=None,
        written_at=now,
        verified_at=now,
        problem="",
    )
    if not held:
        take_away(store, address)
        return False
    if row.address:
        take_away(store, row.address)
    return True


def take_away(store: Store, address: str) -> bool:
    """Delete a file that no row names. One that the store keeps harms nobody: the sweep finds it again."""
    try:
        store.delete(address)
    except OSError as error:
        log.warning("archive_file_stays", address=address, error=str(error))
        return False
    return True


def _held(claim: Claim) -> Any:
    """The row while it is as it was claimed; a day that was dropped meanwhile is another one: its file has to stay."""
    row = claim.row
    return ArchivedDay.objects.filter(
        pk=row.pk, claimed_until=claim.until, address=row.address, dropped_at=row.dropped_at
    )


def _require_same(found: bytes, content: bytes, rows: pa.Table) -> None:
    if fingerprint(found) != fingerprint(content) or not decoded(found).equals(rows):
        raise StoreFailed("What the store gives back is not what was written.")


def _put_off(claim: Claim, error: Exception) -> None:
    log.error("archive_not_written", machine=claim.row.equipment.code, day=str(claim.row.day), error=str(error))
    problem = _("Not written: %(error)s") % {"error": error}
    _held(claim).update(claimed_until=clock.now() + REST, problem=problem[:300])


def _last_id(rows: pa.Table) -> int:
    return max(rows.column("id").to_pylist(), default=0)


def verify(row: ArchivedDay, store: Store | None = None) -> bool:
    """Read the file again and compare it with what was written and with the tables, where those still hold the day.

    A damaged file of a day that the tables hold is written again; of a day that left them, it needs a person.
    Raises: StoreAway, and then nothing is known and nothing is noted.
    """
    store = store or the_store()
    try:
        with store.told_from_away():
            content = store.read(row.address)
        rows = decoded(content)
        is_whole = fingerprint(content) == row.sha256 and rows.num_rows == row.row_count
    except StoreAway:
        raise
    except (OSError, pa.ArrowException) as error:
        log.error("archive_not_readable", address=row.address, error=str(error))  # noqa: TRY400 - the error says it all
        is_whole, rows = False, None
    now = clock.now()
    same = ArchivedDay.objects.filter(pk=row.pk, address=row.address, dropped_at=row.dropped_at)
    if not is_whole:
        lost = _("The file is missing or damaged.")
        again = {"verified_at": None, "due_at": now} if row.dropped_at is None else {}
        same.update(problem=lost, **again)
        return False
    if row.dropped_at is None and not table_rows(row.equipment_id, row.day).equals(rows):
        same.update(due_at=now)  # something came since: no damage, but it has to be written again
        return True
    same.update(verified_at=now, problem="", last_readings=last_readings(rows))
    return True
