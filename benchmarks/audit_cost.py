"""What audit trail and row history cost: the same service calls with them, and without.

    python3 manage.py bench audit_cost [--rounds 9] [--calls 60] [--most 2.0]

In a scratch database of its own a running job gets quantities reported, and is paused and resumed. Rounds with and
without alternate on the same rows: without means no entry, no seal, no row version, no actor told to the database.
Prints the medians and their ratio, then checks the answer: every audited call has its entry and the chain is whole,
the ledger adds up, and without there was nothing. Exits with 1 where it does not, or a ratio is above `most`.
"""

import argparse
import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

from scratch import name_of, own_database

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SCRATCH = name_of("cost")
Call = Callable[[int], None]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--calls", type=int, default=60, help="calls a round")
    parser.add_argument("--most", type=float, default=2.0, help="the ratio of the medians")
    options = parser.parse_args()
    with own_database(SCRATCH):
        return measure(options.rounds, options.calls, options.most)


def measure(rounds: int, calls: int, most: float) -> int:

    from mom.core import audit
    from mom.core.models import AuditEntry

    report, pause = acts()
    worst = 0.0
    for name, call in (("report a quantity", report), ("pause and resume a job", pause)):
        call(0)  # plans, caches and connections are warm
        taken: dict[bool, list[float]] = {True: [], False: []}
        for number in range(rounds * 2):
            is_audited = number % 2 == 0
            before = AuditEntry.objects.count()
            with bare(is_bare=not is_audited):
                taken[is_audited] += timed(call, calls)
            written = AuditEntry.objects.count() - before
            if (written >= calls) is not is_audited:
                print(f"{name}: {written} audit entries for {calls} calls, audited: {is_audited}")
                return 1
        with_it, without = (statistics.median(taken[each]) * 1000 for each in (True, False))
        worst = max(worst, with_it / without)
        print(f"{name}: {with_it:.2f} ms with, {without:.2f} ms without audit and history: {with_it / without:.2f} x")
    found = audit.verify()
    is_right = ledger_adds_up(1 + rounds * 2 * calls)
    print(f"chain: {len(found)} findings; ledger {'adds up' if is_right else 'is WRONG'}; at most {most} x is the aim")
    return int(bool(found) or not is_right or worst > most)


def acts() -> tuple[Call, Call]:
    """The two service calls on one running job; each commits."""
    from mom.core.actor import system_actor
    from mom.work.engine.terms import JobOrderCommand, QuantityKind
    from mom.work.services import job_order, quantity_report
    from mom.work.services.quantity_report import Reported
    from tests.factories.accounts import make_site
    from tests.factories.work import job_of, make_machine, make_order

    actor, site = system_actor("benchmark"), make_site("B1")
    job = job_of(make_order(site, quantity=1_000_000, machine=make_machine(site)))
    job_order.command(actor, job.pk, JobOrderCommand.START)

    def report(_number: int) -> None:
        quantity_report.report(actor, job.pk, [Reported(QuantityKind.GOOD, Decimal(1))], op_uuid=uuid.uuid4())

    def pause(_number: int) -> None:
        job_order.command(actor, job.pk, JobOrderCommand.PAUSE)
        job_order.command(actor, job.pk, JobOrderCommand.RESUME)

    return report, pause


def timed(call: Call, calls: int) -> list[float]:
    """The seconds of each call."""
    taken = []
    for number in range(calls):
        started = time.perf_counter()
        call(number)
        taken.append(time.perf_counter() - started)
    return taken


@contextmanager
def bare(*, is_bare: bool) -> Iterator[None]:
    """Nothing is audited and no version kept inside; guards other than history stay."""
    if not is_bare:
        yield
        return
    from mom.core import use_case

    nothing: Any = lambda *_args, **_kwargs: None  # noqa: E731
    switch("DISABLE")
    try:
        with patch.object(use_case.UseCase, "record", nothing), patch.object(use_case, "tell_database", nothing):
            yield
    finally:
        switch("ENABLE")


def switch(word: str) -> None:
    """All history triggers on or off; the seal has no entry to seal."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgfoid = 'core_row_history'::regproc"
        )
        for table, name in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} {word} TRIGGER "{name}"')


def ledger_adds_up(pieces: int) -> bool:
    """Every report counts once, audited or not."""
    from mom.work.models import OutputTotal, QuantityReport

    return OutputTotal.objects.get().good == QuantityReport.objects.count() == pieces


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mom.settings.test")
    sys.exit(main())
