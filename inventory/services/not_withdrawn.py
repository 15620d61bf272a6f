"""What stock says to a start or resume that is undone: what was moved on it stays, so it stays."""

from django.utils.translation import gettext as _

from inventory.models import LotInPlace, StockMove
from mom.core.errors import Conflict
from mom.core.use_case import UseCase
from mom.work.engine.terms import JobOrderCommand
from mom.work.models import JobResponse


def refuse_moved(_act: UseCase, response: JobResponse, _asked: JobOrderCommand) -> None:
    """Joins the caller's transaction, which holds the job. Raises: Conflict for material moved, or a lot changed."""
    job = response.job_order
    if job is None:
        return
    if StockMove.objects.filter(job_response=response).exists():
        sentence = _("Material was moved for job %(job)s since. Pause or finish it instead.") % {"job": job.code}
        raise Conflict(sentence, code="material_moved")
    if LotInPlace.objects.filter(requirement__job_order=job, recorded_at__gte=response.recorded_at).exists():
        sentence = _("A lot was changed on job %(job)s since. Pause or finish it instead.") % {"job": job.code}
        raise Conflict(sentence, code="lot_changed")
