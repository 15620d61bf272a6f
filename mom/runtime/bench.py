"""`manage.py bench NAME`: one of `benchmarks/`, on durable servers of its own, so that a figure means what it says."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mom.runtime import stack
from mom.runtime.messages import Refusal
from mom.runtime.places import CHECKOUT, Places
from mom.runtime.postgres import SUPERUSER, data_homes

FOLDER = CHECKOUT / "benchmarks"
OWN_SERVERS = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "CACHE_URL",
    "SECRET_KEY",
    "PIN_PEPPER",
    "DJANGO_SETTINGS_MODULE",
)


def main(argv: list[str]) -> int:
    """Run the benchmark with the arguments behind its name. Returns its exit code. Raises: Refusal without one."""
    known = sorted(path.stem for path in FOLDER.glob("*.py") if "__main__" in path.read_text(encoding="utf-8"))
    if not argv or argv[0] not in known:
        raise Refusal(f"Name one of these: {', '.join(known)}.")
    places = Places(Path(tempfile.mkdtemp(prefix="mom-bench-"))).make()
    environ = {name: value for name, value in os.environ.items() if name not in OWN_SERVERS}
    try:
        with stack.running(places, durable=True, environ=environ) as started:
            # A benchmark makes and drops databases of its own, which the roles of the application may not.
            address = started.environment["DATABASE_OWNER_URL"].replace("//owner@", f"//{SUPERUSER}@", 1)
            env = {**started.environment, "DATABASE_URL": address, "DATABASE_OWNER_URL": address}
            command = [sys.executable, str(FOLDER / f"{argv[0]}.py"), *argv[1:]]
            return subprocess.run(command, cwd=CHECKOUT, env=env, check=False).returncode
    finally:
        for home in [*data_homes(places.postgres), places.data]:
            shutil.rmtree(home, ignore_errors=True)
