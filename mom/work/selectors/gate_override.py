"""Which blockers of a job were signed for and count no more."""

from datetime import datetime

from mom.work.models import GateOverride, JobOrder

Overridden = dict[tuple[str, str, str], str]


def overridden(job_order: JobOrder, at: datetime) -> Overridden:
    """Source, code and subject of what was signed for and still holds, with who signed. One statement."""
    rows = GateOverride.objects.filter(job_order=job_order, overridden_at__lte=at, valid_until__gt=at)
    return {
        (source, code, subject): signer
        for source, code, subject, signer in rows.order_by("overridden_at").values_list(
            "source", "code", "subject", "overridden_by"
        )
    }
