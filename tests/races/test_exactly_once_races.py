"""P01, P02 at the tables: the same key at once takes effect once, and the twin sees the first one's answer."""

import uuid

import pytest
from django.db import connection, transaction

from mom.core import clock
from mom.core.actor import system_actor
from mom.core.api import idempotency
from mom.core.db.constraints import translating
from mom.core.db.locks import Lock, advisory_lock
from mom.core.errors import Conflict
from mom.core.long_work import claim, start
from mom.core.models import IdempotencyKey, StoredBlob
from mom.core.use_case import enclosing_transaction, use_case
from tests.races.together import failures, together

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 25


def test_P02_idempotency_key_twins_take_effect_once_and_the_late_one_reads_the_answer() -> None:
    def request(key: str) -> tuple[str, int | None]:
        with enclosing_transaction():
            if idempotency._claim(system_actor("test"), key):
                answer = {"answer_status": 201, "answer": "first", "answer_headers": "{}", "answered_at": clock.now()}
                of = {"answer_principal": "system:test", "answer_key": key, "answer_fingerprint": "f"}
                idempotency._keep({**of, **answer})
                return "did", 201
            return "replayed", IdempotencyKey.objects.get(principal="system:test", key=key).status

    for _round in range(ROUNDS):
        key = str(uuid.uuid4())
        outcomes = together(*[lambda key=key: request(key)] * 4)
        assert sorted(outcomes) == [("did", 201)] + [("replayed", 201)] * 3  # type: ignore[type-var]


def test_P02_control_a_look_in_the_statement_that_waits_does_not_see_the_first_one() -> None:
    """Why it is a function: what a statement sees was settled before it waited."""
    careless = (
        "SELECT pg_advisory_xact_lock(7003, hashtext(%s)),"
        " NOT EXISTS (SELECT FROM core_idempotencykey WHERE principal = 'p' AND key = %s)"
    )

    def request(key: str) -> bool:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(careless, [key, key])
            is_free: bool = cursor.fetchone()[1]
            cursor.execute("SELECT pg_sleep(0.02)")
            if is_free:
                row = "INSERT INTO core_idempotencykey (principal, key, fingerprint, body, headers, created_at)"
                cursor.execute(row + " VALUES ('p', %s, 'f', '', '{}', now())", [key])
            return is_free

    outcomes = [together(*[lambda key=key: request(key)] * 4) for key in map(str, range(10))]
    assert any(failures(each) for each in outcomes), "the race doesn't show"


def test_P01_unique_fact_is_stored_once_and_the_twin_is_told() -> None:
    def store(digest: str) -> int:
        with (
            use_case(system_actor("test")),
            translating({"core_storedblob_sha256": lambda: Conflict("There already.")}),
        ):
            return StoredBlob.objects.create(sha256=digest, size=1, content=b"x", created_at=clock.now()).pk

    for round_number in range(ROUNDS):
        digest = f"{round_number:064d}"
        refused = failures(together(*[lambda digest=digest: store(digest)] * 4))
        assert [type(error) for error in refused] == [Conflict] * 3
        assert StoredBlob.objects.filter(sha256=digest).count() == 1


def test_P01_control_look_then_write_stores_twice_without_the_constraint() -> None:
    """A key that no constraint holds: both look, both find nothing, both write."""

    def careless() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            if not IdempotencyKey.objects.filter(fingerprint="careless").exists():
                cursor.execute("SELECT pg_sleep(0.05)")
                IdempotencyKey.objects.create(
                    principal="user:1", key=str(uuid.uuid4()), fingerprint="careless", created_at=clock.now()
                )

    together(*[careless] * 4)

    assert IdempotencyKey.objects.filter(fingerprint="careless").count() > 1, "the race doesn't show"


def test_long_work_is_claimed_by_one_of_many_workers() -> None:
    for _round in range(ROUNDS):
        with use_case(system_actor("test")) as act:
            run = start(act, "test.race", "BER", "Race")
        outcomes = together(*[lambda run=run: claim(run.pk)] * 4)
        assert len([each for each in outcomes if each is not None]) == 1


def test_advisory_lock_lets_one_in_at_a_time_and_the_control_lets_all_in() -> None:
    def visits(*, locked: bool) -> int:
        inside: list[int] = []
        most: list[int] = []

        def visit() -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                if locked:
                    advisory_lock(Lock.IMPORT, "BER")
                inside.append(1)
                most.append(len(inside))
                cursor.execute("SELECT pg_sleep(0.03)")
                inside.pop()

        assert failures(together(*[visit] * 4)) == []
        return max(most)

    assert visits(locked=True) == 1
    assert visits(locked=False) > 1
