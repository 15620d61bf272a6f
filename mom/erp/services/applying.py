"""Bringing staged rows into the model, a piece at a time.

A piece is two transactions. The first adds what its rows name and the site lacks, one import at a time; the second
adds the facts, the source row of each, and the counts, whole or not at all. A piece may run again: what is in is known
by its source row. So pieces may also run side by side.
"""

import random
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import IntegrityError, OperationalError, connection
from django.db.models import F

from mom.core.actor import Actor
from mom.core.db.bulk import check_foreign_keys_at_once
from mom.core.db.locks import Lock, advisory_lock
from mom.core.db.yielding import has_yielded
from mom.core.use_case import UseCase, use_case
from mom.erp.engine.mapping import ExecutionMapping
from mom.erp.models import ImportRun, SourceRow, StagedRow
from mom.plant import public as plant
from mom.work import public as work
from mom.work.engine.terms import JobOrderStatus, WorkRequestStatus
from mom.work.models import JobResponse, LabourEntry, QuantityReport
from production import public as production

PIECE = 2_000
TRIES = 5
NAMESPACE = uuid.UUID("5b8f6a52-4a0e-5f0e-9d3c-6d4f1f2f7b11")
"""Under it every imported fact gets its key: from site, source, content and occurrence, so it is the same for ever."""

STAGED = StagedRow._meta.db_table


class Staged(NamedTuple):
    """One staged row as a piece needs it."""

    line: int
    digest: str
    occurrence: int
    order: str
    operation: str
    resource: str
    resource_name: str
    person: str
    person_name: str
    part: str
    part_name: str
    order_quantity: Decimal | None
    unit: str
    started_at: datetime
    ended_at: datetime
    duration: timedelta | None
    work_kind: str
    is_rework: bool
    good: Decimal
    scrap: Decimal
    rework: Decimal
    review: Decimal
    brought_in_by: int | None


# Whether a row is known is asked by a subquery of its own, one step of the unique index a row: a join would be planned
# by statistics that a table which grows this fast never has.
_SELECT = f"""
    SELECT s.line, encode(s.digest, 'hex'), s.occurrence, s.order_code, s.operation, s.resource_code, s.resource_name,
           s.person_code, s.person_name, s.part_code, s.part_name, s.order_quantity, s.unit, s.started_at, s.ended_at,
           s.duration, s.work_kind, s.is_rework, s.good, s.scrap, s.rework, s.review,
           (SELECT k.run_id FROM erp_sourcerow k WHERE k.site_id = %s AND k.source = %s
            AND k.digest = s.digest AND k.occurrence = s.occurrence)
    FROM {STAGED} s WHERE s.run_id = %s AND s.line > %s AND s.line <= %s ORDER BY s.line
"""  # noqa: S608 - the table's own name


@dataclass(frozen=True)
class Piece:
    """The staged rows of a run with `after` < line <= `through`."""

    run_id: int
    after: int
    through: int
    rows: int


def pieces(run: ImportRun, size: int = PIECE) -> Iterator[Piece]:
    """The pieces that are not in yet, by line."""
    after = run.applied_through
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT max(line), count(*) FROM (SELECT line FROM erp_stagedrow WHERE run_id = %s AND line > %s"
                " ORDER BY line LIMIT %s) AS next",
                [run.pk, after, size],
            )
            through, rows = cursor.fetchone()
        if not rows:
            return
        yield Piece(run.pk, after, through, rows)
        after = through


def apply_piece(actor: Actor, piece: Piece, mapping: ExecutionMapping, keep_hold: Callable[[], None]) -> None:
    """Bring a piece in. `keep_hold` is called at the end of its transaction and raises where the work was taken over.

    A row that another import brings in at the same moment makes this piece begin anew, and is then known; so does a
    lock that others held for too long or a ring of locks.
    """
    for attempt in range(1, TRIES + 1):
        try:
            return _apply_once(actor, piece, mapping, keep_hold)
        except (IntegrityError, OperationalError) as error:
            is_fault = isinstance(error, OperationalError) and not has_yielded(error)
            if is_fault or attempt == TRIES:
                raise
            time.sleep(random.uniform(0.05, 0.2) * attempt)  # noqa: S311 - jitter, no secret
    return None


def _apply_once(actor: Actor, piece: Piece, mapping: ExecutionMapping, keep_hold: Callable[[], None]) -> None:
    run = ImportRun.objects.select_related("site").get(pk=piece.run_id)
    with use_case(actor) as act:
        advisory_lock(Lock.IMPORT, run.site.code)  # until the commit: nobody else adds what this piece finds missing
        with connection.cursor() as cursor:
            cursor.execute(_SELECT, [run.site_id, run.source, run.pk, piece.after, piece.through])
            rows = [Staged._make(row) for row in cursor.fetchall()]
        fresh = [row for row in rows if row.brought_in_by is None]
        facts = _prepare(act, run, mapping, fresh)
    with use_case(actor) as act:
        check_foreign_keys_at_once(JobResponse, LabourEntry, QuantityReport, SourceRow)
        if facts:
            responses = work.record_reported_work(act, run.site, facts)
            _keep_sources(run, [row.line for row in fresh], responses)
            after = {"rows": len(fresh), "lines": [fresh[0].line, fresh[-1].line]}
            act.record("erp.import_piece_applied", subject=run, site=run.site.code, after=after)
        met = [row.line for row in rows if row.brought_in_by not in {None, run.pk}]
        ImportRun.objects.filter(pk=run.pk).update(
            rows_applied=F("rows_applied") + len(fresh),
            rows_known=F("rows_known") + len(met),
            rows_new=F("rows_new") - len(met),
        )
        if met:  # counted as known, so a piece that runs again must not meet them a second time
            StagedRow.objects.filter(run_id=run.pk, line__in=met).delete()
        keep_hold()


def _prepare(
    act: UseCase, run: ImportRun, mapping: ExecutionMapping, rows: Sequence[Staged]
) -> list[work.ReportedWork]:
    """Adds what the rows name and the site lacks; the rows as facts about it."""
    if not rows:
        return []
    site = run.site
    machines = {row.resource: row.resource_name for row in rows if row.resource}
    equipment = plant.equipment_ids(act, site, machines, mapping.places)
    people = plant.person_ids(act, site, {row.person: row.person_name for row in rows if row.person})
    jobs = _jobs(act, run, mapping, rows)
    materials = plant.material_ids(act, site, {row.part: (row.part_name, row.unit) for row in rows if row.part})
    outputs = work.output_ids(
        act,
        site,
        (
            work.ReportedOutput(jobs[row.order, row.operation], materials[row.part], row.order_quantity, row.unit)
            for row in rows
            if row.part
        ),
    )

    def fact(row: Staged) -> work.ReportedWork:
        job = jobs[row.order, row.operation]
        return work.ReportedWork(
            op_uuid=uuid.uuid5(NAMESPACE, f"{site.code}:{run.source}:{row.digest}:{row.occurrence}"),
            job_order_id=job,
            equipment_id=equipment.get(row.resource),
            person_id=people.get(row.person),
            output_id=outputs[job, materials[row.part]] if row.part else None,
            work_kind=row.work_kind,
            is_rework=row.is_rework,
            started_at=row.started_at,
            ended_at=row.ended_at,
            duration=row.duration or timedelta(0),
            unit=row.unit,
            good=row.good,
            scrap=row.scrap,
            rework=row.rework,
            review=row.review,
        )

    return [fact(row) for row in rows]


def _keep_sources(run: ImportRun, lines: list[int], responses: list[int]) -> None:
    """Keeps the row of every fact as it stood in the file. This is what makes it known from now on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO erp_sourcerow (site_id, source, digest, occurrence, run_id, line, raw, job_response_id)"  # noqa: S608
            f" SELECT %s, %s, s.digest, s.occurrence, s.run_id, s.line, s.raw::jsonb, p.response FROM {STAGED} s"
            " JOIN unnest(%s::int[], %s::bigint[]) AS p(line, response) ON s.run_id = %s AND s.line = p.line",
            [run.site_id, run.source, lines, responses, run.pk],
        )


def _jobs(
    act: UseCase, run: ImportRun, mapping: ExecutionMapping, rows: Sequence[Staged]
) -> dict[tuple[str, str], int]:
    """(Order, operation) to job for these rows; orders and jobs that the site lacks are added from the whole file."""
    codes = {row.order for row in rows}
    orders = work.order_ids(run.site, codes)
    jobs = work.job_order_ids(orders.values())
    lacking = {row.order for row in rows if (orders.get(row.order), row.operation) not in jobs}
    if lacking:
        orders |= _add_orders(act, run, mapping, lacking - orders.keys())
        jobs |= _add_jobs(act, run, mapping, {code: orders[code] for code in lacking}, jobs.keys())
    return {(row.order, row.operation): jobs[orders[row.order], row.operation] for row in rows}


def _add_orders(act: UseCase, run: ImportRun, mapping: ExecutionMapping, codes: set[str]) -> dict[str, int]:
    """Adds orders with what most of their rows say: material, quantity, unit."""
    if not codes:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (order_code) order_code, part_code, min(part_name), min(unit),"  # noqa: S608
            f" mode() WITHIN GROUP (ORDER BY order_quantity) FROM {STAGED} WHERE run_id = %s AND order_code = ANY(%s)"
            " GROUP BY order_code, part_code ORDER BY order_code, count(*) DESC, part_code",
            [run.pk, sorted(codes)],
        )
        found = cursor.fetchall()
    status = WorkRequestStatus.RUNNING if mapping.orders == "open" else WorkRequestStatus.COMPLETED
    orders = work.add_orders(act, run.site, {code: name for code, _, name, _, _ in found}, status)
    materials = plant.material_ids(act, run.site, {part: (name, unit) for _, part, name, unit, _ in found if part})
    production.add_requests(
        act,
        run.site,
        [
            production.RequestedQuantity(orders[code], materials[part], quantity, unit)
            for code, part, _, unit, quantity in found
            if part and quantity
        ],
    )
    return orders


def _add_jobs(
    act: UseCase,
    run: ImportRun,
    mapping: ExecutionMapping,
    orders: dict[str, int],
    known: Collection[tuple[int, str]],
) -> dict[tuple[int, str], int]:
    """Adds the jobs that these orders lack: one an operation, on the machine that most of its reports name.

    None where two machines are named equally often: then nobody can say.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT order_code, operation, resource_code, min(resource_name), count(*), min(started_at)"  # noqa: S608
            f" FROM {STAGED} WHERE run_id = %s AND order_code = ANY(%s) GROUP BY 1, 2, 3",
            [run.pk, sorted(orders)],
        )
        found = cursor.fetchall()
    names = {resource: name for _, _, resource, name, _, _ in found if resource}
    equipment = plant.equipment_ids(act, run.site, names, mapping.places)
    votes: defaultdict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    starts: dict[tuple[str, str], datetime] = {}
    for order, operation, resource, _, count, start in found:
        votes[order, operation].append((count, resource))
        starts[order, operation] = min(start, starts.get((order, operation), start))
    jobs = [
        work.ReportedJob(orders[order], order, operation, equipment.get(_winner(counted)), starts[order, operation])
        for (order, operation), counted in votes.items()
        if (orders[order], operation) not in known
    ]
    return work.add_job_orders(act, run.site, jobs, JobOrderStatus.COMPLETED)


def _winner(counted: list[tuple[int, str]]) -> str:
    ranked = sorted(((count, resource) for count, resource in counted if resource), reverse=True)
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return ""
    return ranked[0][1]
