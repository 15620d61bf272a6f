"""Counting: a place's sheet is made with the start, filled blind, and posted by somebody who says why it differed."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from inventory import permissions
from inventory.engine.terms import CountCommand, CountStatus, MoveKind
from inventory.engine.transitions import CYCLE_COUNT
from inventory.models import CountEntry, CountLine, CycleCount, StockBalance, StorageLocation
from inventory.selectors.counting import Outcome, outcomes_of
from inventory.services.bringing import active_of
from inventory.services.inventory_job import add_job
from inventory.services.posting import Leg, Occasion, post
from inventory.services.stock_reservation import shrink
from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.engine.units import PIECES
from mom.core.errors import Conflict, InvalidInput, NotFound, Shortage
from mom.core.use_case import UseCase, use_case
from mom.plant.engine.terms import MaterialTracking
from mom.plant.models import MaterialDefinition, MaterialLot, MaterialSublot
from mom.work.models import JobOrder, JobResponse

TRIES = 4


def ask(actor: Actor, location: StorageLocation, *, due_at: datetime | None = None) -> CycleCount:
    """Have a place counted: a job on the dispatch list. Raises: NotAllowed; Conflict where it is being counted."""
    with use_case(actor) as act:
        act.require(permissions.COUNT_STOCK, location.site.code)
        return add(act, location, due_at=due_at)


def add(
    act: UseCase, location: StorageLocation, *, due_at: datetime | None = None, is_planned: bool = False
) -> CycleCount:
    """The same within the caller's transaction; rights are the caller's to ask."""
    place = location.equipment.code
    job = add_job(
        act, location.site, "count", _("Count %(place)s") % {"place": place}, location.equipment, due_at=due_at
    )
    twice = Conflict(_("%(place)s is being counted. Post or cancel that count.") % {"place": place}, code="count_open")
    with translating({"inventory_cyclecount_one_at_a_time": lambda: twice}):
        return CycleCount.objects.create(
            site=location.site,
            code=job.code,
            job_order=job,
            location=location,
            is_planned=is_planned,
            created_at=act.now,
        )


def begin(_act: UseCase, job_order: JobOrder) -> None:
    """The sheet of a count whose job was started: what lies there by the book. Joins the caller's transaction."""
    count = CycleCount.objects.filter(job_order=job_order).first()
    if count is None:
        return
    there = StockBalance.objects.filter(location=count.location_id).exclude(quantity=0)
    known = set(count.lines.values_list("definition_id", "lot_id", "sublot_id"))  # of a start that was undone
    CountLine.objects.bulk_create(
        CountLine(site_id=count.site_id, count=count, definition_id=row[0], lot_id=row[1], sublot_id=row[2])
        for row in there.order_by("id").values_list("definition_id", "lot_id", "sublot_id")
        if row not in known
    )


def not_begun(_act: UseCase, job_order: JobOrder) -> None:
    """The start of a count is undone: its sheet stays, and the next start adds what lies there by then.

    Joins the caller's transaction. Raises: Conflict where something was counted.
    """
    if CountEntry.objects.filter(line__count__job_order=job_order).exists():
        sentence = _("Something was counted for %(job)s since. Go on, or cancel the job.") % {"job": job_order.code}
        raise Conflict(sentence, code="count_begun")


@dataclass(frozen=True)
class Counted:
    """So much of a line of the sheet, or of something `found` that stands on no line, at `at` (None: now)."""

    quantity: Decimal
    op_uuid: uuid.UUID
    line_id: int | None = None
    found: tuple[MaterialDefinition, MaterialLot | None, MaterialSublot | None] | None = None
    at: datetime | None = None


def enter(actor: Actor, count_id: int, counted: Sequence[Counted]) -> list[CountEntry]:
    """Say what was counted, of one line or many. Of a line that is counted again the latest counts.

    The same `op_uuid` changes nothing (P01). Raises: NotAllowed, NotFound; Conflict for a count that was not started or
    is over; InvalidInput for less than nothing, a part of a piece, an instant before the start or in the future.
    """
    with use_case(actor) as act:
        count = _locked(count_id)
        act.require(permissions.COUNT_STOCK, count.site.code)
        known = {
            entry.op_uuid: entry for entry in CountEntry.objects.filter(op_uuid__in=[each.op_uuid for each in counted])
        }
        fresh = [each for each in counted if each.op_uuid not in known]
        if fresh:
            _check_open(act, count, [each.at or act.now for each in fresh])
            lines = _lines(count, fresh)
            made = CountEntry.objects.bulk_create(
                _entry(act, count, line, each) for line, each in zip(lines, fresh, strict=True)
            )
            known |= {entry.op_uuid: entry for entry in made}
            said = [{"line": entry.line_id, "quantity": str(entry.quantity)} for entry in made]
            act.record("inventory.counted", subject=count, site=count.site.code, after={"lines": said})
        return [known[each.op_uuid] for each in counted]


def _entry(act: UseCase, count: CycleCount, line: CountLine, each: Counted) -> CountEntry:
    if each.quantity < 0 or (line.definition.unit in PIECES and each.quantity % 1):
        raise InvalidInput({"quantity": [_("Give what was counted: nothing, or so many; pieces are whole.")]})
    if line.sublot_id is not None and each.quantity > 1:
        raise InvalidInput({"quantity": [_("A serial number is one piece.")]})
    return CountEntry(
        site=count.site,
        line=line,
        quantity=each.quantity,
        counted_at=each.at or act.now,
        op_uuid=each.op_uuid,
        recorded_at=act.now,
        recorded_by=act.actor.label,
    )


def finish(act: UseCase, job_order: JobOrder) -> None:
    """What happens with a count whose job is finished: where nothing differs it is posted, else somebody decides.

    Joins the caller's transaction. Raises: Conflict while a line was not counted.
    """
    found = CycleCount.objects.filter(job_order=job_order).first()
    if found is None:
        return
    count = _locked(found.pk)
    missing = count.lines.filter(entries=None).count()
    if missing:
        words = {"many": missing, "count": count.code}
        sentence = _("%(many)s lines of %(count)s are not counted. Nothing there: count 0.") % words
        raise Conflict(sentence, code="not_counted")
    count.status = CYCLE_COUNT.apply(CountStatus(count.status), CountCommand.FINISH)
    outcomes = outcomes_of(count)
    if all(each.difference == 0 for each in outcomes):
        _close(act, count, outcomes, "")
    else:
        _save(count)
        act.record("inventory.count_differs", subject=count, site=count.site.code)


def post_count(actor: Actor, count_id: int, reason: str, *, version: int | None = None) -> CycleCount:
    """Post what a count found: the ledger follows the count, with the reason; promises shrink to what is there.

    Each line is held against the book of the instant it was counted at, so what moved since stays moved. The newest
    promise goes first; the job's gate then says that it is short. Raises: NotAllowed, NotFound, IllegalTransition;
    InvalidInput without a reason; Shortage where more was taken since than was counted; Conflict.
    """
    said = reason.strip()[:200]
    if len(said) < 2:
        raise InvalidInput({"reason": [_("Say why it differs.")]})
    with use_case(actor, said) as act:
        count = _locked(count_id)
        act.require(permissions.ADJUST_STOCK, count.site.code)
        if version is not None and version != count.version:
            raise Conflict(_("It was counted again meanwhile. Look at it once more."), code="count_changed")
        count.status = CYCLE_COUNT.apply(CountStatus(count.status), CountCommand.POST)
        for _try in range(TRIES):
            outcomes = outcomes_of(count)
            _refuse_impossible(outcomes)
            try:
                with transaction.atomic():
                    _adjust(act, count, outcomes, said)
            except Shortage:  # somebody reserved or took of it since we looked
                continue
            return _close(act, count, outcomes, said)
        raise Conflict(_("Others took this stock at the same moment. Try again."), code="stock_taken")


def cancel(_act: UseCase, job_order: JobOrder) -> None:
    """A count whose job was aborted or cancelled is none. Joins the caller's transaction."""
    found = CycleCount.objects.filter(job_order=job_order, status=CountStatus.OPEN).first()
    if found is not None:
        found.status = CYCLE_COUNT.apply(CountStatus(found.status), CountCommand.CANCEL)
        _save(found)


def discard(actor: Actor, count_id: int, reason: str) -> CycleCount:
    """Throw a count away that is not believed; nothing is posted. Raises: NotAllowed, NotFound, IllegalTransition."""
    with use_case(actor, reason) as act:
        count = _locked(count_id)
        act.require(permissions.ADJUST_STOCK, count.site.code)
        if count.status == CountStatus.OPEN:
            raise Conflict(_("Cancel or abort the job %(job)s instead.") % {"job": count.code}, code="count_open")
        count.status = CYCLE_COUNT.apply(CountStatus(count.status), CountCommand.CANCEL)
        count.reason = reason.strip()[:200]
        _save(count)
        act.record("inventory.count_discarded", subject=count, site=count.site.code)
        return count


def _adjust(act: UseCase, count: CycleCount, outcomes: list[Outcome], reason: str) -> None:
    less = {each.balance_id: each.left for each in outcomes if each.balance_id and each.left < each.reserved}
    if less:
        shrink(act, less)
    rows = CountLine.objects.filter(count=count).select_related("definition", "lot", "sublot").in_bulk()
    legs = []
    for each in outcomes:
        if each.difference == 0:
            continue
        line, active = rows[each.line_id], active_of(rows[each.line_id].lot, abs(each.difference))
        legs.append(
            Leg(
                MoveKind.ADJUSTED,
                count.location,
                line.definition,
                each.difference,
                lot=line.lot,
                sublot=line.sublot,
                active_quantity=None if active is None else active.copy_sign(each.difference),
                note=reason,
                at=each.counted_at,
            )
        )
    if legs:
        post(act, legs, Occasion(uuid.uuid5(uuid.NAMESPACE_OID, f"count:{count.pk}"), act.now, None, _response(count)))


def _close(act: UseCase, count: CycleCount, outcomes: list[Outcome], reason: str) -> CycleCount:
    count.status = CountStatus.POSTED
    count.posted_at, count.posted_by, count.reason = act.now, act.actor.label, reason
    _save(count)
    lines = [CountLine(pk=each.line_id, book=each.book, difference=each.difference) for each in outcomes]
    CountLine.objects.bulk_update(lines, ["book", "difference"], batch_size=1000)
    differing = sum(each.difference != 0 for each in outcomes)
    after = {"lines": len(outcomes), "differing": differing}
    act.record("inventory.count_posted", subject=count, site=count.site.code, after=after)
    return count


def _refuse_impossible(outcomes: list[Outcome]) -> None:
    """Raises: Conflict where more was taken since the counting than was counted: one of the two is wrong."""
    wrong = [each for each in outcomes if each.left < 0 and each.difference < 0]
    if wrong:
        lines = CountLine.objects.filter(pk__in=[each.line_id for each in wrong[:5]]).select_related(
            "definition", "lot"
        )
        names = ", ".join(line.lot.code if line.lot else line.definition.code for line in lines)
        sentence = _("Since it was counted, more was taken than was there: %(lines)s. Count it again.")
        raise Conflict(sentence % {"lines": names}, code="count_outrun")


def _response(count: CycleCount) -> JobResponse | None:
    rows = JobResponse.objects.filter(job_order=count.job_order_id, reverses=None, reversal=None)
    return rows.order_by("-started_at", "-id").first()


def _locked(count_id: int) -> CycleCount:
    rows = CycleCount.objects.select_for_update(of=("self",)).select_related(
        "site", "location__site", "location__equipment", "job_order"
    )
    count = rows.filter(pk=count_id).first()
    if count is None:
        raise NotFound(_("There is no such count."))
    return count


def _check_open(act: UseCase, count: CycleCount, moments: Sequence[datetime]) -> None:
    if count.status not in {CountStatus.OPEN, CountStatus.COUNTED}:
        raise Conflict(_("Count %(count)s is over.") % {"count": count.code}, code="count_over")
    first = (
        JobResponse.objects.filter(job_order=count.job_order_id, reverses=None, reversal=None)
        .order_by("started_at")
        .first()
    )
    if first is None:
        raise Conflict(_("Start job %(job)s first.") % {"job": count.code}, code="count_not_started")
    if not first.started_at <= min(moments) <= max(moments) <= act.now:
        raise InvalidInput({"counted_at": [_("Give an instant since the start of the count, and not after now.")]})
    if count.status == CountStatus.COUNTED:
        count.version += 1
        count.save(update_fields=["version"])


def _lines(count: CycleCount, counted: Sequence[Counted]) -> list[CountLine]:
    """The line of each; what was found and stands on none gets one."""
    lines = list(count.lines.select_related("definition"))
    by_key = {line.pk: line for line in lines}
    by_what = {(line.definition_id, line.lot_id, line.sublot_id): line for line in lines}
    found = []
    for each in counted:
        line = by_key.get(each.line_id or 0)
        if line is None and each.line_id is not None:
            raise NotFound(_("Count %(count)s has no such line.") % {"count": count.code})
        if line is None:
            what = _keys(count, each)
            line = by_what.get(what)
            if line is None:
                line = CountLine.objects.create(
                    site=count.site,
                    count=count,
                    definition_id=what[0],
                    lot_id=what[1],
                    sublot_id=what[2],
                    is_found=True,
                )
                by_what[what] = line
        found.append(line)
    return found


def _keys(count: CycleCount, each: Counted) -> tuple[int, int | None, int | None]:
    if each.found is None:
        raise InvalidInput({"line": [_("Say what was counted.")]})
    definition, lot, sublot = each.found
    if definition.site_id != count.site_id or any(
        row is not None and row.definition_id != definition.pk for row in (lot, sublot)
    ):
        raise InvalidInput({"lot": [_("The lot is of another material.")]})
    if lot is None and sublot is None and definition.tracking == MaterialTracking.LOT:
        words = {"material": definition.code}
        raise InvalidInput({"lot": [_("%(material)s is kept by lot: name the lot.") % words]})
    return definition.pk, lot.pk if lot else None, sublot.pk if sublot else None


def _save(count: CycleCount) -> None:
    count.version += 1
    count.save(update_fields=["status", "posted_at", "posted_by", "reason", "version"])
