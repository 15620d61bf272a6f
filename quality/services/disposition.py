"""What becomes of parts in doubt: decided by a person who signs at the act, and done in the same transaction."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from inventory.public import Leg, MoveKind, Occasion, post_stock, stock_of
from mom.accounts.engine.signing import Meaning
from mom.accounts.public import SignerCredentials, sign
from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.errors import Conflict, InvalidInput, NotFound, Shortage
from mom.core.use_case import UseCase, use_case
from mom.events.quality import DispositionDecided
from mom.plant.models import MaterialLot
from mom.work.engine.terms import OperationsType
from mom.work.models import JobOrder
from mom.work.public import job_kind
from quality import permissions
from quality.engine.terms import (
    MAKES_JOB,
    OPEN_NONCONFORMANCES,
    DispositionKind,
    NonconformanceCommand,
    NonconformanceStatus,
)
from quality.engine.transitions import NONCONFORMANCE
from quality.models import Disposition, Nonconformance, NonconformanceLine
from quality.models.labels import DISPOSITION_KIND
from quality.services import inspection as inspections
from quality.services import nonconformance as nonconformances

RECORD_CLASS = "quality.disposition"


@dataclass(frozen=True)
class Decision:
    """What becomes of how much of a line."""

    line_id: int
    kind: DispositionKind
    quantity: Decimal


def left_of(line: NonconformanceLine) -> Decimal:
    """How much of a line nobody has decided yet. One statement."""
    decided: Decimal | None = line.dispositions.aggregate(total=Sum("quantity"))["total"]
    quantity: Decimal = line.quantity
    return quantity - (decided or Decimal(0))


def signed_version(ncr: Nonconformance, decision: Decision) -> str:
    """What of a nonconformance is signed."""
    return f"{ncr.version} {decision.line_id} {decision.kind} {decision.quantity:f}"[:64]


def signed_content(ncr: Nonconformance, line: NonconformanceLine, decision: Decision) -> Mapping[str, Any]:
    """What the signature covers, in words that don't change with the language."""
    return {
        "nonconformance": ncr.code,
        "title": ncr.title,
        "product": ncr.material.code,
        "lot": line.lot.code if line.lot else "",
        "decision": str(decision.kind),
        "quantity": decision.quantity,
        "unit": line.unit,
    }


def find_line(ncr: Nonconformance, line_id: int) -> NonconformanceLine:
    """The line of a nonconformance. Raises: NotFound."""
    rows = NonconformanceLine.objects.filter(nonconformance=ncr, pk=line_id)
    line = rows.select_related("lot__definition", "hold", "job_order").first()
    if line is None:
        raise NotFound(_("There is no such lot in this nonconformance."))
    return line


def decide(
    actor: Actor, ncr_id: int, decision: Decision, *, reason: str, credentials: SignerCredentials
) -> Disposition:
    """Sign what becomes of a lot in doubt, or of a part of it; it is done with the signature.

    Use as is lets the lot go, scrap books it out, rework and repair make a job. When every part is decided the next
    start is no longer forbidden. Raises: NotAllowed, NotFound, IllegalTransition; InvalidInput for more than is in
    doubt; Conflict where nobody makes rework jobs; Shortage where it is no longer there; SigningError, Stale.
    """
    with use_case(actor, reason) as act:
        ncr = nonconformances.locked(ncr_id)
        act.require(permissions.APPROVE_DISPOSITION, ncr.site.code)
        NONCONFORMANCE.apply(NonconformanceStatus(ncr.status), NonconformanceCommand.DISPOSE)
        line = find_line(ncr, decision.line_id)
        check(line, decision)
        signature = sign(
            act,
            site=ncr.site,
            record_class=RECORD_CLASS,
            credentials=credentials,
            meaning=Meaning.APPROVED,
            subject=ncr,
            content=signed_content(ncr, line, decision),
            authors=[ncr.finder_id] if ncr.finder_id else [],
            reason=reason,
            version=signed_version(ncr, decision),
        )
        rework = _rework(act, ncr, line, decision) if decision.kind in MAKES_JOB else None
        if decision.kind == DispositionKind.SCRAP and line.lot is not None:
            _scrap(act, ncr, line.lot, decision)
        more = InvalidInput({"quantity": [_("That is more than is in doubt.")]})
        with translating({"quality_disposition_within_line": lambda: more}):
            made = Disposition.objects.create(
                site=ncr.site,
                nonconformance=ncr,
                line=line,
                kind=decision.kind,
                quantity=decision.quantity,
                unit=line.unit,
                reason=reason.strip()[:500],
                rework_job=rework,
                signature=signature,
                decided_by=signature.signer_name,
                decided_at=act.now,
            )
        _tell(act, ncr, line, made)
        _follow(act, ncr, line, reason)
        return made


def check(line: NonconformanceLine, decision: Decision) -> None:
    """Raises: InvalidInput for a quantity that isn't there to be decided."""
    left = left_of(line)
    is_decided = line.quantity == 0 and line.dispositions.exists()
    if decision.quantity > left or is_decided:
        raise InvalidInput({"quantity": [_("Only %(left)s are still to be decided.") % {"left": f"{left:f}"}]})
    if decision.quantity < 0 or (decision.quantity == 0 and line.quantity > 0):
        raise InvalidInput({"quantity": [_("A quantity must be more than zero.")]})
    if decision.kind in MAKES_JOB and decision.quantity == 0:
        raise InvalidInput({"quantity": [_("Say how many are to be reworked.")]})


def _rework(act: UseCase, ncr: Nonconformance, line: NonconformanceLine, decision: Decision) -> JobOrder:
    """The job that another domain makes for it, in this transaction."""
    kind = job_kind(OperationsType.PRODUCTION)
    if kind is None:
        raise Conflict(_("Nobody makes rework jobs here. Decide otherwise."), code="no_rework")
    words = {"what": DISPOSITION_KIND.label(decision.kind), "ncr": ncr.code}
    return kind.request(
        act,
        ncr.site_id,
        {
            "purpose": str(decision.kind),
            "material_id": line.lot.definition_id if line.lot else ncr.material_id,
            "lot_id": line.lot_id,
            "quantity": decision.quantity,
            "unit": line.unit,
            "equipment_id": ncr.equipment_id,
            "job_order_id": ncr.job_order_id,
            "description": _("%(what)s for %(ncr)s") % words,
            "origin": ncr.code,
        },
    )


def _scrap(act: UseCase, ncr: Nonconformance, lot: MaterialLot, decision: Decision) -> None:
    """Book it out of the stores, place by place. Raises: Shortage where less lies there."""
    left, legs = decision.quantity, []
    for row in stock_of(lot):
        part = min(left, row.quantity)
        if part > 0 and row.sublot_id is None:
            legs.append(Leg(MoveKind.SCRAPPED, row.location, row.definition, -part, lot=lot, note=ncr.code))
            left -= part
    if left > 0:
        raise Shortage([{"lot": lot.code, "asked": decision.quantity, "missing": left, "unit": lot.definition.unit}])
    if legs:  # of a lot that was used up before it came into doubt nothing lies there to book out
        post_stock(act, legs, Occasion(uuid.uuid4(), act.now))


def _tell(act: UseCase, ncr: Nonconformance, line: NonconformanceLine, made: Disposition) -> None:
    lot, job = (line.lot.code if line.lot else ""), (made.rework_job.code if made.rework_job else "")
    after = {"decision": made.kind, "lot": lot, "quantity": made.quantity, "unit": made.unit, "rework": job,
             "by": made.decided_by}  # fmt: skip
    act.record("quality.disposition_decided", subject=ncr, site=ncr.site.code, after=after)
    act.publish(
        DispositionDecided(ncr.site.code, ncr.code, made.kind, lot, str(made.quantity), made.unit, job, act.now),
        key=f"nonconformance:{ncr.pk}",
    )


def _follow(act: UseCase, ncr: Nonconformance, line: NonconformanceLine, reason: str) -> None:
    """A line whose every part is decided leaves its hold, unless it waits for rework or the way back to its supplier.

    With the last line the nonconformance is decided, and what it forbade is allowed again.
    """
    if left_of(line) == 0:
        kinds = set(line.dispositions.values_list("kind", flat=True))
        if not kinds & {*MAKES_JOB, DispositionKind.RETURN}:
            nonconformances.let_go(act, ncr, [line], reason)
    lines = ncr.lines.prefetch_related("dispositions")
    is_whole = all(
        (decided := list(each.dispositions.all())) and sum(d.quantity for d in decided) == each.quantity
        for each in lines
    )
    if is_whole and ncr.status in OPEN_NONCONFORMANCES:
        nonconformances.move(act, ncr, NonconformanceCommand.DISPOSE)
        inspections.accept_decided(act, ncr)
        nonconformances.quiet(act, ncr)
    else:  # what is left was shown with an older state: it is signed anew
        ncr.version += 1
        ncr.save(update_fields=["version"])
