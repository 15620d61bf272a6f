"""Files of the archive, fetched before the transaction that reads them: the store may be far away."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from mom.core.db.at_hand import NotAtHand, Shelf, shelf
from mom.floor.archive.damage import ArchiveDamaged, told
from mom.floor.archive.day_file import fingerprint
from mom.floor.archive.store import DirectoryStore, Store, StoreAway, the_store
from mom.floor.models import ArchivedDay

_NAME = "floor.archive"


class ArchiveNotAtHand(NotAtHand):
    """Days are needed that only the archive holds."""

    def __init__(self, days: Sequence[ArchivedDay]) -> None:
        self.days = days
        super().__init__(f"{len(days)} files of the archive")

    @property
    def machines(self) -> set[int]:
        """Whose days they are."""
        return {day.equipment_id for day in self.days}

    def fetch(self, shelf: Shelf) -> None:
        """Copy them here, each proved to be what was written. Raises: ArchiveDamaged, StoreAway."""
        here, there = _here(shelf), the_store()
        for day in self.days:
            if (content := _content(there, day)) is not None:
                here.put(day.address, content)


class _Copies(DirectoryStore):
    """Copies of files in a directory that lasts as long as the act."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.addresses: set[str] = set()

    def put(self, address: str, content: bytes) -> None:
        """Keep a copy; it has no need to outlast the power."""
        target = self.directory / address
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        self.addresses.add(address)


def _here(shelf: Shelf) -> _Copies:
    if _NAME not in shelf.things:
        directory = shelf.closing.enter_context(TemporaryDirectory(prefix="mom-archive-"))
        shelf.things[_NAME] = _Copies(Path(directory))
    found = shelf.things[_NAME]
    assert isinstance(found, _Copies)  # noqa: S101 - put there just now
    return found


def _content(store: Store, day: ArchivedDay) -> bytes | None:
    """The file's content; None where another file has taken its place since its name was read."""
    try:
        with store.told_from_away():
            content = store.read(day.address)
    except FileNotFoundError as error:
        if not ArchivedDay.objects.filter(pk=day.pk, address=day.address).exists():
            return None
        raise ArchiveDamaged(told(day, "is missing")) from error
    except StoreAway:
        raise
    except OSError as error:
        raise ArchiveDamaged(told(day, f"can't be read ({error})")) from error
    if fingerprint(content) != day.sha256:
        raise ArchiveDamaged(told(day, "is not what was written"))
    return content


def require_whole(store: Store, days: Sequence[ArchivedDay]) -> None:
    """Find the file among these that can't be read. Raises: ArchiveDamaged, StoreAway."""
    for day in days:
        _content(store, day)


def store_with(days: Sequence[ArchivedDay]) -> Store:
    """Where the files of these days can be read: the archive itself, or what an act has of it at hand.

    Raises: ArchiveNotAtHand.
    """
    mine = shelf()
    if mine is None:
        return the_store()
    here = _here(mine)
    missing = [day for day in days if day.address not in here.addresses]
    if missing:
        raise ArchiveNotAtHand(missing)
    return here
