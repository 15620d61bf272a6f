"""The environment: when it is up to date, where packages come from, what the launcher may import before it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mom.runtime import environment, front
from mom.runtime.places import CHECKOUT


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a finished environment for running, not for testing."""
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    for name, attribute in (("requirements.txt", "RUN_LOCK"), ("requirements-dev.txt", "DEV_LOCK")):
        (tmp_path / name).write_text(name)
        monkeypatch.setattr(environment, attribute, tmp_path / name)
    monkeypatch.setattr(environment, "PYTHON", python)
    monkeypatch.setattr(environment, "STAMP", tmp_path / ".venv" / "stamp")
    monkeypatch.setattr(environment, "UNFINISHED", tmp_path / ".venv" / "unfinished")
    stamp = {
        "python": environment._python_tag(),
        "run": environment._fingerprint(tmp_path / "requirements.txt"),
        "dev": None,
    }
    (tmp_path / ".venv" / "stamp").write_text(json.dumps(stamp))
    return tmp_path


def test_environment_is_current_for_what_it_was_made_for(checkout: Path) -> None:
    assert environment.is_current(dev=False)
    assert not environment.is_current(dev=True)


def test_environment_is_stale_after_a_new_lock(checkout: Path) -> None:
    (checkout / "requirements.txt").write_text("other")
    assert not environment.is_current(dev=False)


def test_environment_is_stale_after_an_interrupted_installation(checkout: Path) -> None:
    (checkout / ".venv" / "unfinished").touch()
    assert not environment.is_current(dev=False)


@pytest.mark.parametrize("content", ["", "{", '{"python": "3.9.1 linux"}'])
def test_environment_is_stale_with_another_stamp(checkout: Path, content: str) -> None:
    (checkout / ".venv" / "stamp").write_text(content)
    assert not environment.is_current(dev=False)


def test_index_settings_pass_on_what_pip_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    listing = "global.index-url='https://mirror.example/simple'\n:env:.find-links='/a  /b'\nglobal.cert='/x'\n"
    answer = subprocess.CompletedProcess([], 0, stdout=listing, stderr="")
    monkeypatch.setattr(environment, "_pip", lambda *_arguments, **_options: answer)
    assert environment.index_settings({}) == {
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "UV_FIND_LINKS": "/a /b",
    }
    assert "UV_DEFAULT_INDEX" not in environment.index_settings({"UV_DEFAULT_INDEX": "https://own.example"})


def test_launcher_imports_without_any_package() -> None:
    """Every module of the launcher, on a Python without site-packages: nothing is installed yet."""
    modules = sorted(f"mom.runtime.{path.stem}" for path in (CHECKOUT / "mom" / "runtime").glob("*.py"))
    code = f"import sys; sys.path.insert(0, {str(CHECKOUT)!r})\nimport " + ", ".join(
        name for name in modules if not name.endswith("__init__")
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_front_without_a_command_names_them_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert front.main([]) == 0
    told = capsys.readouterr().out
    assert all(f"  {name} " in told for name in front.COMMANDS)


def test_front_turns_a_refusal_into_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert front.main(["stop", "now"]) == 1
    assert capsys.readouterr().err.strip() == "`stop` takes no arguments."


def test_old_python_gets_a_sentence() -> None:
    source = (CHECKOUT / "manage.py").read_text().replace("sys.version_info < (3, 11)", "True")
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("MOM needs Python 3.11 or newer")


def test_locks_hold_hashes_and_no_addresses() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-boot.txt"):
        text = (CHECKOUT / name).read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "--index-url" not in text


def test_development_lock_holds_what_the_product_runs_on() -> None:
    def pins(name: str) -> set[str]:
        lines = (CHECKOUT / name).read_text().splitlines()
        return {line.split(" ")[0] for line in lines if "==" in line and not line.startswith(" ")}

    assert pins("requirements.txt") <= pins("requirements-dev.txt")
