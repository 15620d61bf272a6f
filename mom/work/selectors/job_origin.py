"""What a job was made for, seen through the parts that were taken out of it."""

from mom.core.db.statements import Statement
from mom.work.engine.terms import PARTS, JobOrigin
from mom.work.models import JobOrder

# A job is made after the one it was made of, so the way back ends.
_MADE_FOR = Statement(
    """
WITH RECURSIVE back AS (
    SELECT id, origin, origin_job_id FROM work_joborder WHERE id = %(job)s
    UNION ALL
    SELECT j.id, j.origin, j.origin_job_id FROM back JOIN work_joborder j ON j.id = back.origin_job_id
    WHERE back.origin = ANY(%(parts)s::text[])
)
SELECT EXISTS (SELECT 1 FROM back WHERE origin = %(rework)s::text)
""",
    "made_for",
)


def is_rework(job_order: JobOrder) -> bool:
    """Whether its pieces are worked on again: a rework job, or a part or the rest of one, however often it was parted.

    One statement for what was taken out of another job, none for every other one.
    """
    if job_order.origin not in PARTS:
        return job_order.origin == JobOrigin.REWORK
    values = {"job": job_order.origin_job_id, "parts": sorted(PARTS), "rework": JobOrigin.REWORK.value}
    ((found,),) = _MADE_FOR.rows(values)
    return bool(found)
