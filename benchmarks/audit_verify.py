"""Audit entries verified a second, and what a sealed use case costs.

    python3 manage.py bench audit_verify [--entries 60000] [--least 60000]

Writes entries over three chains into a scratch database of its own, verifies all chains three times (the median
counts), then forges one entry and verifies again: the forgery must be the only finding. Exits with 1 where it is not,
or the speed is below `least`.
Settings come from the environment (`DATABASE_URL` of a role that may create databases), as for manage.py.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scratch import name_of, own_database

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SCRATCH = name_of("audit")
CHAINS = ("BER", "HAM", "MUC")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=60_000)
    parser.add_argument("--least", type=int, default=60_000, help="entries a second")
    options = parser.parse_args()
    with own_database(SCRATCH, "core"):
        return measure(options.entries, options.least)


def measure(entries: int, least: int) -> int:

    from django.db import connection

    from mom.core import audit

    commits = write_one_by_one(500)
    print(f"use cases with one audit entry: {commits:,.0f} commits/s, one writer")
    write_in_bulk(entries)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE core_auditentry, core_auditseal")
    found, seconds, processor = timed(audit.verify)
    speed = entries / seconds
    print(
        f"verified {entries:,} entries in {len(CHAINS)} chains: {speed:,.0f} entries/s, {len(found)} findings"
        f" ({processor:.2f} s of the server's processor)"
    )
    from mom.core.audit.chain import verify_in_pieces

    pieces, seconds, processor = timed(lambda: verify_in_pieces(lambda _done, _total: None))
    print(f"the same in pieces that can be cancelled: {entries / seconds:,.0f} entries/s ({processor:.2f} s)")
    found += pieces[0]

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditentry DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE core_auditentry SET reason = 'forged'"
            " WHERE id = (SELECT id FROM core_auditentry ORDER BY id OFFSET 4711 LIMIT 1)"
        )
    forged = audit.verify()
    print(f"after forging one: {[finding.kind for finding in forged]}")
    return int(bool(found) or [finding.kind for finding in forged] != ["edited"] or speed < least)


def timed(verify: Callable[[], Any], times: int = 3) -> tuple[Any, float, float]:
    """The answer, the median seconds, and the least seconds of processor time that the database server took for it."""
    from django.db import connection

    taken, used = [], []
    for _time in range(times):
        before = processor_time(connection)
        started = time.monotonic()
        answer = verify()
        taken.append(time.monotonic() - started)
        used.append(processor_time(connection) - before)
    return answer, statistics.median(taken), min(used)


def processor_time(connection: Any) -> float:
    """Seconds of processor time of this connection's server process; it runs on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        fields = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def write_one_by_one(times: int) -> float:
    """Commits a second of a use case that does nothing but record."""
    from mom.core.actor import system_actor
    from mom.core.use_case import Subject, use_case

    started = time.monotonic()
    for number in range(times):
        with use_case(system_actor("benchmark")) as act:
            act.record("bench.written", subject=Subject("bench.thing", str(number), "thing"), site=CHAINS[0])
    return times / (time.monotonic() - started)


def write_in_bulk(entries: int) -> None:
    """Many entries a transaction; each is sealed at the commit all the same."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(
            "INSERT INTO core_auditentry (recorded_at, chain, actor_kind, actor_id, actor_label, action, subject_type,"
            " subject_id, subject_label, before, after, reason, request_id) SELECT now(), (%s::text[])[1 + n %% 3],"
            " 'user', '12', 'Anna Berg', 'work.job_order_started', 'work.joborder', n::text, 'A-' || n,"
            " jsonb_build_object('status', 'ready', 'version', n), jsonb_build_object('status', 'running'), '',"
            " md5(n::text) FROM generate_series(1, %s) n",
            [list(CHAINS), entries],
        )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mom.settings.test")
    sys.exit(main())
