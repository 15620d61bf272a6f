"""What a list would do to the plant, row by row, before it does it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from mom.accounts.models import Site
from mom.core.use_case import UseCase
from mom.erp.engine.problems import Problem, ProblemCode
from mom.erp.engine.table_rows import TableRow


class Fate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass
class Planned:
    """A row with its fate; `target` is what it changes, where that is there already."""

    row: TableRow
    fate: Fate = Fate.NEW
    target: Any = None
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, code: ProblemCode, where: str, value: object = "", detail: str = "") -> None:
        """Not taken, for this reason."""
        self.fate = Fate.REFUSED
        self.problems.append(Problem(code, where, str(value), detail))


class Target(Protocol):
    """What the rows of one kind of list go into. Rights are the caller's to ask."""

    permissions: tuple[str, ...]

    def plan(self, site: Site, planned: list[Planned]) -> None:
        """Set the fate of every row that can be read. A constant number of statements, no write."""

    def apply(self, act: UseCase, site: Site, planned: list[Planned]) -> None:
        """Bring in the new and changed rows. Joins the caller's transaction."""


def readable(rows: Iterable[TableRow]) -> list[Planned]:
    """The rows on their way: those that could not be read are refused already."""
    return [Planned(row, Fate.REFUSED if row.problems else Fate.NEW, problems=list(row.problems)) for row in rows]


def refuse_twice(planned: Iterable[Planned], *keys: str) -> None:
    """Of rows with the same key the first is taken, the others are refused with the first one's line."""
    first: dict[tuple[str, ...], int] = {}
    for each in planned:
        if each.fate == Fate.REFUSED:
            continue
        key = tuple(str(each.row.values.get(name, "")).casefold() for name in keys)
        line = first.setdefault(key, each.row.line)
        if line != each.row.line:
            shown = " / ".join(str(each.row.values[name]) for name in keys if each.row.values.get(name))
            each.refuse(ProblemCode.STANDS_TWICE, keys[0], shown, str(line))


def taken(planned: Iterable[Planned]) -> list[Planned]:
    """The rows that are not refused."""
    return [each for each in planned if each.fate != Fate.REFUSED]


def values_of(planned: Iterable[Planned], key: str) -> set[str]:
    """What the taken rows give for a field, each once; lists are taken apart."""
    found: set[str] = set()
    for each in taken(planned):
        value = each.row.values.get(key)
        found |= set(value) if isinstance(value, list) else {value} if value else set()
    return found
