"""From one major version of PostgreSQL to the next: dumped out of the old cluster into a new one beside it.

Both programs are at hand, the old cluster runs and nobody else is in it. The old data directory is never written to;
it is kept under another name when the new one takes its place.
"""

import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mom.runtime import roles
from mom.runtime.messages import Refusal, warn
from mom.runtime.places import Places
from mom.runtime.postgres import DATABASE, SUPERUSER, Binaries, Cluster, cluster, program_environment

JOBS = "2"
_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY c.relname
"""


@dataclass(frozen=True)
class Carried:
    """Two clusters with the same content, both stopped before `take_place`."""

    old: Cluster
    new: Cluster

    def take_place(self) -> Path:
        """The new data directory becomes the one that is used. Gives where the old one is kept."""
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        kept = self.old.data.with_name(f"{self.old.data.name}.of-{self.old.binaries.major}-{stamp}")
        self.old.data.rename(kept)
        self.new.data.rename(self.old.data)
        self.new.tidy()
        return kept


def carry_over(old: Cluster, places: Places, wanted: Binaries) -> Carried:
    """Copy the database into a new cluster of the wanted version and compare every table's count.

    The new server is stopped again, cleanly. Raises: Refusal; then the old cluster is as it was and stays in use.
    """
    name = f"{places.postgres.name}.new"
    new = cluster(places.postgres.with_name(name), places.log / "postgres-new.log", durable=True, binaries=wanted)
    if new.data.parent != old.data.parent:
        raise Refusal(f"{new.data} and {old.data} do not lie side by side; set MOM_DATA_DIR to a place that is yours.")
    shutil.rmtree(new.data, ignore_errors=True)  # what an upgrade that was killed had begun
    new.initialise()
    process = new.start_ready()
    try:
        roles.prepare(new)
        _copy(old, new)
        _require_same(old, new)
    except BaseException:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        shutil.rmtree(new.data, ignore_errors=True)
        new.tidy()
        raise
    process.send_signal(signal.SIGINT)
    process.wait(600)
    if others := _other_databases(old):
        warn(f"Not carried over, they stay in the old directory: {', '.join(others)}")
    return Carried(old, new)


def _copy(old: Cluster, new: Cluster) -> None:
    """Raises: Refusal with the program's last words."""
    with tempfile.TemporaryDirectory(prefix="mom-upgrade-", dir=new.data.parent) as directory:
        dump = Path(directory) / "database"
        common = ["--jobs", JOBS, "--username", roles.OWNER]
        reading = ["--format=directory", "--compress=1", "--no-comments", "--file", str(dump), DATABASE]
        _run(new.binaries, "pg_dump", [*common, "--host", str(old.socket), *reading])
        writing = ["--no-owner", "--no-comments", "--exit-on-error", "--dbname", DATABASE, str(dump)]
        _run(new.binaries, "pg_restore", [*common, "--host", str(new.socket), *writing])


def _run(binaries: Binaries, name: str, arguments: list[str]) -> None:
    done = subprocess.run(
        [str(binaries.directory / name), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=program_environment(),
        cwd="/",
        umask=0o077,
    )
    if done.returncode != 0:
        raise Refusal(f"{name} failed, the old database stays in use:\n{done.stderr.strip()[-1500:]}")


def _require_same(old: Cluster, new: Cluster) -> None:
    """Raises: Refusal where a table is missing or has another count."""
    before, after = _counts(old), _counts(new)
    for table in sorted({*before, *after}):
        if before.get(table) != after.get(table):
            raise Refusal(
                f"{table} has {after.get(table)} rows in the new database and {before.get(table)} in the old one, "
                "which stays in use."
            )


def _counts(of: Cluster) -> dict[str, int]:
    counts = {}
    for (table,) in _ask(of, DATABASE, _TABLES):
        quoted = '"' + table.replace('"', '""') + '"'
        ((counts[table],),) = _ask(of, DATABASE, f"SELECT count(*) FROM public.{quoted}")  # noqa: S608 - quoted
    return counts


def _other_databases(of: Cluster) -> list[str]:
    found = _ask(of, "postgres", "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1")
    return [name for (name,) in found if name not in {DATABASE, "postgres"}]


def _ask(of: Cluster, database: str, statement: str) -> list[Any]:
    import psycopg2

    opened = psycopg2.connect(host=str(of.socket), user=SUPERUSER, dbname=database)
    with closing(opened) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())
