"""Past messages from files: CSV and Parquet, again and broken off, what is refused and where it stands."""

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from mom.accounts.models import User
from mom.core import long_work
from mom.core.actor import Actor
from mom.core.errors import InvalidInput, NotAllowed
from mom.core.models import TaskRun, TaskRunIssue
from mom.floor.models import FloorMessage, MessageGap, QuarantinedMessage, StateInterval
from mom.floor.services import history, history_files
from mom.floor.services.history import load, load_here, request
from tests.factories.work import make_machine

pytestmark = pytest.mark.django_db
START = datetime(2025, 11, 3, 6, tzinfo=UTC)
HEAD = "machine,kind,at,name,state,value,unit"


@pytest.fixture(autouse=True)
def machine(site: Any) -> Any:
    return make_machine(site)


def line(number: int, *, machine: str = "CNC-01") -> str:
    at = START + timedelta(minutes=number)
    if number % 2:
        return f"{machine},count,{at.isoformat()},total,,{number * 10},C62"
    return f"{machine},state,{at.isoformat()},,{'run' if number % 4 else 'idle'},,"


def written(path: Path, lines: list[str], head: str = HEAD) -> Path:
    path.write_text("\n".join([head, *lines]) + "\n")
    return path


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_files, "PIECE", 7)


def test_history_csv_comes_in_old_as_it_is_and_again_changes_nothing(
    actor: Actor, site: Any, tmp_path: Path, small_pieces: None, machine: Any
) -> None:
    path = written(tmp_path / "old.csv", [line(number) for number in range(20)])
    run = load_here(actor, site, "plc", path)
    assert (run.status, run.result) == ("succeeded", {"accepted": 20, "repeated": 0, "quarantined": 0, "late": 0})
    assert StateInterval.objects.filter(equipment=machine, state="run").exists()
    again = load_here(actor, site, "plc", path)
    assert again.result == {"accepted": 0, "repeated": 20, "quarantined": 0, "late": 0}
    assert FloorMessage.objects.count() == 20


def test_history_parquet_holds_the_same_as_csv(actor: Actor, site: Any, tmp_path: Path, small_pieces: None) -> None:
    lines = [line(number) for number in range(20)]
    load_here(actor, site, "plc", written(tmp_path / "old.csv", lines))
    rows = list(FloorMessage.objects.order_by("occurred_at"))
    table = pa.table(
        {
            "machine": ["CNC-01"] * 20,
            "kind": [row.kind for row in rows],
            "at": pa.array([row.occurred_at for row in rows], pa.timestamp("us", "Europe/Stockholm")),
            "name": [row.name for row in rows],
            "state": [row.code or None for row in rows],
            "value": pa.array([row.value for row in rows], pa.decimal128(24, 6)),
            "unit": [row.unit for row in rows],
            "session": ["s1"] * 20,
            "sequence": pa.array([n for n in range(21) if n != 4], pa.int64()),
        }
    )
    pq.write_table(table, tmp_path / "old.parquet", row_group_size=6)
    run = load_here(actor, site, "other", tmp_path / "old.parquet")
    assert (run.result["accepted"], run.total) == (20, 20)
    found = FloorMessage.objects.filter(source__code="other").order_by("occurred_at")
    assert [(row.kind, row.code, row.value, row.occurred_at) for row in found] == [
        (row.kind, row.code, row.value, row.occurred_at) for row in rows
    ]
    assert MessageGap.objects.values_list("first_sequence", "last_sequence").get() == (4, 4)


def test_history_row_that_can_not_be_taken_waits_and_stands_in_the_report(
    actor: Actor, site: Any, tmp_path: Path, small_pieces: None
) -> None:
    lines = [line(number) for number in range(10)]
    lines[8] = line(8, machine="NOBODY")
    lines[9] += ",one,cell,too,many"
    run = load_here(actor, site, "plc", written(tmp_path / "old.csv", lines))
    assert run.result == {"accepted": 8, "repeated": 0, "quarantined": 2, "late": 0}
    assert list(TaskRunIssue.objects.order_by("line").values_list("line", "code")) == [
        (10, "unknown_machine"), (11, "unreadable"),
    ]  # fmt: skip
    assert QuarantinedMessage.objects.count() == 2


def test_history_broken_off_goes_on_where_it_stopped(
    actor: Actor, site: Any, tmp_path: Path, small_pieces: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "old.csv", [line(number) for number in range(30)])
    taken: list[int] = []
    real = history.take_in_window

    def breaks(*given: Any, **more: Any) -> Any:
        if len(taken) == 2:
            taken.append(0)
            raise RuntimeError("the power went")
        taken.append(len(given[3]))
        return real(*given, **more)

    monkeypatch.setattr(history, "take_in_window", breaks)
    with pytest.raises(RuntimeError, match="power"):
        load_here(actor, site, "plc", path)
    assert FloorMessage.objects.count() == 14
    run = load_here(actor, site, "plc", path)
    assert run.result == {"accepted": 30, "repeated": 0, "quarantined": 0, "late": 0}
    assert taken == [7, 7, 0, 7, 7, 2]
    assert FloorMessage.objects.count() == 30


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("old.txt", b"x"), ("old.csv", b""), ("old.csv", b"machine,kind\nA,state\n"),
        ("old.csv", b"machine,kind,at,mood\nA,state,b,c\n"), ("old.csv", HEAD.encode() + b"\n"),
        ("old.csv", HEAD.encode() + b"\n\xff\xfe\n"), ("old.csv", HEAD.encode() + b"\nCNC-01,state,yesterday,,run,,\n"),
        ("old.parquet", b"PAR1"), ("old.csv", b"machine,kind,at,at\nA,state,b,c\n"),
    ],
    ids=range(9),
)  # fmt: skip
def test_history_file_that_is_none_is_refused_as_a_whole(actor: Actor, site: Any, name: str, content: bytes) -> None:
    with pytest.raises(InvalidInput):
        request(actor, site, "plc", file_name=name, content=content)
    assert not TaskRun.objects.exists()


def test_history_future_and_time_without_zone_wait(actor: Actor, site: Any, tmp_path: Path) -> None:
    lines = [line(1), "CNC-01,state,2999-01-01T00:00:00Z,,run,,", "CNC-01,state,2025-11-03T06:00:00,,run,,"]
    assert load_here(actor, site, "plc", written(tmp_path / "old.csv", lines)).result["quarantined"] == 2


def test_history_needs_the_right(make_actor: Any, site: Any, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        load_here(make_actor("floor.view"), site, "plc", written(tmp_path / "old.csv", [line(1)]))


def test_history_command_says_what_came_of_it(site: Any, tmp_path: Path) -> None:
    path = written(tmp_path / "old.csv", [line(0), line(1), line(2, machine="NOBODY")])
    said, progress = io.StringIO(), io.StringIO()
    call_command("load_history", str(path), "--source", "plc", stdout=said, stderr=progress)
    assert "2 new, 0 known, 1 in quarantine" in said.getvalue()
    assert "4: There is no machine NOBODY" in said.getvalue()
    assert "3 rows" in progress.getvalue()
    with pytest.raises(CommandError, match="There is no site X"):
        call_command("load_history", str(path), "--source", "plc", "--site", "X")
    with pytest.raises(CommandError, match="No such file"):
        call_command("load_history", str(tmp_path / "none.csv"), "--source", "plc")


def test_history_api_takes_a_file_and_a_worker_brings_it_in(owner: User, site: Any) -> None:
    client = Client()
    client.force_login(owner, backend="mom.accounts.backends.PasswordBackend")
    content = "\n".join([HEAD, *[line(number) for number in range(6)], line(6, machine="NOBODY")]).encode()
    answer = client.post(
        "/api/v1/floor/history-loads",
        {"site": "P1", "source": "plc", "file": SimpleUploadedFile("old.csv", content)},
        headers={"Idempotency-Key": "load-1"},
    )
    assert answer.status_code == 201, answer.content
    row = answer.json()
    assert (row["status"], row["file"], row["accepted"]) == ("queued", "old.csv", 0)
    long_work.work(row["id"], load)
    done = client.get(f"/api/v1/floor/history-loads/{row['id']}").json()
    assert (done["status"], done["accepted"], done["quarantined"], done["rows_done"]) == ("succeeded", 6, 1, 7)
    assert FloorMessage.objects.filter(value=Decimal(50)).exists()


def bomb(path: Path, column: pa.Array, name: str = "text") -> Path:
    rows = len(column)
    times = pa.array([START] * rows, pa.timestamp("us", "UTC"))
    table = pa.table({"machine": ["CNC-01"] * rows, "kind": ["state"] * rows, "at": times, name: column})
    pq.write_table(table, path, store_schema=False)
    return path


def test_history_parquet_that_unpacks_to_gigabytes_is_refused_before_it_does(
    actor: Actor, site: Any, tmp_path: Path
) -> None:
    repeated = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000, pa.int32()), pa.array(["x" * 200_000]))
    path = bomb(tmp_path / "bomb.parquet", repeated)
    assert path.stat().st_size < 20_000
    before = pa.total_allocated_bytes()
    with pytest.raises(InvalidInput) as refused:
        request(actor, site, "plc", file_name=path.name, content=path.read_bytes())
    assert "64 MB" in str(refused.value.fields["file"][0])
    assert pa.total_allocated_bytes() - before < 64 * 1024 * 1024
    assert not TaskRun.objects.exists()


@pytest.mark.parametrize("column", [pa.array([[1, 2]]), pa.array([{"a": 1}]), pa.array([b"ab"], pa.binary(2))])
def test_history_parquet_columns_that_no_message_has_are_refused(
    actor: Actor, site: Any, tmp_path: Path, column: pa.Array
) -> None:
    path = bomb(tmp_path / "nested.parquet", column)
    with pytest.raises(InvalidInput) as refused:
        request(actor, site, "plc", file_name=path.name, content=path.read_bytes())
    assert "text" in str(refused.value.fields["file"][0])


def test_history_parquet_with_texts_that_grow_when_read_is_refused(actor: Actor, site: Any, tmp_path: Path) -> None:
    table = pa.table({"machine": ["CNC-01"], "kind": ["state"], "at": pa.array([START], pa.timestamp("us", "UTC"))})
    path = tmp_path / "delta.parquet"
    pq.write_table(table, path, use_dictionary=False, column_encoding={"machine": "DELTA_BYTE_ARRAY"})
    with pytest.raises(InvalidInput) as refused:
        request(actor, site, "plc", file_name=path.name, content=path.read_bytes())
    assert "DELTA_BYTE_ARRAY" in str(refused.value.fields["file"][0])


def test_history_parquet_of_long_strings_and_categories_is_read(actor: Actor, site: Any, tmp_path: Path) -> None:
    table = pa.table(
        {
            "machine": pa.array(["CNC-01"], pa.large_string()),
            "kind": pa.array(["state"]).dictionary_encode(),
            "at": pa.array([START], pa.timestamp("us", "UTC")),
            "state": ["run"],
        }
    )
    path = tmp_path / "long.parquet"
    pq.write_table(table, path)
    assert load_here(actor, site, "plc", path).result["accepted"] == 1
