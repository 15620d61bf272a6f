"""How many statements something costs, held against numbers in a file and against growth.

`query_budgets.json` maps a name ("page orders:list", "GET /api/v1/work/job-orders/") to the statements it may cost.
`pytest --update-query-budgets` writes what was measured; the diff is reviewed.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

BUDGETS = Path(__file__).resolve().parents[1] / "query_budgets.json"
# Who acts and savepoints are the frame around a use case, the same for every one; budgets count what it asks.
FRAME = re.compile(
    r"^(SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT|BEGIN|COMMIT|SELECT set_config|EXECUTE mom_tell_\d)",
    re.IGNORECASE,
)


class Count:
    """The statements of a block, filled when the block ends."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __len__(self) -> int:
        return len(self.statements)

    def __str__(self) -> str:
        return "\n".join(f"{number:3} {statement[:400]}" for number, statement in enumerate(self.statements, 1))


@contextmanager
def counting() -> Iterator[Count]:
    """Count the statements of a block, its transaction frame left out."""
    count = Count()
    with CaptureQueriesContext(connection) as captured:
        yield count
    count.statements += [query["sql"] for query in captured.captured_queries if not FRAME.match(query["sql"])]


class QueryBudgets:
    """The numbers of `query_budgets.json`: held, or noted anew."""

    def __init__(self, path: Path, *, update: bool) -> None:
        self.path = path
        self.update = update
        self.numbers: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}

    def hold(self, name: str, count: Count) -> None:
        """Exactly that many statements. Raises: AssertionError with the statements, also for an unknown name."""
        cost, allowed = len(count), self.numbers.get(name)
        if self.update:
            self._write(name, cost)
        elif allowed is None:
            raise AssertionError(f"{name} has no budget; it costs {cost}. Run pytest --update-query-budgets.\n{count}")
        elif cost > allowed:
            raise AssertionError(f"{name} costs {cost} statements; its budget is {allowed}.\n{count}")
        elif cost < allowed:
            raise AssertionError(
                f"{name} costs {cost}, below its budget of {allowed}: run pytest --update-query-budgets."
            )

    def forget(self, names: Iterable[str]) -> None:
        """Take budgets out whose subject is no more."""
        for name in names:
            self.numbers.pop(name, None)
        self._save()

    def _write(self, name: str, cost: int) -> None:
        self.numbers = json.loads(self.path.read_text()) if self.path.exists() else {}
        self.numbers[name] = cost
        self._save()

    def _save(self) -> None:
        self.path.write_text(json.dumps(dict(sorted(self.numbers.items())), indent=2) + "\n")


@pytest.fixture
def query_budgets(pytestconfig: pytest.Config) -> QueryBudgets:
    """Budgets by name: `with counting() as count: ...` and then `query_budgets.hold("GET /...", count)`."""
    return QueryBudgets(BUDGETS, update=bool(pytestconfig.getoption("--update-query-budgets")))


@pytest.fixture
def statements() -> Callable[[], object]:
    """`with statements() as count: ...; len(count)`."""
    return counting


def costs_the_same(
    make_rows: Callable[[int], object], read: Callable[[], object], *, few: int = 2, many: int = 20
) -> Count:
    """The count of reading `few` rows, after seeing that `many` cost no statement more.

    `make_rows(n)` adds n rows, `read()` is the list or page. The first read warms what is asked once per process.
    Raises: AssertionError with both lists of statements.
    """
    make_rows(few)
    read()
    with counting() as small:
        read()
    make_rows(many - few)
    with counting() as large:
        read()
    assert len(large) == len(small), (
        f"{few} rows cost {len(small)}, {many} rows cost {len(large)}:\n{small}\n---\n{large}"
    )
    return small
