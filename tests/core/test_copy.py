"""Lines over COPY, with other work done while the server takes them in."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from mom.core.db.bulk import copy_lines

MANY = 1_234  # more than one helping


def numbers(steps: list[int], *, fail_at: int | None = None) -> Iterator[None]:
    for step in range(700):
        if step == fail_at:
            raise LookupError(f"step {step}")
        steps.append(step)
        yield


@pytest.fixture
def table(db: None) -> str:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE copied (number integer) ON COMMIT DROP")
    return "COPY copied FROM STDIN"


def stored() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT number) FROM copied")
        return int(cursor.fetchone()[0])


def test_all_lines_and_all_steps_are_done(table: str) -> None:
    steps: list[int] = []
    copy_lines(table, (f"{number}\n" for number in range(MANY)), numbers(steps))
    assert (stored(), steps) == (MANY, list(range(700)))


def test_work_is_done_where_there_are_no_lines(table: str) -> None:
    steps: list[int] = []
    copy_lines(table, [], numbers(steps))
    assert (stored(), len(steps)) == (0, 700)


def test_some_work_is_done_before_the_last_line_is_made(table: str) -> None:
    steps: list[int] = []
    done_by_then = []

    def lines() -> Iterator[str]:
        yield from (f"{number}\n" for number in range(MANY))
        done_by_then.append(len(steps))

    copy_lines(table, lines(), numbers(steps))
    assert 0 < done_by_then[0] < 700


def test_what_the_work_raises_is_raised_as_it_is(table: str) -> None:
    with pytest.raises(LookupError, match="step 650"), transaction.atomic():
        copy_lines(table, (f"{number}\n" for number in range(MANY)), numbers([], fail_at=650))
    with pytest.raises(LookupError, match="step 0"), transaction.atomic():
        copy_lines(table, (f"{number}\n" for number in range(MANY)), numbers([], fail_at=0))
    assert stored() == 0
