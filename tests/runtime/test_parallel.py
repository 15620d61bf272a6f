"""When the suite is spread over processes."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mom.runtime import test as runner
from tests.conftest import slow_files_first


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A suite of as many tests as make it pay, on two processors."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_many.py").write_text("def test_x(): ...\n" * runner.PARALLEL_FROM)
    monkeypatch.setattr(runner, "CHECKOUT", tmp_path)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    return tmp_path


@pytest.mark.parametrize("argv", [[], ["-q"], ["-x", "--lf"]])
def test_large_suite_is_spread(suite: Path, argv: list[str]) -> None:
    assert runner._parallel(argv)[:2] == ["-n", "2"]


@pytest.mark.parametrize("argv", [["tests/core"], ["-n4"], ["-k", "clock"], ["--pdb"]])
def test_chosen_tests_are_not_spread(suite: Path, argv: list[str]) -> None:
    assert runner._parallel(argv) == []


def test_slow_files_come_first_and_each_stays_whole() -> None:
    def item(file: str, number: int, *marks: str) -> Any:
        closest = {mark: object() for mark in marks}.get
        return SimpleNamespace(path=Path("tests") / file, name=f"{file} {number}", get_closest_marker=closest)

    items = [item("a/one.py", 1), item("a/two.py", 1), item("a/two.py", 2, "slow"), item("costs/one.py", 1)]
    slow_files_first(items)
    assert [each.name for each in items] == ["a/two.py 1", "a/two.py 2", "costs/one.py 1", "a/one.py 1"]


def test_small_suite_is_not_spread(suite: Path) -> None:
    (suite / "tests" / "test_many.py").write_text("def test_x(): ...\n")
    assert runner._parallel([]) == []


def test_one_processor_is_not_spread(suite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert runner._parallel([]) == []
