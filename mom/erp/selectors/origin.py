"""Which line of which file a report came from."""

from collections.abc import Collection
from typing import Any

from django.urls import reverse

from analytics.selectors.why_origins import Origin
from mom.erp.models import SourceRow
from mom.erp.permissions import VIEW_IMPORT


def origins_of(responses: Collection[int]) -> dict[int, Origin]:
    """The source rows of these job responses, by the response's key. One statement."""
    rows: Any = (
        SourceRow.objects.filter(job_response__in=responses)
        .order_by()
        .values_list("job_response_id", "run__file_name", "line", "raw", "run_id")
    )
    return {
        key: Origin(file, line, _cells(raw), reverse("erp:import_detail", args=[run]), VIEW_IMPORT)
        for key, file, line, raw, run in rows
    }


def _cells(raw: Any) -> tuple[str, ...]:
    cells = raw.values() if isinstance(raw, dict) else raw
    return tuple("" if cell is None else str(cell) for cell in cells)
