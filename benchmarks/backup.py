"""A backup of ten million rows, proven by a restore in the same run; the baseline is a plain `pg_dump -Fc`.

    python3 manage.py bench backup [--rows 10000000] [--runs 1] [--most 60]

Fills a scratch database of its own: a plant's ledger of reported quantities (three tenths of the rows, their totals
right to the piece) and its row history. Then makes the very backup that `manage.py backup` makes (counts, dump, sums,
manifest, on disk when it returns) and proves it: restored beside it, every count compared, every invariant asked.
Prints seconds and sizes; exits with 1 where the proof found anything or the backup took longer than `most` seconds.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from scratch import name_of, own_database

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SCRATCH = name_of("backup")
JOBS = 200
PIECE = 500_000

REPORTS = """
INSERT INTO work_quantityreport (op_uuid, recorded_at, recorded_by, reversal_reason, kind, quantity, unit, second_unit,
    note, occurred_at, job_response_id, output_id, person_id, site_id)
SELECT gen_random_uuid(), t, 'user:' || n %% 40, '', CASE WHEN n %% 23 = 0 THEN 'scrap' ELSE 'good' END, 1 + n %% 12,
    'C62', '', CASE WHEN n %% 50 = 0 THEN 'counted by hand after the shift change' ELSE '' END, t,
    (%(responses)s::bigint[])[1 + n %% %(jobs)s], (%(outputs)s::bigint[])[1 + n %% %(jobs)s],
    (%(people)s::bigint[])[1 + n %% %(persons)s], %(site)s
FROM generate_series(%(first)s::int, %(last)s::int) AS n,
    LATERAL (SELECT timestamptz '2024-01-01 06:00+00' + n * interval '9 seconds' AS t) AS at
"""
TOTALS = """
UPDATE work_outputtotal t SET good = s.good, scrap = s.scrap FROM (
    SELECT output_id, coalesce(sum(quantity) FILTER (WHERE kind = 'good'), 0) AS good,
        coalesce(sum(quantity) FILTER (WHERE kind = 'scrap'), 0) AS scrap
    FROM work_quantityreport GROUP BY output_id) s WHERE s.output_id = t.output_id
"""
VERSIONS = """
INSERT INTO core_rowversion
    (recorded_at, table_name, row_id, operation, old, new, actor, actor_label, reason, request_id)
SELECT timestamptz '2024-01-01 06:00+00' + n * interval '4 seconds', 'work_joborder', (n %% 90000)::text, 'UPDATE',
    jsonb_build_object('id', n %% 90000, 'status', 'running', 'priority', n %% 9),
    jsonb_build_object('id', n %% 90000, 'status', 'completed', 'priority', n %% 7),
    'user:' || n %% 40, 'Mira Lindqvist', '', md5(n::text)
FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--most", type=float, default=60, help="seconds for the backup; its proof is told beside it")
    options = parser.parse_args()
    from django.conf import settings

    settings.DATABASES["default"]["OPTIONS"]["options"] = "-c timezone=UTC"
    with own_database(SCRATCH):
        return measure(options)


def measure(options: argparse.Namespace) -> int:
    import mom.celery  # noqa: F401 - binds the Celery app: its bells find the broker

    begun = time.monotonic()
    fill(options.rows)
    print(f"{options.rows:,} rows written in {time.monotonic() - begun:,.0f} s", flush=True)
    runs = [once() for _run in range(options.runs)]
    backup = statistics.median(run["backup"] for run in runs)
    plain = statistics.median(run["plain"] for run in runs)
    proof = statistics.median(run["proof"] for run in runs)
    wrong = [finding for run in runs for finding in run["findings"]]
    print(f"backup (counts, dump, sums, on disk): {backup:.1f} s, {runs[0]['size'] / 1e6:,.0f} MB")
    print(f"plain pg_dump -Fc, nothing checked:   {plain:.1f} s, {runs[0]['plain_size'] / 1e6:,.0f} MB")
    print(f"ratio: {backup / plain:.2f} of the baseline's time")
    print(f"proof (restore, every count, {runs[0]['asked']}): {proof:.1f} s, {len(wrong)} findings")
    for finding in wrong:
        print(f"  {finding}")
    if backup > options.most:
        print(f"TOO SLOW: more than {options.most:.0f} s")
    return 1 if wrong or backup > options.most else 0


def fill(rows: int) -> None:
    """The ledger and the row history; foreign keys and triggers rest meanwhile, and the restore checks them all."""
    from django.db import connection

    reports = rows * 3 // 10
    with connection.cursor() as cursor:
        known = plant()
        cursor.execute("SET session_replication_role = replica")
        for statement, many in ((REPORTS, reports), (VERSIONS, rows - reports)):
            for first in range(1, many + 1, PIECE):
                cursor.execute(statement, {**known, "first": first, "last": min(first + PIECE - 1, many)})
        cursor.execute(TOTALS)
        cursor.execute("RESET session_replication_role")
        cursor.execute("VACUUM ANALYZE")


def plant() -> dict[str, Any]:
    """Jobs in work, made by the services that people use."""
    from mom.work.models import JobResponse, OutputTotal
    from tests.factories.accounts import make_site
    from tests.factories.work import give, job_of, make_machine, make_order, make_person

    site = make_site("P1")
    people = [make_person(site, f"ID{number}").pk for number in range(40)]
    responses, outputs = [], []
    for number in range(JOBS):
        machine = make_machine(site, f"CNC-{number}")
        job = give(job_of(make_order(site, f"WO-{number}", machine=machine, quantity=1_000_000)), "start")
        responses.append(JobResponse.objects.get(job_order=job).pk)
        outputs.append(OutputTotal.objects.get(output__job_order=job).output_id)
    return {
        "site": site.pk, "people": people, "persons": len(people), "jobs": JOBS, "responses": responses,
        "outputs": outputs,
    }  # fmt: skip


def once() -> dict[str, Any]:
    """The baseline, the backup and its proof."""
    from mom.core.backup import programs, prove
    from mom.core.backup.make import Wanted, make, only_one
    from mom.core.backup.server import owner

    server = owner()
    with tempfile.TemporaryDirectory(prefix="mom-bench-backup-") as folder:
        plain = Path(folder) / "plain.dump"
        used = programs.find(server.version()[0])
        begun = time.monotonic()
        subprocess.run(
            [str(used.directory / "pg_dump"), "--format=custom", f"--file={plain}"],
            env={"PATH": os.defpath, **server.environment()},
            check=True,
        )
        plain_seconds, plain_size = time.monotonic() - begun, plain.stat().st_size
        plain.unlink()
        wanted = Wanted(server, Path(folder), Path(folder) / "backups", "person")
        with only_one(server):
            begun = time.monotonic()
            manifest = make(wanted)
            seconds = time.monotonic() - begun
            proof = prove.prove(server, wanted.root / manifest.name, manifest)
    return {
        "backup": seconds,
        "size": manifest.size,
        "plain": plain_seconds,
        "plain_size": plain_size,
        "proof": proof.seconds,
        "findings": proof.findings,
        "asked": "every invariant" if proof.asked_everything else "the audit chain",
    }


if __name__ == "__main__":
    sys.exit(main())
