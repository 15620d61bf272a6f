"""What a job's reports put into stock, in their transaction: more of the job's lot, or pieces with numbers."""

import uuid

from django.db import connection
from django.utils.translation import gettext as _

from inventory.engine.terms import MoveKind
from inventory.models import StockMove, StorageLocation
from inventory.selectors.material_at_hand import USABLE
from inventory.services.bringing import active_of
from inventory.services.hold_join import MAKES, grows_on, post_made, was_let_out
from inventory.services.issue import latest_response
from inventory.services.job_material import KIND_OF_OUTPUT
from inventory.services.posting import Leg, Occasion, post
from mom.core.errors import Conflict, InvalidInput
from mom.core.use_case import UseCase
from mom.plant.engine.terms import LotDisposition, MaterialTracking, SublotKind
from mom.plant.models import MaterialDefinition, MaterialLot, MaterialSublot
from mom.plant.public import add_master_data
from mom.work.engine.terms import MaterialUse
from mom.work.models import JobOrder, JobRequirement, QuantityReport

MOST_PIECES = 1000

# The machine's own place, or the nearest one above it; else where the product belongs.
_PLACE = f"""
WITH RECURSIVE up (id, parent_id, steps) AS (
    SELECT id, parent_id, 0 FROM plant_equipment WHERE id = %(machine)s
    UNION ALL SELECT e.id, e.parent_id, up.steps + 1 FROM plant_equipment e JOIN up ON e.id = up.parent_id
), place (id, steps) AS (
    SELECT s.id, up.steps FROM inventory_storagelocation s JOIN up ON up.id = s.equipment_id
    UNION ALL SELECT h.location_id, 1000 FROM inventory_homeplace h
    WHERE h.definition_id = %(material)s AND h.location_id IS NOT NULL
)
SELECT (SELECT id FROM place ORDER BY steps LIMIT 1), {MAKES}
"""  # noqa: S608 - constants


def put(act: UseCase, job_order: JobOrder, report: QuantityReport) -> None:
    """Put what was reported good into stock, as the job's lot or, for a numbered product, as pieces of it.

    A lot that was held meanwhile doesn't grow: the job goes on with a new one; that joins the hold where it is of what
    everything affected is held of, and then it grows. Raises: Conflict where nobody said where it lies; InvalidInput
    for a lot of another material, or too many numbered pieces at once.
    """
    outputs = JobRequirement.objects.select_related("definition__site")
    output = None if report.output_id is None else outputs.filter(pk=report.output_id).first()
    if output is None or output.definition is None:
        return
    definition = output.definition
    place, are_holds_open = _begin(job_order, definition)
    lot = _lot(act, output, definition, report, are_holds_open=are_holds_open)
    occasion = Occasion(uuid.uuid5(report.op_uuid, "made"), report.occurred_at, job_response=latest_response(job_order))
    kind = KIND_OF_OUTPUT[MaterialUse(output.material_use)]
    if definition.tracking == MaterialTracking.SERIAL:
        pieces = _numbered(act, job_order, output, definition, lot, report)
        one = report.quantity / len(pieces)
        legs = [Leg(kind, place, definition, one, lot=lot, sublot=piece, requirement=output) for piece in pieces]
    else:
        active = active_of(lot, report.quantity)
        legs = [Leg(kind, place, definition, report.quantity, lot=lot, active_quantity=active, requirement=output)]
    post_made(act, legs, occasion, are_holds_open=are_holds_open)


def take_back(act: UseCase, job_order: JobOrder, report: QuantityReport) -> None:
    """Take out again what a report had put there that is taken back. Raises: Shortage where it is gone."""
    if report.reverses is None:
        return
    group = uuid.uuid5(report.reverses.op_uuid, "made")
    related = ("definition", "lot", "sublot", "location__site", "location__equipment", "requirement")
    moves = list(StockMove.objects.filter(move_group=group, reversal=None).select_related(*related).order_by("id"))
    if not moves:
        return
    legs = [
        Leg(
            MoveKind(move.kind),
            move.location,
            move.definition,
            -move.quantity,
            lot=move.lot,
            sublot=move.sublot,
            active_quantity=None if move.active_quantity is None else -move.active_quantity,
            requirement=move.requirement,
            reverses=move,
        )
        for move in moves
    ]
    occasion = Occasion(
        uuid.uuid5(report.op_uuid, "made"),
        report.occurred_at,
        job_response=latest_response(job_order),
        reversal_reason=report.reversal_reason,
    )
    post(act, legs, occasion)


def _begin(job_order: JobOrder, definition: MaterialDefinition) -> tuple[StorageLocation, bool]:
    """Where it is put, and whether a hold of everything affected goes on at the site; none begins until the end."""
    values = {"machine": job_order.equipment_id, "material": definition.pk, "site": job_order.site_id}
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, values)
        found, are_holds_open = cursor.fetchone()
    if found is None:
        words = {"material": definition.code}
        sentence = _("Nobody said where %(material)s is put. Give it a home, or let the machine hold stock.")
        raise Conflict(sentence % words, code="no_place_for_output")
    return StorageLocation.objects.select_related("site", "equipment").get(pk=found), are_holds_open


def _lot(
    act: UseCase,
    output: JobRequirement,
    definition: MaterialDefinition,
    report: QuantityReport,
    *,
    are_holds_open: bool,
) -> MaterialLot | None:
    if report.lot is not None:
        if report.lot.definition_id != definition.pk:
            raise InvalidInput({"lot": [_("Lot %(lot)s is of another material.") % {"lot": report.lot.code}]})
        return report.lot
    if definition.tracking == MaterialTracking.NONE:
        return None
    before = StockMove.objects.filter(requirement=output, quantity__gt=0, lot__isnull=False, reverses=None)
    last = before.select_related("lot").order_by("-id").first()
    if last is not None and last.lot is not None:
        is_usable = last.lot.disposition in USABLE
        if not are_holds_open and is_usable:
            return last.lot
        if are_holds_open and (not was_let_out(last.lot) if is_usable else grows_on(last.lot)):
            return last.lot
    return add_master_data(
        act, MaterialLot, definition.site, code="", definition=definition, disposition=LotDisposition.UNRESTRICTED
    )


def _numbered(
    act: UseCase,
    job_order: JobOrder,
    output: JobRequirement,
    definition: MaterialDefinition,
    lot: MaterialLot | None,
    report: QuantityReport,
) -> list[MaterialSublot]:
    """Pieces with the job's number and a count that goes on from report to report."""
    many = int(report.quantity)
    if many != report.quantity or not 1 <= many <= MOST_PIECES:
        words = {"most": MOST_PIECES}
        raise InvalidInput({"quantity": [_("Report whole pieces, at most %(most)s at once.") % words]})
    made = StockMove.objects.filter(requirement=output, sublot__isnull=False, quantity__gt=0, reverses=None).count()
    pieces = MaterialSublot.objects.bulk_create(
        MaterialSublot(
            site=definition.site,
            definition=definition,
            lot=lot,
            kind=SublotKind.SERIAL,
            code=f"{job_order.code}-{made + number + 1:04}",
            quantity=1,
            born_at=report.occurred_at,
        )
        for number in range(many)
    )
    after = {"first": pieces[0].code, "last": pieces[-1].code}
    act.record("inventory.pieces_numbered", subject=job_order, site=job_order.site.code, after=after)
    return pieces
