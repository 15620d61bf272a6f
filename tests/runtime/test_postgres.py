"""Our own PostgreSQL: found, durable, closed to others, and started again after every kind of death."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from mom.runtime import postgres, roles, stack
from mom.runtime.account import Account, server_account
from mom.runtime.messages import Refusal
from mom.runtime.places import Places
from mom.runtime.postgres import OLDEST, Cluster, find_binaries
from mom.runtime.stack import Stack

SYSTEM = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
TABLE = "CREATE TABLE fact (id int PRIMARY KEY)"


def execute(address: str, *statements: str) -> list[tuple[object, ...]]:
    with closing(psycopg2.connect(address)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []


def setting(servers: Stack, name: str) -> object:
    return execute(servers.environment["DATABASE_URL"], f"SHOW {name}")[0][0]


def test_cluster_of_run_is_durable(durable_servers: Stack) -> None:
    assert {name: setting(durable_servers, name) for name in ("fsync", "synchronous_commit", "full_page_writes")} == {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
    }


def test_cluster_listens_on_no_network(durable_servers: Stack) -> None:
    assert setting(durable_servers, "listen_addresses") == ""
    cluster = durable_servers.postgres.what
    assert cluster.socket.stat().st_mode & 0o077 == 0
    assert cluster.data.stat().st_mode & 0o077 == 0


def test_app_role_reads_and_writes_rows_but_no_tables(durable_servers: Stack) -> None:
    owner, app = (durable_servers.environment[name] for name in ("DATABASE_OWNER_URL", "DATABASE_URL"))
    execute(owner, TABLE, "CREATE SEQUENCE counter")
    execute(app, "INSERT INTO fact VALUES (1)", "UPDATE fact SET id = 2", "SELECT nextval('counter')")
    execute(app, "CREATE TEMPORARY TABLE staged (id int)", "DELETE FROM fact")
    for forbidden in ("TRUNCATE fact", "DROP TABLE fact", "CREATE TABLE other (id int)", "ALTER TABLE fact ADD b int"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            execute(app, forbidden)


def test_owner_role_is_no_superuser_and_may_make_trusted_extensions(durable_servers: Stack) -> None:
    owner = durable_servers.environment["DATABASE_OWNER_URL"]
    execute(owner, "CREATE EXTENSION btree_gist")
    assert execute(owner, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == [(False,)]


def test_roles_are_prepared_again_without_change(durable_servers: Stack) -> None:
    roles.prepare(durable_servers.postgres.what)
    roles.prepare(durable_servers.postgres.what)


def test_committed_rows_survive_a_kill_of_the_server(durable_servers: Stack) -> None:
    server = durable_servers.postgres
    execute(durable_servers.environment["DATABASE_OWNER_URL"], TABLE)
    app = durable_servers.environment["DATABASE_URL"]
    execute(app, "INSERT INTO fact SELECT generate_series(1, 1000)")
    server.process.kill()
    server.process.wait()
    server.process = server.what.start_ready()
    assert execute(app, "SELECT count(*) FROM fact") == [(1000,)]


def test_server_starts_over_a_pid_file_that_names_a_living_stranger(durable_servers: Stack) -> None:
    server = durable_servers.postgres
    server.process.kill()
    server.process.wait()
    stranger = subprocess.Popen(
        ["sleep", "60"], **(server.what.account.popen_options() if server.what.account else {}), cwd="/"
    )
    for file in (server.what.data / "postmaster.pid", server.what.socket / ".s.PGSQL.5432.lock"):
        _first, _, rest = file.read_text().partition("\n")
        file.write_text(f"{stranger.pid}\n{rest}")
    server.process = server.what.start_ready()
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_server_that_was_left_running_is_ended_first(durable_servers: Stack) -> None:
    server = durable_servers.postgres
    left = server.process
    server.process = server.what.start_ready()
    assert left.wait(10) == 0
    assert execute(durable_servers.environment["DATABASE_URL"], "SELECT 1") == [(1,)]


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A cluster that doesn't exist yet, where the user that runs it can reach it."""
    directory = Path(tempfile.mkdtemp(prefix="mom-cluster-"))
    places = Places(directory).make()
    yield postgres.cluster(places.postgres, places.log / "log", durable=False)
    shutil.rmtree(directory)


def test_interrupted_initdb_is_done_again(cluster: Cluster) -> None:
    unfinished = cluster.data.with_name("postgres.unfinished")
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18")
    assert cluster.initialise()
    assert not unfinished.exists()
    assert not cluster.initialise()


def test_socket_directory_of_somebody_else_is_refused(cluster: Cluster) -> None:
    cluster.socket.mkdir()
    cluster.socket.chmod(0o777)
    try:
        with pytest.raises(Refusal, match="is not ours alone"):
            cluster.start()
    finally:
        cluster.socket.rmdir()


def test_binaries_named_by_the_environment_win(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MOM_PG_BIN", str(tmp_path))
    with pytest.raises(Refusal, match=f"holds no PostgreSQL {OLDEST}"):
        find_binaries()


def test_binaries_of_another_major_version_than_the_data_are_refused() -> None:
    with pytest.raises(Refusal, match="were made by PostgreSQL 14"):
        find_binaries(14)


@pytest.mark.slow
@pytest.mark.parametrize(
    "directory", sorted(Path("/usr/lib/postgresql").glob("*/bin")), ids=lambda path: path.parent.name
)
def test_system_postgresql_serves_as_the_fall_back(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("MOM_PG_BIN", str(directory))
    servers = request.getfixturevalue("durable_servers")
    assert execute(servers.environment["DATABASE_URL"], "SHOW server_version_num")[0][0].startswith(
        directory.parent.name
    )
    assert setting(servers, "server_encoding") == "UTF8"


def test_stop_ends_the_server_cleanly(durable_servers: Stack) -> None:
    log = durable_servers.postgres.what.log
    stack.stop(durable_servers)
    assert "database system is shut down" in log.read_text()
    durable_servers.postgres = durable_servers.broker = None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is somebody else to PostgreSQL")
def test_root_lets_nobody_run_the_server(durable_servers: Stack) -> None:
    account = server_account()
    assert account is not None
    assert durable_servers.postgres.what.data.stat().st_uid == account.uid != 0


def test_uid_without_a_name_is_mapped_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 54_321)
    account = server_account()
    assert isinstance(account, Account)
    assert account.mapped
    assert account.popen_options() == {}


def test_broker_keeps_its_messages_through_a_kill(durable_servers: Stack) -> None:
    import redis

    server = durable_servers.broker
    with redis.Redis.from_url(server.what.url) as client:
        client.lpush("queue", "message")
        time.sleep(1.2)  # appendfsync everysec
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    server.process = server.what.start()
    server.what.wait_ready(server.process)
    with redis.Redis.from_url(server.what.url) as client:
        assert client.llen("queue") == 1


def test_broker_refuses_who_has_no_password(durable_servers: Stack) -> None:
    import redis

    with redis.Redis(port=durable_servers.broker.what.port) as client, pytest.raises(redis.AuthenticationError):
        client.ping()


def test_broker_with_an_unreadable_file_starts_empty(durable_servers: Stack) -> None:
    server, places = durable_servers.broker, durable_servers.places
    server.process.kill()
    server.process.wait()
    manifest = next((places.broker / "appendonlydir").glob("*.manifest"))
    manifest.write_text("not a manifest")
    durable_servers.broker = stack._start_broker(places, durable=True)
    assert durable_servers.broker.what.answers()
    assert list(places.broker.glob("unreadable-*"))
