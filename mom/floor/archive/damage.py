"""What is said where a file of the archive is not what it has to be: which one, what is wrong, how to mend it."""

from mom.floor.archive.store import ArchiveUnread
from mom.floor.models import ArchivedDay


class ArchiveDamaged(ArchiveUnread):
    """A file of the archive does not hold what its row says."""


def told(day: ArchivedDay, what: str) -> str:
    """One sentence on what, where and how to mend, for logs and terminals."""
    where = f"{day.address} (day {day.day} of machine {day.equipment_id})"
    if day.dropped_at is None:
        return f"The file {where} {what}. The database still holds that day and the file is written again by itself."
    return (
        f"The file {where} {what}. Put a copy of it with the SHA-256 {day.sha256} back in its place below "
        "MOM_ARCHIVE_URL, then run manage.py verify_archive."
    )
