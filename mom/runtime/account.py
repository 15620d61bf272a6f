"""As whom PostgreSQL runs: it refuses root, and its initdb refuses a user without a name."""

import contextlib
import ctypes
import os
import pwd
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CLONE_NEWUSER = 0x10000000


@dataclass(frozen=True)
class Account:
    """The user that the database's processes run as, where that isn't simply us."""

    uid: int
    gid: int
    mapped: bool = False  # we keep our uid outside, and are this one inside a user namespace

    def popen_options(self) -> dict[str, Any]:
        """Keyword arguments for subprocess."""
        return {} if self.mapped else {"user": self.uid, "group": self.gid, "extra_groups": []}

    @property
    def before_start(self) -> Callable[[], None] | None:
        """What the child does before its command starts."""
        return self._enter_namespace if self.mapped else None

    def _enter_namespace(self) -> None:
        outer_uid, outer_gid = os.geteuid(), os.getegid()
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_CLONE_NEWUSER) != 0:
            os._exit(71)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{self.uid} {outer_uid} 1")
        Path("/proc/self/gid_map").write_text(f"{self.gid} {outer_gid} 1")

    def give(self, path: Path) -> None:
        """Make this account the owner of `path`."""
        if not self.mapped:
            os.chown(path, self.uid, self.gid)

    def reaches(self, *probe: str | os.PathLike[str]) -> bool:
        """Whether this account can run the command `probe`."""
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            done = subprocess.run(
                [os.fspath(part) for part in probe],
                capture_output=True,
                check=False,
                cwd="/",
                timeout=20,
                **self.popen_options(),
            )
            return done.returncode == 0
        return False


def server_account() -> Account | None:
    """None where PostgreSQL may run as we are; `nobody` for root; a mapped one for a uid without a name."""
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        return Account(nobody.pw_uid, nobody.pw_gid)
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        if sys.platform.startswith("linux"):
            nobody = pwd.getpwnam("nobody")
            return Account(nobody.pw_uid, nobody.pw_gid, mapped=True)
    return None
