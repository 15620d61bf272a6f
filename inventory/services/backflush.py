"""What a job's reports do to stock, in their transaction: inputs are taken, outputs put there, all of it taken back.

Only what the definition says is booked by the report. By good and scrap together, because scrap used its material too.
Where somebody said which lot is in place, it is taken of that lot alone: what the book lacks of it is short.
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from inventory.engine.backflush import due
from inventory.engine.terms import MoveKind
from inventory.models import StockMove
from inventory.services.bringing import active_of
from inventory.services.issue import Wanted, latest_response, take
from inventory.services.made_by_report import put, take_back
from inventory.services.posting import Leg, Occasion, post
from mom.core.engine.units import PIECES
from mom.core.errors import Shortage
from mom.core.use_case import UseCase
from mom.plant.models import MaterialDefinition
from mom.work.engine.terms import OUTPUT_USES, GateLevel, QuantityKind
from mom.work.models import JobOrder, JobRequirement, QuantityReport
from mom.work.selectors.gate_rule import levels_at

SOURCE = "inventory.backflush"
"""Under this name an area says whether a report is refused where material is short, or taken with a warning."""
LEVEL = GateLevel.WARN
"""Where no area says otherwise: what was made is never lost because the book of its material was wrong."""
TAKES = frozenset({QuantityKind.GOOD, QuantityKind.SCRAP})

_ASKED = """
SELECT r.id, r.material_use, r.definition_id, coalesce(r.quantity, 0), main.id, coalesce(main.quantity, 0),
       coalesce(t.good + t.scrap, 0),
       coalesce((SELECT -sum(m.quantity) FROM inventory_stockmove m WHERE m.requirement_id = r.id), 0),
       (SELECT p.lot_id FROM inventory_lotinplace p WHERE p.requirement_id = r.id AND p.placed_at <= %(at)s
        ORDER BY p.placed_at DESC, p.id DESC LIMIT 1)
FROM work_jobrequirement r
CROSS JOIN LATERAL (
    SELECT o.id, o.quantity FROM work_jobrequirement o
    WHERE o.job_order_id = r.job_order_id AND o.material_use = ANY(%(outputs)s) ORDER BY o.position, o.id LIMIT 1
) AS main
LEFT JOIN work_outputtotal t ON t.output_id = main.id
WHERE r.job_order_id = %(job)s AND r.is_backflushed AND r.definition_id IS NOT NULL
ORDER BY r.position, r.id
"""


@dataclass(frozen=True)
class _Asked:
    requirement: int
    use: str
    definition: int
    needed: Decimal
    main: int
    planned: Decimal
    reported: Decimal
    taken: Decimal
    lot: int | None


def follow(act: UseCase, job_order: JobOrder, reports: list[QuantityReport]) -> None:
    """Book what these reports took and made; of reversals, take it back. One statement where nothing is booked so.

    Joins the caller's transaction. Raises: Shortage where the area's rule forbids a report without its material, or
    what was made and is taken back is not there any more; Conflict, InvalidInput.
    """
    at = reports[0].occurred_at if reports else act.now
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, {"job": job_order.pk, "outputs": [use.value for use in OUTPUT_USES], "at": at})
        asked = [_Asked(*row) for row in cursor.fetchall()]
    if not asked:
        return
    made = {each.requirement for each in asked if each.use in OUTPUT_USES}
    for report in reports:
        if report.output_id in made and report.kind == QuantityKind.GOOD:
            (put if report.reverses_id is None else take_back)(act, job_order, report)
    inputs = [each for each in asked if each.use not in OUTPUT_USES]
    counting = [report for report in reports if report.kind in TAKES]
    if inputs and any(report.output_id == inputs[0].main for report in counting):
        _settle(act, job_order, inputs, counting[0])


def _settle(act: UseCase, job_order: JobOrder, inputs: Sequence[_Asked], report: QuantityReport) -> None:
    """Let what was taken be what is due by the sum of the reports."""
    definitions = MaterialDefinition.objects.select_related("site").in_bulk([each.definition for each in inputs])
    needs = JobRequirement.objects.in_bulk([each.requirement for each in inputs])
    wanted, too_much = [], []
    for each in inputs:
        definition, need = definitions[each.definition], needs[each.requirement]
        if each.planned <= 0:
            continue
        is_whole = definition.unit in PIECES
        open_ = due(each.needed, each.planned, each.reported, is_whole=is_whole) - each.taken
        if open_ > 0:
            wanted.append(Wanted(definition, open_, need, each.lot))
        elif open_ < 0 and report.reverses_id is not None:
            too_much.append((need, -open_))
    response = latest_response(job_order)
    occasion = Occasion(
        uuid.uuid5(report.op_uuid, "backflush"),
        report.occurred_at,
        job_response=response,
        reversal_reason=report.reversal_reason,
    )
    if wanted:
        _take(act, job_order, wanted, occasion)
    if too_much:
        legs = [leg for need, quantity in too_much for leg in _given_back(need, quantity, report)]
        if legs:
            post(act, legs, occasion)


def _take(act: UseCase, job_order: JobOrder, wanted: Sequence[Wanted], occasion: Occasion) -> None:
    _moves, short = take(act, job_order.site_id, wanted, occasion)
    if not short:
        return
    missing = [
        {
            "material": each.definition.code,
            "asked": str(each.quantity),
            "missing": str(quantity),
            "unit": each.definition.unit,
        }
        for each, quantity in short
    ]
    if levels_at(job_order).get(SOURCE, LEVEL) is GateLevel.BLOCK:
        names = ", ".join(item["material"] for item in missing)
        sentence = _("The book has too little %(materials)s for this report. Receive or count it first.")
        raise Shortage(missing, sentence % {"materials": names}, code="backflush_short")
    take(act, job_order.site_id, wanted, occasion, partly=True)
    act.record("inventory.backflush_short", subject=job_order, site=job_order.site.code, after={"missing": missing})


def _given_back(need: JobRequirement, quantity: Decimal, report: QuantityReport) -> list[Leg]:
    """Legs that put so much of it back where it was taken, what the report itself took first, then the latest.

    Of each lot and place no more than the line has of it: part of a move may have gone back before, by another undo.
    """
    group = uuid.uuid5(report.reverses.op_uuid, "backflush") if report.reverses is not None else None
    related = ("definition", "lot__definition", "sublot", "location__site", "location__equipment", "requirement")
    moves = list(StockMove.objects.filter(requirement=need).select_related(*related).order_by("-id"))
    reversed_ = {move.reverses_id for move in moves}
    held: dict[Any, Decimal] = defaultdict(Decimal)
    for move in moves:
        held[_whence(move)] -= move.quantity
    newest = [each for each in moves if each.kind == MoveKind.CONSUMED and each.reverses_id is None]
    legs, left = [], quantity
    for move in sorted(newest, key=lambda each: each.move_group != group):
        back = Decimal(0) if move.pk in reversed_ else min(left, -move.quantity, held[_whence(move)])
        if back <= 0:
            continue
        is_whole = back == -move.quantity
        active = active_of(move.lot, back)
        legs.append(
            Leg(
                MoveKind.CONSUMED if is_whole else MoveKind.RETURNED,
                move.location,
                move.definition,
                back,
                lot=move.lot,
                sublot=move.sublot,
                active_quantity=active,
                requirement=move.requirement,
                reverses=move if is_whole else None,
            )
        )
        held[_whence(move)] -= back
        left -= back
    return legs


def _whence(move: StockMove) -> tuple[int | None, int | None, int]:
    return move.lot_id, move.sublot_id, move.location_id
