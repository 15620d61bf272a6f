"""Locks, private files, ports and messages: the small tools of the launcher."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mom.runtime import places, ports
from mom.runtime.locks import Held, file_lock
from mom.runtime.messages import Refusal, step, tail
from mom.runtime.places import CHECKOUT, Places, data_places, write_private
from mom.runtime.reset import delete
from mom.runtime.stack import secret_key

HOLD = (
    "import sys, time, pathlib\n"
    "from mom.runtime.locks import file_lock\n"
    "with file_lock(pathlib.Path(sys.argv[1]), 'run (process 7)'):\n"
    "    print('held', flush=True); time.sleep(60)"
)


@pytest.fixture
def holder(tmp_path: Path) -> "subprocess.Popen[str]":
    """Another process that holds the lock `tmp_path / "lock"`."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "lock")], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_lock_says_who_holds_it(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    with pytest.raises(Held, match=r"^run \(process 7\)$"), file_lock(tmp_path / "lock", "mine"):
        pass


def test_lock_is_free_when_its_holder_was_killed(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    holder.kill()
    holder.wait()
    with file_lock(tmp_path / "lock", "mine"):
        assert (tmp_path / "lock").read_text() == "mine"


def test_private_file_is_its_owners_alone(tmp_path: Path) -> None:
    write_private(tmp_path / "secret", "x")
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_secret_key_is_made_once(tmp_path: Path) -> None:
    first = secret_key(tmp_path / "secret_key")
    assert len(first) >= 50
    assert secret_key(tmp_path / "secret_key") == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_data_directory_named_by_the_environment_is_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MOM_DATA_DIR", "here")
    assert data_places().data == tmp_path / "here"


def test_data_directory_without_a_name_is_the_checkouts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOM_DATA_DIR", raising=False)
    assert data_places().data == CHECKOUT / ".mom"


def test_data_directory_that_cannot_be_made_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refusal, match="can't be made"):
        Places(tmp_path / "file" / "data").make()


def test_reset_spares_what_is_not_ours(tmp_path: Path) -> None:
    places = Places(tmp_path).make()
    (tmp_path / "holiday.jpg").write_text("")
    secret_key(places.secret_key)
    delete(places)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What stands for the machine's memory, with all the room that there is."""
    shared = tmp_path / "shm"
    shared.mkdir()
    monkeypatch.setattr(places, "MEMORY", shared)
    monkeypatch.setattr(places, "ROOM", 1)
    return shared


def test_servers_of_tests_live_in_memory(shared: Path, tmp_path: Path) -> None:
    home = places.home_of_tests(tmp_path / "data")
    assert home.parent == shared
    assert home == places.home_of_tests(tmp_path / "data") != places.home_of_tests(tmp_path / "other")


def test_servers_of_tests_live_on_disk_where_memory_is_short(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "ROOM", 1 << 60)
    assert places.memory() is None
    assert places.home_of_tests(tmp_path) == tmp_path / "test"


def test_servers_of_tests_never_live_where_somebody_else_made_the_directory(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = places.home_of_tests(tmp_path)
    home.symlink_to(tmp_path)
    assert places.home_of_tests(tmp_path) == tmp_path / "test"
    home.unlink()
    home.mkdir()
    assert places.home_of_tests(tmp_path) == home
    whose = home.stat().st_uid
    monkeypatch.setattr(places, "homes_of_tests", lambda _data: [home, tmp_path / "test"])
    monkeypatch.setattr(os, "geteuid", lambda: whose + 1)
    assert places.home_of_tests(tmp_path) == tmp_path / "test"


def test_reset_forgets_the_servers_of_tests_too(shared: Path, tmp_path: Path) -> None:
    made = [Places(home).make() for home in places.homes_of_tests(tmp_path / "data")]
    delete(Places(tmp_path / "data").make())
    assert [each.data.exists() for each in made] == [False, False]


def test_port_named_but_taken_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        with pytest.raises(Refusal, match="is taken"):
            ports.listen()


@pytest.mark.parametrize("value", ["http", "0", "70000", "-1"])
def test_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PORT", value)
    with pytest.raises(Refusal, match="must be a number"):
        ports.listen()


def test_port_without_a_name_is_the_first_free_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORT", raising=False)
    with ports.listen() as first, ports.listen() as second:
        assert ports.FIRST <= first.getsockname()[1] < second.getsockname()[1]


def test_tail_shows_the_last_lines(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("\n".join(str(number) for number in range(100)))
    assert tail(tmp_path / "log", 2) == "    98\n    99"
    assert tail(tmp_path / "none") == ""


def test_step_is_silent_about_its_end_when_it_failed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError), step("Dividing"):
        raise ZeroDivisionError
    assert "done" not in capsys.readouterr().out


def test_data_directory_is_closed_to_others(tmp_path: Path) -> None:
    places = Places(tmp_path / "data").make()
    expected = 0o711 if os.geteuid() == 0 else 0o700
    assert stat.S_IMODE(places.data.stat().st_mode) == expected
    assert stat.S_IMODE(places.log.stat().st_mode) == 0o700
