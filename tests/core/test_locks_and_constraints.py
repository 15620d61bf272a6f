"""Named locks, and the database's refusals in the words of the domain."""

import pytest
from django.db import IntegrityError, OperationalError, transaction

from mom.core.db.constraints import translating
from mom.core.db.locks import Lock, advisory_lock, advisory_locks, try_advisory_lock
from mom.core.db.retry import retrying
from mom.core.errors import Conflict
from mom.core.models import StoredBlob


def store(digest: str) -> StoredBlob:
    return StoredBlob.objects.create(sha256=digest * 64, size=1, content=b"x", created_at="2026-01-01T00:00:00Z")


@pytest.mark.django_db
def test_constraint_violation_becomes_the_domain_error_and_the_transaction_goes_on() -> None:
    store("a")

    said = {"core_storedblob_sha256": lambda: Conflict("This file is stored already.")}
    with pytest.raises(Conflict, match="is stored already"), translating(said):
        store("a")

    assert store("b").pk


@pytest.mark.django_db
def test_constraint_violation_that_is_not_named_passes_through() -> None:
    store("a")

    with pytest.raises(IntegrityError), transaction.atomic(), translating({"another_constraint": Conflict}):
        store("a")


@pytest.mark.django_db
def test_lock_is_taken_again_by_its_own_transaction() -> None:
    advisory_lock(Lock.IMPORT, "BER")
    advisory_locks(Lock.IMPORT, {"BER", "HAM"})

    assert try_advisory_lock(Lock.IMPORT, "BER")
    assert try_advisory_lock(Lock.KPI_REBUILD)


def test_lock_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="open a use case"):
        advisory_lock(Lock.IMPORT)


def test_lock_numbers_are_distinct() -> None:
    assert len({lock.value for lock in Lock}) == len(Lock.__members__)


class _Yielded(Exception):
    def __init__(self, pgcode: str) -> None:
        self.pgcode = pgcode


def _fails(times: int, pgcode: str) -> tuple[list[int], object]:
    calls: list[int] = []

    @retrying(attempts=3)
    def act() -> str:
        calls.append(1)
        if len(calls) <= times:
            raise OperationalError from _Yielded(pgcode)
        return "done"

    return calls, act


def test_retry_runs_a_yielded_use_case_again() -> None:
    calls, act = _fails(2, "40P01")

    assert act() == "done"  # type: ignore[operator]
    assert len(calls) == 3


def test_retry_gives_up_after_three_and_never_repeats_other_errors() -> None:
    for times, pgcode, expected in ((5, "40001", 3), (1, "57014", 1)):
        calls, act = _fails(times, pgcode)
        with pytest.raises(OperationalError):
            act()  # type: ignore[operator]
        assert len(calls) == expected
