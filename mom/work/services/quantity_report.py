"""Good, scrap, rework and review, reported by hand or by a device; and taken back."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.engine.units import PIECES
from mom.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from mom.core.live.change import tell
from mom.core.models import AuditEntry
from mom.core.use_case import UseCase, use_case
from mom.events.work import QuantityReported
from mom.plant.models import MaterialLot, Person, Reason
from mom.work import permissions
from mom.work.engine.terms import OUTPUT_USES, QuantityKind
from mom.work.job_kinds import follow_reports, job_kind
from mom.work.models import JobOrder, JobRequirement, JobResponse, QuantityReport
from mom.work.selectors.job_order import REPORTABLE
from mom.work.services import job_order as job_orders
from mom.work.services.job_response import announce, key_taken

UNDO_WITHIN = timedelta(minutes=10)
"""So long who reported something may undo it alone. Source: DESIGN section 6.3."""


@dataclass(frozen=True)
class Reported:
    """One line of a report: how much became what, and for scrap and rework why."""

    kind: QuantityKind
    quantity: Decimal
    reason: Reason | None = None
    lot: MaterialLot | None = None
    note: str = ""


def report(
    actor: Actor,
    job_order_id: int,
    lines: list[Reported],
    *,
    op_uuid: uuid.UUID,
    output_id: int | None = None,
    occurred_at: datetime | None = None,
    person: Person | None = None,
) -> list[QuantityReport]:
    """Add quantities to the ledger of a job's output (the main one unless `output_id` says another).

    The same `op_uuid` again changes nothing and gives the same reports (P01). The unit is the output's.

    Raises: NotAllowed, NotFound; InvalidInput for nothing or less than nothing, and for a person, reason or lot of
    another site; Conflict for a job that is not begun or closed, more than it may make (P03), or a key that another
    report has.
    """
    _check_lines(lines)
    with use_case(actor) as act:
        job_order = job_orders.locked(job_order_id)
        act.require(permissions.EXECUTE_JOB_ORDER, job_order.site.code)
        return add(act, job_order, lines, op_uuid=op_uuid, output_id=output_id, occurred_at=occurred_at, person=person)


def add(
    act: UseCase,
    job_order: JobOrder,
    lines: list[Reported],
    *,
    op_uuid: uuid.UUID,
    output_id: int | None = None,
    occurred_at: datetime | None = None,
    person: Person | None = None,
) -> list[QuantityReport]:
    """The same for a job that is locked already. Joins the caller's transaction; rights are the caller's to ask."""
    keys = [uuid.uuid5(op_uuid, str(index)) for index in range(len(lines))]
    known = _known(job_order, keys)
    if known:
        return known
    if job_order.status not in REPORTABLE:
        sentence = _("Job %(job)s is not in work. Start it first.") % {"job": job_order.code}
        raise Conflict(sentence, code="job_not_in_work")
    _check_site(job_order, lines, person)
    output = _output_of(job_order, output_id)
    _check_whole(lines, output.unit)
    reports = _record(act, job_order, output, lines, keys, occurred_at or act.now, person)
    kind = job_kind(job_order.operations_type)
    if kind is not None:
        kind.reported(act, job_order, reports)
    follow_reports(act, job_order, reports)
    return reports


def reverse(actor: Actor, report_id: int, *, reason: str, op_uuid: uuid.UUID) -> QuantityReport:
    """Take a report back by its negative, with a reason; the first report stays as it was (P05).

    Raises: NotAllowed, NotFound; InvalidInput without a reason; Conflict for a second time or for a reversal.
    """
    if len(reason.strip()) < 2:
        raise InvalidInput({"reason": [_("Say why the report is taken back.")]})
    with use_case(actor, reason) as act:
        first, job_order = _reported(report_id)
        act.require(permissions.CORRECT_REPORT, job_order.site.code)
        return _take_back(act, first, job_order, reason, op_uuid)


def undo(actor: Actor, report_id: int, *, op_uuid: uuid.UUID) -> QuantityReport:
    """Take one's own report back within ten minutes, without the right to correct those of others and without a reason.

    Whose it is says the audit trail. Raises: NotAllowed for a report of somebody else; NotFound; Conflict after ten
    minutes, for a second time or for a reversal.
    """
    reason = _("Undone by who reported it")
    with use_case(actor, reason) as act:
        first, job_order = _reported(report_id)
        act.require(permissions.EXECUTE_JOB_ORDER, job_order.site.code)
        if not is_own(actor, job_order.site.code, first):
            raise NotAllowed(_("Somebody else reported this. Ask your supervisor to take it back."))
        if act.now - first.recorded_at > UNDO_WITHIN:
            late = _("After ten minutes a report is corrected with a reason. Ask your supervisor.")
            raise Conflict(late, code="too_late_to_undo")
        return _take_back(act, first, job_order, reason, op_uuid)


def is_own(actor: Actor, site: str, report: QuantityReport) -> bool:
    """Whether this actor made the report: so says the audit entry of the same act."""
    return AuditEntry.objects.filter(
        chain=site,
        action="work.quantity_reported",
        subject_type=JobOrder._meta.label_lower,
        subject_id=str(report.output.job_order_id) if report.output else "",
        recorded_at=report.recorded_at,
        actor_kind=actor.kind,
        actor_id=actor.id,
    ).exists()


def _reported(report_id: int) -> tuple[QuantityReport, JobOrder]:
    """The report, and its job, locked. Raises: NotFound."""
    first = QuantityReport.objects.select_related("output__job_order__site").filter(pk=report_id).first()
    if first is None or first.output is None:
        raise NotFound(_("There is no such report."))
    return first, job_orders.locked(first.output.job_order_id)


def _take_back(
    act: UseCase, first: QuantityReport, job_order: JobOrder, reason: str, op_uuid: uuid.UUID
) -> QuantityReport:
    known = QuantityReport.objects.filter(op_uuid=op_uuid).first()
    if known is not None:
        if known.reverses_id != first.pk:
            raise key_taken()
        return known
    if first.reverses_id is not None:
        raise Conflict(_("A reversal is not reversed. Report the quantity again."), code="is_a_reversal")
    twice = Conflict(_("This report was taken back already."), code="reversed_already")
    with translating({"work_quantityreport_reverses_id_key": lambda: twice}):
        reversal = QuantityReport.objects.create(**_negative(first), **_stamp(act, op_uuid, reason))
    _tell(act, job_order, [reversal])
    follow_reports(act, job_order, [reversal])
    return reversal


def _check_lines(lines: list[Reported]) -> None:
    if not lines:
        raise InvalidInput({"lines": [_("Give at least one quantity.")]})
    if any(line.quantity <= 0 for line in lines):
        raise InvalidInput(
            {"quantity": [_("A quantity must be more than zero. To take one back, reverse its report.")]}
        )


def _check_site(job_order: JobOrder, lines: list[Reported], person: Person | None) -> None:
    """Raises: InvalidInput for whatever lies at another site than the job."""
    named: dict[str, list[Person | Reason | MaterialLot | None]] = {
        "person": [person],
        "reason": [line.reason for line in lines],
        "lot": [line.lot for line in lines],
    }
    elsewhere = {
        name: [_("This belongs to another site.")]
        for name, rows in named.items()
        if any(row is not None and row.site_id != job_order.site_id for row in rows)
    }
    if elsewhere:
        raise InvalidInput(elsewhere)


def _known(job_order: JobOrder, keys: list[uuid.UUID]) -> list[QuantityReport]:
    """The job's reports that were made under these keys before. Raises: Conflict where they are of another job."""
    known = list(QuantityReport.objects.filter(op_uuid__in=keys).select_related("output").order_by("id"))
    if any(report.output is None or report.output.job_order_id != job_order.pk for report in known):
        raise key_taken()
    return known


def _check_whole(lines: list[Reported], unit: str) -> None:
    """Pieces are counted. Raises: InvalidInput for a part of one."""
    if unit in PIECES and any(line.quantity % 1 for line in lines):
        raise InvalidInput({"quantity": [_("Pieces are whole: give a number without a fraction.")]})


def _output_of(job_order: JobOrder, output_id: int | None) -> JobRequirement:
    outputs = job_order.requirements.filter(material_use__in=OUTPUT_USES).order_by("position", "id")
    output = (outputs.filter(pk=output_id) if output_id is not None else outputs).first()
    if output is None:
        raise NotFound(_("Job %(job)s has no such output.") % {"job": job_order.code})
    return output


def _record(
    act: UseCase,
    job_order: JobOrder,
    output: JobRequirement,
    lines: list[Reported],
    keys: list[uuid.UUID],
    occurred_at: datetime,
    person: Person | None,
) -> list[QuantityReport]:
    response = (
        JobResponse.objects.filter(job_order=job_order, reverses=None, reversal=None)
        .order_by("-started_at", "-id")
        .first()
    )
    too_much = _("That is more than job %(job)s may make. Check the quantity, or have the order raised.")
    refused = Conflict(too_much % {"job": job_order.code}, code="more_than_allowed")
    with translating({"work_outputtotal_within_limit": lambda: refused}):
        reports = QuantityReport.objects.bulk_create(
            QuantityReport(
                site_id=job_order.site_id,
                output=output,
                job_response=response,
                person=person,
                kind=line.kind,
                quantity=line.quantity,
                unit=output.unit,
                lot=line.lot,
                reason=line.reason,
                note=line.note,
                occurred_at=occurred_at,
                op_uuid=key,
                recorded_at=act.now,
                recorded_by=act.actor.label,
            )
            for line, key in zip(lines, keys, strict=True)
        )
    _tell(act, job_order, reports)
    return reports


def _tell(act: UseCase, job_order: JobOrder, reports: list[QuantityReport]) -> None:
    for item in reports:
        act.publish(
            QuantityReported(
                site=job_order.site.code,
                report_id=item.pk,
                job_order_id=job_order.pk,
                kind=item.kind,
                quantity=item.quantity,
                unit=item.unit,
                occurred_at=item.occurred_at,
            ),
            key=f"job_order:{job_order.pk}",
        )
    act.record(
        "work.quantity_reported" if reports[0].reverses_id is None else "work.quantity_reversed",
        subject=job_order,
        site=job_order.site.code,
        after={"lines": [{"kind": item.kind, "quantity": str(item.quantity), "unit": item.unit} for item in reports]},
    )
    announce(act, job_order, [item.occurred_at for item in reports])
    tell(job_order.site.code, "job_order", job_order.pk, job_order.version)


def _negative(first: QuantityReport) -> dict[str, object]:
    def minus(amount: Decimal | None) -> Decimal | None:
        return None if amount is None else -amount

    return {
        "site_id": first.site_id,
        "output_id": first.output_id,
        "job_response_id": first.job_response_id,
        "person_id": first.person_id,
        "kind": first.kind,
        "quantity": -first.quantity,
        "unit": first.unit,
        "active_quantity": minus(first.active_quantity),
        "second_quantity": minus(first.second_quantity),
        "second_unit": first.second_unit,
        "lot_id": first.lot_id,
        "sublot_id": first.sublot_id,
        "reason_id": first.reason_id,
        "occurred_at": first.occurred_at,
        "reverses": first,
    }


def _stamp(act: UseCase, op_uuid: uuid.UUID, reason: str) -> dict[str, object]:
    return {
        "op_uuid": op_uuid,
        "recorded_at": act.now,
        "recorded_by": act.actor.label,
        "reversal_reason": reason,
    }
