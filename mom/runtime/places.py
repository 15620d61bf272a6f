"""Where things lie: the checkout, its environment, and the data directory with everything that MOM keeps."""

import hashlib
import os
import re
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from mom.runtime.messages import Refusal

CHECKOUT = Path(__file__).resolve().parents[2]
MANAGE = CHECKOUT / "manage.py"
VENV = CHECKOUT / ".venv"
BOOT = CHECKOUT / ".mom" / "boot"


@dataclass(frozen=True)
class Places:
    """One data directory. Everything below it is made by us and may be deleted by `reset`."""

    data: Path

    @property
    def postgres(self) -> Path:
        return self.data / "postgres"

    @property
    def broker(self) -> Path:
        return self.data / "broker"

    @property
    def log(self) -> Path:
        return self.data / "log"

    @property
    def pids(self) -> Path:
        return self.data / "pids"

    @property
    def files(self) -> Path:
        return self.data / "files"

    @property
    def secret_key(self) -> Path:
        return self.data / "secret_key"

    @property
    def pin_pepper(self) -> Path:
        return self.data / "pin_pepper"

    @property
    def lock(self) -> Path:
        return self.data / "lock"

    @property
    def state(self) -> Path:
        """What the running stack tells other commands: its process, its address, its servers."""
        return self.data / "running.json"

    @property
    def migrated(self) -> Path:
        """Which code the embedded database was last migrated and seeded by."""
        return self.data / "migrated"

    @property
    def demo_signins(self) -> Path:
        """Who may sign in to the demo plant, as text; written by `seed_demo`, printed at every start."""
        return self.data / "demo_signins"

    @property
    def begun(self) -> Path:
        """There once somebody can sign in; taken away again with a demo plant."""
        return self.data / "begun"

    @property
    def start_code(self) -> Path:
        """The setup code of the first page, while nobody can sign in."""
        return self.data / "start_code"

    def make(self) -> "Places":
        """Make the directories, closed to everybody else.

        Raises: Refusal where the directory belongs to somebody else or can't be written.
        """
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            # root's PostgreSQL runs as another user, who has to pass through to his own directory
            self.data.chmod(0o711 if os.geteuid() == 0 else 0o700)
            for directory in (self.log, self.pids, self.files):
                directory.mkdir(mode=0o700, exist_ok=True)
        except PermissionError:
            owner = self.data.stat().st_uid if self.data.exists() else "somebody else"
            raise Refusal(
                f"The data directory {self.data} can't be written by this user (it belongs to uid {owner}): "
                "run as that user, or name another with MOM_DATA_DIR."
            ) from None
        except OSError as error:
            raise Refusal(f"The data directory {self.data} can't be made: {error.strerror}.") from None
        return self


def data_places() -> Places:
    """The data directory of this checkout, or what MOM_DATA_DIR names; always absolute."""
    named = os.environ.get("MOM_DATA_DIR", "").strip()
    return Places(Path(named).expanduser().resolve() if named else CHECKOUT / ".mom")


MEMORY = Path("/dev/shm")  # noqa: S108 - what is put there is closed to others
ROOM = 4 << 30  # bytes; a whole run of the tests needs less than half of it


def memory() -> Path | None:
    """A directory that is kept in memory, where this machine has one with plenty of room."""
    try:
        has_room = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM
        available = re.search(r"^MemAvailable: *(\d+) kB$", Path("/proc/meminfo").read_text(), re.MULTILINE)
    except OSError:
        return None
    return MEMORY if has_room and available and int(available[1]) * 1024 >= ROOM else None


def homes_of_tests(data: Path) -> list[Path]:
    """Where the servers of `manage.py test` keep their data: in memory, where there is room, else on disk.

    Each test that commits gets a new clone of a database of 1,500 small files: some file systems need a second for it.
    """
    key = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return [MEMORY / f"mom-test-{os.geteuid()}-{key}", data / "test"]


def home_of_tests(data: Path) -> Path:
    """The one of them to use now. A directory of that name which is somebody else's is left alone."""
    quick, on_disk = homes_of_tests(data)
    is_ours = not quick.is_symlink() and (not quick.exists() or quick.stat().st_uid == os.geteuid())
    return quick if is_ours and memory() is not None else on_disk


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner alone, on disk when this returns."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
