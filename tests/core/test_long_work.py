"""Long work is held by one worker, goes on where a dead one stopped, and ends as people were told."""

from contextlib import suppress

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, connection

from mom.core import bell, long_work
from mom.core.actor import Actor, system_actor
from mom.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from mom.core.long_work import Cancelled, LeaseLost, Progress
from mom.core.models import AuditEntry, TaskRun
from mom.core.use_case import use_case

pytestmark = pytest.mark.django_db(transaction=True)

ANNA = Actor("user", "1", "Anna")
BEN = Actor("user", "2", "Ben")


def started(**options: object) -> TaskRun:
    with use_case(ANNA) as act:
        return long_work.start(act, "test.count", "BER", "Count things", **options)  # type: ignore[arg-type]


def worker_dies(run: TaskRun) -> None:
    """Its lease runs out."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_taskrun SET lease_until = now() - interval '1 s' WHERE id = %s", [run.pk])


def test_long_work_starts_queued_with_who_asked_and_an_audit_entry() -> None:
    run = started(parameters={"file": "a.csv"}, total=10)

    run.refresh_from_db()
    assert (run.status, run.requested_by, run.requested_by_label) == ("queued", "user:1", "Anna")
    assert (run.parameters, run.total) == ({"file": "a.csv"}, 10)
    assert AuditEntry.objects.filter(action="core.task_run_started", subject_id=str(run.pk)).exists()


def test_long_work_rings_its_task_after_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[tuple[object, ...]] = []
    monkeypatch.setattr(bell, "ring", lambda task, *args, queue: rung.append((task, *args, queue)))
    monkeypatch.setattr(long_work, "_kinds", {})
    long_work.declare("test.count", task="test.tasks.count", queue="imports")

    run = started()
    bell.wait_for_bells()

    assert rung == [("test.tasks.count", run.pk, "imports")]


def test_long_work_is_held_by_one_worker_at_a_time() -> None:
    run = started()

    assert long_work.claim(run.pk) is not None
    assert long_work.claim(run.pk) is None


def test_long_work_goes_on_where_the_dead_worker_stopped() -> None:
    run = started()
    first = long_work.claim(run.pk)
    assert first is not None
    first.advance(4, total=10)
    worker_dies(run)

    second = long_work.claim(run.pk)

    assert second is not None
    assert second.done == 4
    for act in (lambda: first.advance(5), first.finish, lambda: first.fail("no"), first.cancelled):
        with pytest.raises(LeaseLost):
            act()
    second.finish({"rows": 10})
    run.refresh_from_db()
    assert (run.status, run.result, run.done) == ("succeeded", {"rows": 10}, 4)


def test_long_work_progress_commits_with_its_piece_or_not_at_all() -> None:
    run = started()
    progress = long_work.claim(run.pk)
    assert progress is not None
    with suppress(ZeroDivisionError), use_case(progress.actor):
        progress.advance(5)
        raise ZeroDivisionError

    run.refresh_from_db()
    assert run.done == 0


def test_long_work_that_gets_nowhere_five_times_is_ended() -> None:
    run = started()
    for _ in range(long_work.MOST_ATTEMPTS):
        assert long_work.claim(run.pk) is not None
        worker_dies(run)

    assert long_work.claim(run.pk) is None
    run.refresh_from_db()
    assert run.status == "failed"
    assert "died 5 times" in run.error


def test_long_work_that_gets_on_may_be_taken_over_often() -> None:
    run = started()
    for piece in range(1, 4 * long_work.MOST_ATTEMPTS):
        progress = long_work.claim(run.pk)
        assert progress is not None
        progress.advance(piece)
        worker_dies(run)


def test_long_work_is_cancelled_between_pieces() -> None:
    run = started()

    def body(progress: Progress) -> None:
        progress.advance(1)
        with use_case(ANNA) as act:
            long_work.request_cancel(act, run.pk)
        progress.check_cancelled()
        pytest.fail("it went on after the cancel")

    long_work.work(run.pk, body)

    run.refresh_from_db()
    assert (run.status, run.result) == ("cancelled", {"done": 1})


def test_long_work_not_yet_begun_is_cancelled_at_once() -> None:
    run = started()
    with use_case(ANNA) as act:
        long_work.request_cancel(act, run.pk)

    run.refresh_from_db()
    assert run.status == "cancelled"
    assert long_work.claim(run.pk) is None


def test_long_work_cancel_needs_the_right_and_something_to_cancel() -> None:
    run = started()
    with pytest.raises(NotAllowed), use_case(BEN) as act:
        long_work.request_cancel(act, run.pk)
    with pytest.raises(NotFound), use_case(ANNA) as act:
        long_work.request_cancel(act, -1)
    with use_case(system_actor("test")) as act:
        long_work.request_cancel(act, run.pk)
    with pytest.raises(Conflict, match="already ended"), use_case(ANNA) as act:
        long_work.request_cancel(act, run.pk)


def test_long_work_refusal_becomes_its_sentence() -> None:
    run = started()

    def refused(progress: Progress) -> None:
        raise InvalidInput(sentence="The file has no column Machine. Add it or change the mapping.")

    long_work.work(run.pk, refused)

    run.refresh_from_db()
    assert (run.status, run.error) == ("failed", "The file has no column Machine. Add it or change the mapping.")


def test_long_work_fault_is_told_without_detail_and_raised_for_the_log() -> None:
    run = started()
    with pytest.raises(ZeroDivisionError):
        long_work.work(run.pk, lambda _progress: {"rows": 1 / 0})

    run.refresh_from_db()
    assert run.status == "failed"
    assert "division" not in run.error


def test_long_work_that_runs_out_of_time_is_given_to_the_next_worker() -> None:
    run = started()

    def slow(progress: Progress) -> None:
        progress.advance(3)
        raise SoftTimeLimitExceeded

    with pytest.raises(SoftTimeLimitExceeded):
        long_work.work(run.pk, slow)

    progress = long_work.claim(run.pk)
    assert progress is not None
    assert progress.done == 3


def test_long_work_that_had_to_yield_to_others_is_no_fault() -> None:
    run = started()

    def body(progress: Progress) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE lock_not_available; END $$")

    with pytest.raises(OperationalError):
        long_work.work(run.pk, body)

    run.refresh_from_db()
    assert run.status == "running"
    assert long_work.claim(run.pk) is not None


def test_long_work_keeps_its_issues() -> None:
    run = started()
    progress = long_work.claim(run.pk)
    assert progress is not None
    progress.issue(7, "Qty", "1\x002", "not_a_number", "Give a number.")
    progress.issues((line, "Machine", "x" * 900, "unknown", "Unknown machine.") for line in range(3))

    assert run.issues.count() == 4
    kept = run.issues.get(code="not_a_number")
    assert (kept.line, kept.column, kept.value) == (7, "Qty", "1\ufffd2")


def test_long_work_sweeper_rings_for_the_waiting_and_the_orphaned(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[int] = []
    monkeypatch.setattr(long_work, "ring", lambda _task, run_id, **_options: rung.append(run_id))
    monkeypatch.setattr(long_work, "_kinds", {})
    long_work.declare("test.count", task="test.tasks.count")
    waiting, held, orphan, done = started(), started(), started(), started()
    for run in (held, orphan):
        long_work.claim(run.pk)
    worker_dies(orphan)
    finished = long_work.claim(done.pk)
    assert finished is not None
    finished.finish()

    assert long_work.sweep() == 2
    assert rung == [waiting.pk, orphan.pk]


def test_long_work_cancel_is_heard_only_when_asked() -> None:
    run = started()
    progress = long_work.claim(run.pk)
    assert progress is not None
    progress.check_cancelled()
    with use_case(ANNA) as act:
        long_work.request_cancel(act, run.pk)
    with pytest.raises(Cancelled):
        progress.check_cancelled()
