"""When the suite is spread over processes."""

import os
from pathlib import Path

import pytest

from mom.runtime import test as runner


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


def test_small_suite_is_not_spread(suite: Path) -> None:
    (suite / "tests" / "test_many.py").write_text("def test_x(): ...\n")
    assert runner._parallel([]) == []


def test_one_processor_is_not_spread(suite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert runner._parallel([]) == []
