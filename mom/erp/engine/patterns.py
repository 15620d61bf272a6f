"""Patterns that people write in a mapping, kept to those that no text can make run for ages.

A repeat or a choice inside a repeat lets the time grow exponentially with the text, and many in a row with a power of
its length, so the first are refused and the second limited. What still turns out slow is stopped by `Stopwatch`.
"""

import re
import time
from collections.abc import Iterable
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

from mom.erp.engine.problems import BrokenFile, ProblemCode

LONGEST_PATTERN = 200
LONGEST_TEXT_MATCHED = 300
MOST_UNBOUNDED = 3
MOST_CHOICES = 12
MOST_SLOW_SECONDS = 5.0
SLOW_SECONDS = 0.05

_REPEATS = frozenset({_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT})
_MANY = 100  # a repeat up to more than this counts as one without an end


def bad_pattern(text: str) -> str:
    """What is wrong with a pattern, or nothing."""
    if not 1 <= len(text) <= LONGEST_PATTERN:
        return f"1 … {LONGEST_PATTERN}"
    try:
        re.compile(text)
        walk = _Walk()
        walk.items(_parser.parse(text), is_repeated=False)
    except (re.error, OverflowError, RecursionError) as error:
        return str(error)
    if walk.is_nested:
        return "a repeat or a choice inside a repeat"
    if walk.unbounded > MOST_UNBOUNDED:
        return f"> {MOST_UNBOUNDED} repeats without an end"
    return f"> {MOST_CHOICES} repeats and choices" if walk.choices > MOST_CHOICES else ""


class _Walk:
    """Counts where matching may go more than one way."""

    def __init__(self) -> None:
        self.is_nested = False
        self.unbounded = self.choices = 0

    def items(self, items: Iterable[tuple[Any, Any]], *, is_repeated: bool) -> None:
        """One run of parsed items, and what is inside them."""
        for kind, argument in items:
            if kind in _REPEATS:
                least, most, inner = argument
                self.way(is_repeated, is_open=least != most)
                self.unbounded += most > _MANY
                self.items(inner, is_repeated=is_repeated or most > 1)
            elif kind in {_constants.BRANCH, _constants.GROUPREF_EXISTS, _constants.GROUPREF}:
                self.way(is_repeated, is_open=True)
                self.inside(argument, is_repeated)
            else:
                self.inside(argument, is_repeated)

    def way(self, is_repeated: bool, *, is_open: bool) -> None:
        """A place where matching may go on in more than one way, if it `is_open`."""
        self.choices += is_open
        self.is_nested = self.is_nested or (is_repeated and is_open)

    def inside(self, argument: Any, is_repeated: bool) -> None:
        """Whatever runs of items an argument holds."""
        if isinstance(argument, _parser.SubPattern):
            self.items(argument, is_repeated=is_repeated)
        elif isinstance(argument, tuple | list):
            for part in argument:
                self.inside(part, is_repeated)


class Stopwatch:
    """Adds up what slow cells cost in one file; a quick one costs nothing."""

    def __init__(self) -> None:
        self.slow = 0.0

    def holds(self, text: str, found: re.Pattern[str]) -> bool:
        """Whether the pattern is in the text. Raises: BrokenFile where patterns take too long."""
        began = time.thread_time()
        is_there = found.search(text) is not None
        self._count(found, time.thread_time() - began)
        return is_there

    def replaced(self, text: str, found: re.Pattern[str], replacement: str) -> str:
        """The text with every match replaced. Raises: BrokenFile where patterns take too long."""
        began = time.thread_time()
        changed = found.sub(replacement, text)
        self._count(found, time.thread_time() - began)
        return changed

    def _count(self, found: re.Pattern[str], seconds: float) -> None:
        if seconds > SLOW_SECONDS:
            self.slow += seconds
            if self.slow > MOST_SLOW_SECONDS:
                slow = {"where": "mapping", "value": found.pattern[:80], "detail": f"> {MOST_SLOW_SECONDS:g} s"}
                raise BrokenFile(ProblemCode.MAPPING_PATTERN_BAD, **slow)
