"""A lot is put in place on a running job, by its label: what the job reports from then on is taken of that lot."""

import uuid
from datetime import datetime

from django.db.models import F, Q
from django.utils.translation import gettext as _

from inventory.models import LotInPlace, StockBalance
from inventory.services.issue import latest_response
from inventory.services.posting import usable
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.engine.scan import UnreadableScan, read
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.scan import patterns
from mom.core.use_case import use_case
from mom.plant.models import MaterialLot
from mom.work.engine.terms import JobOrderStatus, MaterialUse
from mom.work.models import JobOrder, JobRequirement
from mom.work.permissions import EXECUTE_JOB_ORDER
from mom.work.public import lock_job_order

IN_WORK = frozenset({JobOrderStatus.RUNNING, JobOrderStatus.SUSPENDED, JobOrderStatus.HELD})


def place_lot(
    actor: Actor, job_order_id: int, label: str, *, op_uuid: uuid.UUID, at: datetime | None = None
) -> list[LotInPlace]:
    """Put the lot of a label in place on the lines of a job that take its material. The same key changes nothing.

    `label`: our number of the lot, the supplier's, or a GS1 label with either. `at`: when it was put there, now at the
    latest. Raises: NotAllowed; NotFound for an unknown job or lot; Conflict for a job that is not in work, a lot that
    is held or expired, or of which nothing is free; InvalidInput for a lot of a material that the job does not take.
    """
    with use_case(actor) as act:
        job_order = lock_job_order(job_order_id)
        act.require(EXECUTE_JOB_ORDER, job_order.site.code)
        known = _known(job_order, label, op_uuid, act.now)
        if known:
            return known
        if job_order.status not in IN_WORK:
            sentence = _("Job %(job)s is not in work. Start it first.") % {"job": job_order.code}
            raise Conflict(sentence, code="job_not_in_work")
        latest_response(job_order)
        placed_at = min(at or act.now, act.now)
        lines = _lines(job_order)
        lot = usable(_lot(job_order.site, label, lines, act.now), placed_at)
        _refuse_nothing_there(lot, lines)
        rows = [
            LotInPlace.objects.create(
                site=job_order.site, requirement=line, lot=lot, placed_at=placed_at, op_uuid=op_uuid,
                recorded_at=act.now, recorded_by=act.actor.label,
            )
            for line in lines if line.definition_id == lot.definition_id
        ]  # fmt: skip
        after = {"lot": lot.code, "material": lot.definition.code, "placed_at": placed_at.isoformat()}
        act.record("inventory.lot_placed", subject=job_order, site=job_order.site.code, after=after)
        return rows


def _known(job_order: JobOrder, label: str, op_uuid: uuid.UUID, now: datetime) -> list[LotInPlace]:
    """What was said under this key before. Raises: Conflict where that was another lot."""
    rows = LotInPlace.objects.filter(op_uuid=op_uuid, requirement__job_order=job_order).select_related("lot")
    known = list(rows.order_by("pk"))
    number = _number(label, now, job_order.site) if known else ""
    if any(number not in {row.lot.code, row.lot.supplier_lot} for row in known):
        sentence = _("This key was used for another lot. Make a new key for each.")
        raise Conflict(sentence, code="op_uuid_taken")
    return known


def _lines(job_order: JobOrder) -> list[JobRequirement]:
    """What the job's reports take. Raises: Conflict where that is nothing."""
    rows = JobRequirement.objects.filter(
        job_order=job_order, material_use=MaterialUse.CONSUMED, is_backflushed=True, definition__isnull=False
    )
    found = list(rows.select_related("definition").order_by("position", "pk"))
    if not found:
        words = _("The reports of job %(job)s take no material: issue the lot on the job's page.")
        raise Conflict(words % {"job": job_order.code}, code="takes_no_material")
    return found


def _lot(site: Site, label: str, lines: list[JobRequirement], now: datetime) -> MaterialLot:
    """The lot of a label, of the job's materials where several have the number. Raises: NotFound, InvalidInput."""
    number = _number(label, now, site)
    rows = MaterialLot.objects.filter(Q(code=number) | Q(supplier_lot=number), site=site).select_related("definition")
    found = sorted(rows.order_by("pk")[:50], key=lambda lot: lot.code != number) if number else []
    if not number:
        raise InvalidInput({"lot": [_("No lot can be read there. Scan the lot's label again, or type its number.")]})
    if not found:
        sentence = _("No lot %(lot)s is known here. Scan its label again, or have it received first.")
        raise NotFound(sentence % {"lot": number[:64]})
    taken = {line.definition_id for line in lines}
    fitting = [lot for lot in found if lot.definition_id in taken]
    if not fitting:
        names = sorted({line.definition.code for line in lines if line.definition is not None})
        words = {"lot": found[0].code, "other": found[0].definition.code, "materials": ", ".join(names)}
        sentence = _("Lot %(lot)s is %(other)s. This job takes %(materials)s: scan a lot of that.")
        raise InvalidInput({"lot": [sentence % words]})
    if len(fitting) > 1 and fitting[0].code != number:
        sentence = _("Several lots here have the supplier's number %(lot)s. Scan our own label.")
        raise Conflict(sentence % {"lot": number}, code="lot_not_unique")
    return fitting[0]


def _number(label: str, now: datetime, site: Site) -> str:
    """The lot's number on a label; empty where nothing readable came."""
    try:
        found = read(label, today=now.astimezone(site.zone).date(), patterns=patterns(site.code))
    except UnreadableScan:
        return ""
    number = found.element("10")
    return found.code if number is None else number.text


def _refuse_nothing_there(lot: MaterialLot, lines: list[JobRequirement]) -> None:
    """Raises: Conflict where nothing of the lot lies anywhere that this job may take."""
    rows = StockBalance.objects.filter(lot=lot, sublot=None, quantity__gt=0)
    own = Q(reservations__requirement__in=lines, reservations__released_at=None)
    own &= Q(reservations__taken__lt=F("reservations__quantity"))
    if not rows.filter(Q(quantity__gt=F("reserved")) | own).exists():
        sentence = _("The book has nothing free of lot %(lot)s. Take another lot, or have this one counted.")
        raise Conflict(sentence % {"lot": lot.code}, code="lot_empty")
