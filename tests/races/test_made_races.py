"""A command waits while somebody reports on its job: its answer has what was reported. Controls read it too early."""

import threading
import time
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from mom.core.actor import Actor, system_actor
from mom.core.use_case import use_case
from mom.work.engine.made import Made
from mom.work.engine.terms import JobOrderCommand, QuantityKind
from mom.work.models import JobOrder
from mom.work.services import job_order, quantity_report
from mom.work.services.quantity_report import Reported
from tests.factories.work import give, job_of, make_order
from tests.races.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
BOSS: Actor = system_actor("test")
_WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"


def while_reported(job: JobOrder, act: Callable[[], Any]) -> Any:
    """What an act gives that waits for five pieces to be reported, on the job that it locks."""
    is_reported = threading.Event()

    def report() -> None:
        with use_case(BOSS) as case:
            lines = [Reported(QuantityKind.GOOD, Decimal(5))]
            quantity_report.add(case, job_order.locked(job.pk), lines, op_uuid=uuid.uuid4())
            is_reported.set()
            until = time.monotonic() + 20
            with connection.cursor() as cursor:
                while time.monotonic() < until:
                    cursor.execute(_WAITS)
                    if cursor.fetchone()[0]:
                        return
                    time.sleep(0.01)
        raise AssertionError("Nobody waited.")

    def wait_and_act() -> Any:
        assert is_reported.wait(20)
        return act()

    reported, given = at_once([report, wait_and_act])
    assert reported is None, reported
    return given


def good(made: "tuple[Made, ...] | None") -> Decimal | None:
    assert made is not None
    return made[0].total.good


@pytest.mark.parametrize(
    ("before", "command"),
    [(["start"], "pause"), (["start", "pause"], "resume"), (["start", "pause"], "finish"), (["start"], "finish")],
)
def test_command_that_waited_for_a_report_tells_it(site: Any, before: list[str], command: str) -> None:
    job = give(job_of(make_order(site)), *before)
    moved = while_reported(job, lambda: job_order.command(BOSS, job.pk, JobOrderCommand(command)))
    assert good(moved.told_outputs) == 5, moved


def test_command_that_waited_control_read_by_the_statement_that_locks(site: Any) -> None:
    job = give(job_of(make_order(site)), "start")

    def locked_and_read() -> Decimal:
        with use_case(BOSS), connection.cursor() as cursor:
            cursor.execute(
                "SELECT (SELECT t.good FROM work_outputtotal t JOIN work_jobrequirement r ON r.id = t.output_id"
                " WHERE r.job_order_id = j.id) FROM work_joborder j WHERE j.id = %s FOR UPDATE",
                [job.pk],
            )
            return Decimal(cursor.fetchone()[0])

    assert while_reported(job, locked_and_read) == 0
