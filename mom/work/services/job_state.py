"""The state of a locked job is written, and in the same round trip is read what whoever moved it looks at next.

That is the states of the order's other jobs, which the order follows, and what the job makes. The job is locked by a
statement before these, as it is by whoever reports on it: so they see every report there was before the command.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mom.core.db.rows import Along
from mom.core.db.statements import Statement
from mom.work.engine.made import Made
from mom.work.engine.terms import OUTPUT_USES, JobOrderStatus
from mom.work.services import job_response


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a job that was moved: the states of the order's other jobs, and what the job makes."""

    others: frozenset[JobOrderStatus]
    made: tuple[Made, ...]

    @classmethod
    def of(cls, told: str) -> "Around":
        """As `_MOVE` tells it."""
        others, made = json.loads(told, parse_float=Decimal)
        return cls(frozenset(map(JobOrderStatus, others)), tuple(map(Made.of, made)))


_USES = ", ".join(f"'{use}'" for use in sorted(OUTPUT_USES))
# One text of JSON: its numbers keep their digits. What it makes is as `OUTPUTS_OF` of the API reads it.
_MOVE = f"""
    UPDATE work_joborder AS j SET status = %(status)s, version = %(version)s WHERE j.id = %(job)s
    RETURNING json_build_array(
        ARRAY(SELECT DISTINCT o.status FROM work_joborder o
              WHERE o.work_request_id = j.work_request_id AND o.id <> j.id),
        (SELECT coalesce(json_agg(json_build_array(r.id, d.code, r.material_use, r.quantity, r.unit,
                                                   t.good, t.scrap, t.rework, t.review)
                                  ORDER BY r.position, r.id), '[]')
         FROM work_jobrequirement r
         LEFT JOIN plant_materialdefinition d ON d.id = r.definition_id
         LEFT JOIN work_outputtotal t ON t.output_id = r.id
         WHERE r.job_order_id = j.id AND r.material_use IN ({_USES}))
    )::text
"""  # noqa: S608 - constants
_MOVED = Statement(_MOVE, "move_job")
_MOVED_AND_ENDED = Statement(
    f"WITH moved (around) AS ({_MOVE}), {job_response.ENDED}, (SELECT around FROM moved)",  # noqa: S608 - constants
    "move_and_end",
)


def moved(values: Mapping[str, Any]) -> Around:
    """Write `status` and `version` of a `job`, by key."""
    [(told,)] = _MOVED.rows(values)
    return Around.of(told)


def moved_and_ended(values: Mapping[str, Any]) -> tuple[list[Any], bool, Around]:
    """The same, and end what is open on the job `at` an instant: when that began, and whether it is in a run."""
    [(begun, is_in_run, told)] = _MOVED_AND_ENDED.rows(values)
    return begun, is_in_run, Around.of(told)


def moving(values: dict[str, Any]) -> Along:
    """The same as `moved`, in the round trip of an insert; what it gives is for `Around.of`."""
    return Along(_MOVE, "move_job", values)
