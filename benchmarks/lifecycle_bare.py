"""The events of `benchmarks/lifecycle.py` as bare SQL: what the database alone needs for them."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg2

OPERATIONS = 4
MADE, NEEDED = Decimal(10), Decimal(20)


class Bare:
    """The same rows by hand: one transaction an event, an audit entry an event, no check and no right asked.

    `is_kept`: with each event what a request keeps so that it counts once and others hear of it, an answer under its
    key and an event for subscribers. In the same statement as the audit entry.
    """

    statements = 0

    def __init__(self, plant: Any, database: str, *, is_kept: bool = False) -> None:
        self.plant, self.count = plant, 0
        self.audit = f"WITH {_KEPT} {_AUDIT}" if is_kept else _AUDIT
        self.connection = psycopg2.connect(os.environ["DATABASE_URL"], dbname=database)
        self.cursor = self.connection.cursor()
        self.cursor.execute(
            "SELECT set_config('app.actor', 'system:bare', false), set_config('app.actor_label', 'bare', false),"
            " set_config('app.reason', '', false), set_config('app.request_id', '', false)"
        )
        self.connection.commit()

    def close(self) -> None:
        self.connection.close()

    def run(self, statement: str, **values: Any) -> list[Any]:
        """One statement; its rows, if any."""
        self.count += 1
        self.cursor.execute(statement, {"site": self.plant.site.pk, "now": datetime.now(UTC), **values})
        return self.cursor.fetchall() if self.cursor.description else []

    @contextmanager
    def event(self, action: str, subject: int) -> Iterator[None]:
        """One event with its audit entry, committed."""
        yield
        self.run(self.audit, action=action, subject=str(subject), key=str(uuid.uuid4()), answer=_ANSWER)
        self.connection.commit()

    def live(self) -> None:
        """One order."""
        self.count = 0
        plant = self.plant
        code = f"B-{uuid.uuid4().hex[:12]}"
        order = self.run(_ORDER, code=code)[0][0]
        self.run(_REQUEST, order=order, material=plant.product.pk, made=MADE)
        jobs = [row[0] for row in self.run(_JOBS, order=order, code=code, many=OPERATIONS)]
        needs = [row[0] for row in self.run(_NEEDS, job=jobs[0], materials=[each.pk for each in plant.inputs],
                                            needed=NEEDED)]  # fmt: skip
        outputs = [row[0] for row in self.run(_OUTPUTS, jobs=jobs, material=plant.product.pk, made=MADE)]
        self.run(_TOTALS, outputs=outputs)
        self.run(_LINKS, before=jobs[:-1], after=jobs[1:])
        with self.event("added", order):
            pass
        with self.event("released", order):
            self.run("UPDATE work_workrequest SET status = 'released', version = 2 WHERE id = %(order)s", order=order)
            self.run("UPDATE work_joborder SET status = 'ready', version = 2 WHERE id = ANY(%(jobs)s)", jobs=jobs)
        balances = [balance for balance, _lot, _material in plant.balances]
        with self.event("reserved", order):
            self.run(_RESERVE, needs=needs, balances=balances, needed=NEEDED)
        for job in jobs:
            with self.event("started", job):
                self.run("UPDATE work_joborder SET status = 'running', version = 3 WHERE id = %(job)s", job=job)
                stretch = self.run(_START, job=job, key=str(uuid.uuid4()))[0][0]
                if job == jobs[0]:
                    self.run("UPDATE work_workrequest SET status = 'running' WHERE id = %(order)s", order=order)
            if job == jobs[0]:
                with self.event("consumed", job):
                    self.run(_TAKE, needs=needs)
                    self.run(_MOVE, kind="consumed", act=str(uuid.uuid4()), stretch=stretch, needs=needs,
                             materials=[material for _, _, material in plant.balances],
                             lots=[lot for _, lot, _ in plant.balances], quantity=-NEEDED,
                             place=plant.shelf.pk)  # fmt: skip
            if job == jobs[-1]:
                with self.event("produced", job):
                    lot = self.run(_LOT, material=plant.product.pk, code=f"L-{code}")[0][0]
                    self.run(_MOVE, kind="produced", act=str(uuid.uuid4()), stretch=stretch, needs=[outputs[-1]],
                             materials=[plant.product.pk], lots=[lot], quantity=MADE, place=plant.shelf.pk)  # fmt: skip
            with self.event("finished", job):
                self.run("UPDATE work_joborder SET status = 'completed', version = 4 WHERE id = %(job)s", job=job)
                self.run(_FINISH, stretch=stretch)
                if job == jobs[-1]:
                    self.run("UPDATE work_workrequest SET status = 'completed' WHERE id = %(order)s", order=order)
        plant.orders += 1
        Bare.statements = self.count


_AUDIT = """
INSERT INTO core_auditentry (recorded_at, chain, actor_kind, actor_id, actor_label, action, subject_type, subject_id,
                             subject_label, before, after, reason, request_id)
VALUES (%(now)s, 'BENCH', 'system', 'bare', 'bare', %(action)s, 'bare', %(subject)s, '', '{}', '{}', '', '')
"""
_ANSWER = "{" + 700 * " " + "}"  # about as long as the API's
_KEPT = """
numbered AS (
    INSERT INTO core_outboxsequence AS s (topic, key, last) VALUES ('bare.' || %(action)s, %(subject)s, 1)
    ON CONFLICT (topic, key) DO UPDATE SET last = s.last + 1 RETURNING topic, key, last
), announced AS (
    INSERT INTO core_outboxevent (topic, key, seq, payload, actor, request_id, created_at, available_at, attempts,
                                  error)
    SELECT topic, key, last, '{}', 'system:bare', '', %(now)s, %(now)s, 0, '' FROM numbered
), answered AS (
    INSERT INTO core_idempotencykey (principal, key, fingerprint, status, body, headers, created_at)
    VALUES ('system:bare', %(key)s, repeat('0', 64), 200, %(answer)s, '{}', %(now)s)
)
"""
_ORDER = """
INSERT INTO work_workrequest (site_id, code, operations_type, description, status, priority, version, created_at)
VALUES (%(site)s, %(code)s, 'production', '', 'waiting', 50, 1, %(now)s) RETURNING id
"""
_REQUEST = """
INSERT INTO production_productionrequest (site_id, work_request_id, definition_id, quantity, unit)
VALUES (%(site)s, %(order)s, %(material)s, %(made)s, 'C62')
"""
_JOBS = """
INSERT INTO work_joborder (site_id, code, work_request_id, operations_type, operation, sequence, status, priority,
                           directive, version, created_at)
SELECT %(site)s, %(code)s || '-' || n, %(order)s, 'production', 'Operation ' || n, 10 * n, 'waiting', 50, '{}', 1,
       %(now)s
FROM generate_series(1, %(many)s) AS n RETURNING id
"""
_NEEDS = """
INSERT INTO work_jobrequirement (site_id, job_order_id, position, resource_kind, material_use, definition_id, quantity,
                                 unit, second_unit)
SELECT %(site)s, %(job)s, 100, 'material', 'consumed', m, %(needed)s, 'C62', '' FROM unnest(%(materials)s) AS m
RETURNING id
"""
_OUTPUTS = """
INSERT INTO work_jobrequirement (site_id, job_order_id, position, resource_kind, material_use, definition_id, quantity,
                                 unit, second_unit)
SELECT %(site)s, j, 10, 'material', 'produced', %(material)s, %(made)s, 'C62', '' FROM unnest(%(jobs)s) AS j
RETURNING id
"""
_TOTALS = """
INSERT INTO work_outputtotal (site_id, output_id, good, scrap, rework, review)
SELECT %(site)s, o, 0, 0, 0, 0 FROM unnest(%(outputs)s) AS o
"""
_LINKS = """
INSERT INTO work_jobdependency (site_id, predecessor_id, successor_id, kind)
SELECT %(site)s, b, a, 'after_end' FROM unnest(%(before)s, %(after)s) AS l (b, a)
"""
_RESERVE = """
INSERT INTO inventory_stockreservation (site_id, requirement_id, balance_id, quantity, taken, reserved_at, reserved_by)
SELECT %(site)s, r, b, %(needed)s, 0, %(now)s, 'bare' FROM unnest(%(needs)s, %(balances)s) AS u (r, b) ORDER BY b
"""
_START = """
INSERT INTO work_jobresponse (site_id, op_uuid, recorded_at, recorded_by, reversal_reason, job_order_id, work_kind,
                              is_rework, started_at)
VALUES (%(site)s, %(key)s, %(now)s, 'bare', '', %(job)s, 'production', false, %(now)s) RETURNING id
"""
_FINISH = "UPDATE work_jobresponse SET ended_at = %(now)s, duration = %(now)s - started_at WHERE id = %(stretch)s"
_TAKE = "UPDATE inventory_stockreservation SET taken = quantity WHERE requirement_id = ANY(%(needs)s)"
_MOVE = """
INSERT INTO inventory_stockmove (site_id, op_uuid, recorded_at, recorded_by, reversal_reason, kind, move_group,
                                 location_id, definition_id, lot_id, quantity, unit, second_unit, job_response_id,
                                 requirement_id, note, occurred_at)
SELECT %(site)s, gen_random_uuid(), %(now)s, 'bare', '', %(kind)s, %(act)s, %(place)s, m, l, %(quantity)s, 'C62', '',
       %(stretch)s, r, '', %(now)s
FROM unnest(%(materials)s, %(lots)s, %(needs)s) AS u (m, l, r)
"""
_LOT = """
INSERT INTO plant_materiallot (site_id, definition_id, code, disposition, supplier_lot, version)
VALUES (%(site)s, %(material)s, %(code)s, 'unrestricted', '', 1) RETURNING id
"""
