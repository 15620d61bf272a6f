"""A mapping is written by a person of a plant, who must not be able to stop the workers with it."""

import re
from zoneinfo import ZoneInfo

import pytest

from mom.erp.engine import mapping as mappings
from mom.erp.engine import patterns
from mom.erp.engine.patterns import Stopwatch
from mom.erp.engine.problems import BrokenFile, ProblemCode
from mom.erp.engine.rows import RowReader, RowRefused

HEADER = ["Order", "Step", "Start", "End"]


def reader(replace: str) -> RowReader:
    text = f"""
mapping: 1
source: erp
fields:
  order: Order
  operation: {{column: Step, replace: [{replace}]}}
  started_at: Start
  completed_at: End
"""
    return RowReader(mappings.load(text), HEADER, ZoneInfo("Europe/Stockholm"))


def line(step: str) -> list[str]:
    return ["A", step, "2026-01-05 08:00:00", "2026-01-05 09:00:00"]


def test_row_refused_where_replacements_multiply_the_text() -> None:
    tenfold = ", ".join(["{pattern: '.', with: '..........'}"] * 30)
    with pytest.raises(RowRefused) as caught:
        reader(tenfold).read(line("Turn"))
    assert [problem.code for problem in caught.value.problems] == [ProblemCode.VALUE_TOO_LONG]


def test_row_refused_where_text_is_too_long_for_a_pattern() -> None:
    with pytest.raises(RowRefused) as caught:
        reader("{pattern: '^x', with: ''}").read(line("T" * 301))
    assert [problem.code for problem in caught.value.problems] == [ProblemCode.VALUE_TOO_LONG]


def test_file_broken_off_where_patterns_are_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "SLOW_SECONDS", -1.0)
    monkeypatch.setattr(patterns, "MOST_SLOW_SECONDS", 0.0)
    slow = re.compile("a*a*b")
    with pytest.raises(BrokenFile) as caught:
        Stopwatch().replaced("a" * 300, slow, "")
    assert caught.value.problem.code == ProblemCode.MAPPING_PATTERN_BAD
