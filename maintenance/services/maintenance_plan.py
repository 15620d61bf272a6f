"""Maintenance plans: added, changed, paused and taken up again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from maintenance import permissions
from maintenance.engine import recurrence
from maintenance.engine.terms import DueBasis, MeterKind
from maintenance.models import JobPlan, MaintenancePlan
from maintenance.selectors.meter import counted_in_all
from maintenance.services import meter
from maintenance.services.plan_occurrence import locked_plan
from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.errors import Conflict, InvalidInput, NotFound, Stale
from mom.core.use_case import UseCase, use_case
from mom.plant.models import Equipment


@dataclass(frozen=True)
class PlanTerms:
    """When a plan comes due. `rule`: RFC 5545; `meter_interval`: in the meter's own counts. At least one of them."""

    rule: str = ""
    starts_at: datetime | None = None
    basis: DueBasis = DueBasis.DUE
    meter_kind: MeterKind | None = None
    meter_interval: Decimal | None = None
    lead: timedelta = timedelta(0)
    tolerance: timedelta = timedelta(days=1)
    takes_machine: bool = True


def add(
    actor: Actor, equipment: Equipment, job_plan: JobPlan, code: str, terms: PlanTerms, *, name: str = ""
) -> MaintenancePlan:
    """Let a job plan come due on a machine. Its meter counts from what the machine's messages say already.

    Raises: NotAllowed, InvalidInput, Conflict for a code that is taken.
    """
    site = equipment.site
    with use_case(actor) as act:
        act.require(permissions.PLAN, site.code)
        if not code.strip():
            raise InvalidInput({"code": [_("A code is needed.")]})
        if job_plan.site_id != site.pk:
            raise InvalidInput({"job_plan": [_("This job plan belongs to another site.")]})
        plan = MaintenancePlan(site=site, code=code.strip(), name=name.strip(), equipment=equipment, job_plan=job_plan)
        _set(act, plan, terms)
        taken = Conflict(_("Plan %(code)s exists already.") % {"code": plan.code}, code="plan_exists")
        with translating({"maintenance_maintenanceplan_code_unique_in_site": lambda: taken}):
            plan.save(force_insert=True)
        act.record("maintenance.plan_added", subject=plan, site=site.code, after=_plain(plan))
        return plan


def change(
    actor: Actor, plan_id: int, terms: PlanTerms, *, name: str, is_active: bool = True, version: int | None = None
) -> MaintenancePlan:
    """Let it come due at other times from now on; what is due already stays. Raises: as `add`, NotFound, Stale."""
    with use_case(actor) as act:
        plan = _mine(act, plan_id)
        if version is not None and version != plan.version:
            raise Stale(_("Plan %(plan)s was changed meanwhile. Load it again.") % {"plan": plan.code})
        before = _plain(plan)
        plan.name, plan.is_active = name.strip(), is_active
        is_same = (plan.rule, plan.starts_at, plan.basis) == (terms.rule, terms.starts_at, terms.basis)
        is_metered = (plan.meter_kind, plan.meter_interval is None) == (
            terms.meter_kind or "",
            not terms.meter_interval,
        )
        kept = (plan.next_due_at if is_same else None, plan.meter_at if is_metered else None)
        _set(act, plan, terms)
        plan.next_due_at = plan.next_due_at if kept[0] is None else kept[0]
        plan.meter_at = plan.meter_at if kept[1] is None else kept[1]
        plan.version += 1
        plan.save()
        act.record("maintenance.plan_changed", subject=plan, site=plan.site.code, before=before, after=_plain(plan))
        return plan


def _set(act: UseCase, plan: MaintenancePlan, terms: PlanTerms) -> None:
    _check(terms)
    plan.rule = recurrence.checked(terms.rule) if terms.rule else ""
    plan.starts_at = terms.starts_at and terms.starts_at.replace(microsecond=0)  # rules know whole seconds
    plan.lead, plan.tolerance = terms.lead, terms.tolerance
    plan.takes_machine = terms.takes_machine
    plan.meter_kind, plan.meter_interval = terms.meter_kind or "", terms.meter_interval
    is_combined = bool(plan.rule and plan.meter_kind)
    plan.basis = DueBasis.COMPLETED if is_combined else DueBasis(terms.basis)
    plan.next_due_at = plan.starts_at if plan.rule else None
    plan.meter_at = Decimal(0)
    if plan.meter_kind:
        meter.count(act, [plan.equipment_id], act.now - timedelta(days=meter.LATE_DAYS))
        plan.meter_at = counted_in_all(plan.equipment_id, plan.meter_kind)


def _check(terms: PlanTerms) -> None:
    wrong: dict[str, list[str]] = {}
    if not terms.rule and terms.meter_kind is None:
        wrong["rule"] = [_("Say when it comes due: by calendar, by meter, or both.")]
    if terms.rule:
        try:
            recurrence.checked(terms.rule)
        except recurrence.WrongRule:
            wrong["rule"] = [_("This is no rule. A rule is like FREQ=MONTHLY;INTERVAL=3.")]
        if terms.starts_at is None:
            wrong["starts_at"] = [_("Say when it is due first.")]
    if (terms.meter_kind is None) != (terms.meter_interval is None) or (
        terms.meter_interval is not None and terms.meter_interval <= 0
    ):
        wrong["meter_interval"] = [_("A meter needs its interval, more than zero.")]
    if min(terms.lead, terms.tolerance) < timedelta(0):
        wrong["lead"] = [_("A span is not negative.")]
    if wrong:
        raise InvalidInput(wrong)


def pause(actor: Actor, plan_id: int, *, reason: str) -> MaintenancePlan:
    """Let nothing come due until it is taken up again. Raises: NotAllowed, NotFound, InvalidInput, Conflict."""
    if len(reason.strip()) < 2:
        raise InvalidInput({"reason": [_("Say why.")]})
    with use_case(actor, reason) as act:
        plan = _mine(act, plan_id)
        if plan.paused_at is not None:
            raise Conflict(_("It is paused already."), code="plan_paused")
        plan.paused_at, plan.paused_reason = act.now, reason.strip()[:200]
        _save_pause(act, plan, "plan_paused")
        return plan


def take_up(actor: Actor, plan_id: int) -> MaintenancePlan:
    """Let it come due again; dates that passed meanwhile are left out. Raises: NotAllowed, NotFound, Conflict."""
    with use_case(actor) as act:
        plan = _mine(act, plan_id)
        if plan.paused_at is None:
            raise Conflict(_("It is not paused."), code="plan_not_paused")
        plan.paused_at, plan.paused_reason = None, ""
        is_past = plan.next_due_at is not None and plan.next_due_at < act.now
        if is_past and plan.starts_at is not None:
            plan.next_due_at = recurrence.next_due(plan.rule, plan.starts_at, act.now, plan.site.zone)
        _save_pause(act, plan, "plan_taken_up")
        return plan


def _save_pause(act: UseCase, plan: MaintenancePlan, action: str) -> None:
    plan.version += 1
    plan.save(update_fields=["paused_at", "paused_reason", "next_due_at", "version", "changed_at"])
    act.record(f"maintenance.{action}", subject=plan, site=plan.site.code, after=_plain(plan))


def _mine(act: UseCase, plan_id: int) -> MaintenancePlan:
    plan = locked_plan(plan_id)
    if plan is None:
        raise NotFound(_("There is no such plan."))
    act.require(permissions.PLAN, plan.site.code)
    return plan


def _plain(plan: MaintenancePlan) -> dict[str, object]:
    return {
        "machine": plan.equipment.code, "rule": plan.rule, "basis": str(plan.basis), "meter": str(plan.meter_kind),
        "every": None if plan.meter_interval is None else str(plan.meter_interval), "next_due": plan.next_due_at,
        "paused": plan.paused_at,
    }  # fmt: skip
