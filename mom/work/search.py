"""Jobs in the search box."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from mom.core.search import SearchHit
from mom.work.models.labels import JOB_ORDER_STATUS
from mom.work.selectors.job_order import job_order_search


def find_jobs(actor: Any, site: str, text: str, limit: int) -> Iterable[SearchHit]:
    """Jobs by their number. One statement."""
    return [
        SearchHit(
            "job",
            job.code,
            job.operation,
            JOB_ORDER_STATUS.label(job.status),
            reverse("work:job_detail", args=[job.code]),
        )
        for job in job_order_search(actor, site, text, limit)
    ]
