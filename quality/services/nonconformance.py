"""Nonconformances: opened by a sample or a person, what is in doubt is held, and closed when all is done."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from inventory.public import hold_lots, release_hold
from mom.accounts.models import Site
from mom.core import numbers
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.live.change import tell
from mom.core.use_case import UseCase, use_case
from mom.events.quality import NonconformanceClosed, NonconformanceOpened
from mom.plant.models import Equipment, MaterialDefinition, MaterialLot
from mom.work.engine.alert import AlertImpact, AlertKind, AlertSeverity
from mom.work.engine.terms import OPEN_JOB_ORDER_STATUSES
from mom.work.models import JobOrder
from mom.work.public import NewAlert, clear_alert, raise_alert
from quality import permissions
from quality.engine.terms import (
    MAKES_JOB,
    OPEN_NONCONFORMANCES,
    DispositionKind,
    NonconformanceCommand,
    NonconformanceOrigin,
    NonconformanceStatus,
    Severity,
)
from quality.engine.transitions import NONCONFORMANCE
from quality.models import Characteristic, ControlChart, Nonconformance, NonconformanceLine
from quality.selectors.suspects import Suspect, lying, reported_since


@dataclass(frozen=True)
class NewNonconformance:
    """What was found, of which product, where; and what is in doubt: lots, or so many parts without one."""

    title: str
    material: MaterialDefinition
    description: str = ""
    severity: Severity = Severity.MINOR
    origin: NonconformanceOrigin = NonconformanceOrigin.PERSON
    equipment: Equipment | None = None
    job_order: JobOrder | None = None
    lots: Sequence[MaterialLot] = ()
    quantity: Decimal = Decimal(0)
    chart: ControlChart | None = None
    characteristic: Characteristic | None = None
    since: datetime | None = None
    suspects: Sequence[Suspect] = field(default_factory=tuple)


def report(actor: Actor, site: Site, new: NewNonconformance) -> Nonconformance:
    """Open a nonconformance that a person found; the lots named are held at once.

    Raises: NotAllowed; InvalidInput without a title, for less than nothing, or for something of another site.
    """
    with use_case(actor, new.title) as act:
        act.require(permissions.RECORD_NONCONFORMANCE, site.code)
        wrong: dict[str, list[str]] = {}
        if len(new.title.strip()) < 2:
            wrong["title"] = [_("Say in a few words what is not right.")]
        if new.quantity < 0:
            wrong["quantity"] = [_("A quantity is not less than zero.")]
        rows = [new.material, new.equipment, new.job_order, *new.lots]
        if any(row is not None and row.site_id != site.pk for row in rows):
            wrong["site"] = [_("A material, machine, job or lot belongs to another site.")]
        if wrong:
            raise InvalidInput(wrong)
        ncr = opened(act, site, new)
        found = [Suspect(lot, lying(lot), lot.definition.unit) for lot in new.lots]
        return contain(act, ncr, found, loose=new.quantity)


def opened(act: UseCase, site: Site, new: NewNonconformance) -> Nonconformance:
    """Open a nonconformance, nothing held yet. Joins the caller's transaction; rights are the caller's to ask."""
    ncr = Nonconformance.objects.create(
        site=site,
        code=numbers.next_number(act, site, "nonconformance"),
        title=new.title.strip()[:200],
        description=new.description,
        origin=new.origin,
        severity=new.severity,
        chart=new.chart,
        characteristic=new.characteristic,
        material=new.material,
        equipment=new.equipment,
        job_order=new.job_order,
        since=new.since,
        found_at=act.now,
        found_by=act.actor.label,
        finder_id=act.actor.id if act.actor.kind == "user" else "",
    )
    after = {"title": ncr.title, "origin": ncr.origin, "severity": ncr.severity}
    act.record("quality.nonconformance_opened", subject=ncr, site=site.code, after=after)
    severity = AlertSeverity.WARN if new.severity == Severity.MINOR else AlertSeverity.BAD
    raise_alert(
        act,
        site,
        NewAlert(
            title=f"{ncr.code}: {ncr.title}",
            kind=AlertKind.OTHER,
            source="quality",
            equipment=new.equipment,
            job_order=new.job_order,
            severity=severity,
            impact=AlertImpact.SLOWED if new.equipment else AlertImpact.NONE,
            detail=new.characteristic.reaction if new.characteristic else "",
            repeat_key=f"quality.nonconformance:{ncr.pk}",
        ),
    )
    return ncr


def contain(act: UseCase, ncr: Nonconformance, found: Sequence[Suspect], *, loose: Decimal) -> Nonconformance:
    """Hold the lots in doubt that are not held for it yet; without any, `loose` parts of the job are in doubt.

    Joins the caller's transaction; the caller holds the nonconformance's row.
    """
    known = set(NonconformanceLine.objects.filter(nonconformance=ncr).values_list("lot_id", flat=True))
    fresh = [each for each in found if each.lot.pk not in known]
    hold_id = None
    if fresh:
        reason = f"{ncr.code}: {ncr.title}"
        hold_id = hold_lots(act, [each.lot.pk for each in fresh], reason, origin=fresh[0].lot.pk).hold_id
    lines = [
        NonconformanceLine(
            site_id=ncr.site_id, nonconformance=ncr, lot=each.lot, hold_id=hold_id, job_order=ncr.job_order,
            quantity=each.quantity, unit=each.unit, added_at=act.now,
        )
        for each in fresh
    ]  # fmt: skip
    if not lines and not known:
        lines = [
            NonconformanceLine(
                site_id=ncr.site_id, nonconformance=ncr, job_order=ncr.job_order, quantity=loose,
                unit=ncr.material.unit, added_at=act.now,
            )
        ]  # fmt: skip
    NonconformanceLine.objects.bulk_create(lines)
    lots = tuple(each.lot.code for each in fresh)
    if ncr.status == NonconformanceStatus.OPEN:
        move(act, ncr, NonconformanceCommand.CONTAIN)
        machine = ncr.equipment.code if ncr.equipment else ""
        act.publish(
            NonconformanceOpened(
                ncr.site.code, ncr.pk, ncr.code, ncr.title, ncr.origin, machine, ncr.material.code, lots, act.now
            ),
            key=f"nonconformance:{ncr.pk}",
        )
    if lines:
        act.record("quality.nonconformance_contained", subject=ncr, site=ncr.site.code, after={"lots": list(lots)})
    return ncr


def loose_parts(job: JobOrder | None, since: datetime | None) -> Decimal:
    """How many parts of a job are in doubt where nobody keeps lots."""
    return reported_since(job, since) if job is not None else Decimal(0)


def open_of_chart(chart: ControlChart) -> Nonconformance | None:
    """The one that is open for a chart, locked; the caller holds the chart's row, so nobody opens another."""
    rows = Nonconformance.objects.select_for_update(of=("self",)).select_related("site", "material", "equipment")
    return rows.filter(chart=chart, status__in=list(OPEN_NONCONFORMANCES)).order_by("pk").first()


def locked(ncr_id: int) -> Nonconformance:
    """The nonconformance, locked for the rest of the transaction. Raises: NotFound."""
    rows = Nonconformance.objects.select_for_update(of=("self",)).select_related(
        "site", "material", "equipment", "job_order", "characteristic"
    )
    ncr = rows.filter(pk=ncr_id).first()
    if ncr is None:
        raise NotFound(_("There is no such nonconformance."))
    return ncr


def move(act: UseCase, ncr: Nonconformance, asked: NonconformanceCommand) -> None:
    """Give a locked nonconformance a command. Joins the caller's transaction. Raises: IllegalTransition."""
    before = NonconformanceStatus(ncr.status)
    ncr.status = NONCONFORMANCE.apply(before, asked)
    ncr.version += 1
    if asked == NonconformanceCommand.DISPOSE:
        ncr.disposed_at = act.now
    if asked == NonconformanceCommand.CLOSE:
        ncr.closed_at, ncr.closed_by = act.now, act.actor.label
    ncr.save(update_fields=["status", "version", "disposed_at", "closed_at", "closed_by"])
    act.record(
        f"quality.nonconformance_{asked}", subject=ncr, site=ncr.site.code,
        before={"status": before}, after={"status": ncr.status},
    )  # fmt: skip
    tell(ncr.site.code, "nonconformance", ncr.pk, ncr.version)


def close(actor: Actor, ncr_id: int, reason: str) -> Nonconformance:
    """Close a nonconformance whose parts are all decided and reworked: what was reworked may be used again.

    Raises: NotAllowed, NotFound, IllegalTransition; InvalidInput without a reason; Conflict while a rework goes on.
    """
    if len(reason.strip()) < 2:
        raise InvalidInput({"reason": [_("Say why.")]})
    with use_case(actor, reason) as act:
        ncr = locked(ncr_id)
        act.require(permissions.CLOSE_NONCONFORMANCE, ncr.site.code)
        NONCONFORMANCE.apply(NonconformanceStatus(ncr.status), NonconformanceCommand.CLOSE)
        decided = list(ncr.dispositions.select_related("rework_job", "line").order_by("id"))
        open_jobs = sorted(
            each.rework_job.code
            for each in decided
            if each.rework_job is not None and each.rework_job.status in OPEN_JOB_ORDER_STATUSES
        )
        if open_jobs:
            words = {"job": ", ".join(open_jobs)}
            raise Conflict(_("Finish the rework first: job %(job)s.") % words, code="rework_open")
        stays = {each.line_id for each in decided if each.kind == DispositionKind.RETURN}
        reworked = {each.line_id for each in decided if each.kind in MAKES_JOB} - stays
        let_go(act, ncr, [each.line for each in decided if each.line_id in reworked], reason)
        move(act, ncr, NonconformanceCommand.CLOSE)
        act.publish(NonconformanceClosed(ncr.site.code, ncr.pk, ncr.code, act.now), key=f"nonconformance:{ncr.pk}")
        return ncr


def let_go(act: UseCase, ncr: Nonconformance, lines: Collection[NonconformanceLine], reason: str) -> None:
    """Let lots out of the hold of this nonconformance; other holds keep them. Joins the caller's transaction."""
    by_hold: dict[int, set[int]] = {}
    for line in lines:
        if line.hold_id is not None and line.lot_id is not None:
            by_hold.setdefault(line.hold_id, set()).add(line.lot_id)
    for hold_id, lots in sorted(by_hold.items()):
        release_hold(act, hold_id, f"{ncr.code}: {reason}", lots=lots)


def quiet(act: UseCase, ncr: Nonconformance) -> None:
    """The alert of a nonconformance ends: somebody has decided. Joins the caller's transaction."""
    words = _("Decided: %(ncr)s") % {"ncr": ncr.code}
    clear_alert(act, ncr.site, f"quality.nonconformance:{ncr.pk}", by="quality", words=words)
