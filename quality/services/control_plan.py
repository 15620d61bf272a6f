"""What is inspected: drafts are added, approved later, and retired by the next version."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

from django.db.models import Max
from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.engine.units import UNITS
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.use_case import UseCase, use_case
from mom.plant.models import Equipment, MaterialDefinition
from quality import permissions
from quality.engine.constants import LARGEST
from quality.engine.nelson import ALL_RULES
from quality.engine.terms import CharacteristicKind, ChartKind, PlanCommand, PlanStatus
from quality.engine.transitions import CONTROL_PLAN
from quality.models import Characteristic, ControlPlan
from quality.selectors.control_plan import with_characteristics


@dataclass(frozen=True)
class NewCharacteristic:
    """What is inspected, how, how often, and the reaction; limits in `unit`."""

    code: str
    name: str
    kind: CharacteristicKind = CharacteristicKind.VARIABLE
    nominal: Decimal | None = None
    lower_limit: Decimal | None = None
    upper_limit: Decimal | None = None
    unit: str = ""
    operation: str = ""
    equipment: Equipment | None = None
    method: str = ""
    gauge_type: str = ""
    sample_size: int = 1
    is_first_off: bool = False
    every_pieces: int | None = None
    every_minutes: int | None = None
    is_after_setup: bool = False
    after_stop_minutes: int | None = None
    is_blocking: bool = False
    chart: ChartKind = ChartKind.NONE
    rules: Sequence[int] = ALL_RULES
    reaction: str = ""


@dataclass(frozen=True)
class NewPlan:
    """A product, and what of it is inspected, in order."""

    code: str
    material: MaterialDefinition
    characteristics: Sequence[NewCharacteristic]
    name: str = ""


def create(actor: Actor, site: Site, new: NewPlan) -> ControlPlan:
    """Add the next version of a control plan, as a draft.

    Raises: NotAllowed; InvalidInput for whatever is missing, contradicts itself, or is of another site.
    """
    with use_case(actor) as act:
        act.require(permissions.CHANGE_PLAN, site.code)
        return add(act, site, new)


def add(act: UseCase, site: Site, new: NewPlan) -> ControlPlan:
    """The same within the caller's transaction; rights are the caller's to ask."""
    wrong = problems(site, new)
    if wrong:
        raise InvalidInput(wrong)
    before = ControlPlan.objects.filter(site=site, code=new.code)
    plan = ControlPlan.objects.create(
        site=site,
        code=new.code,
        number=(before.aggregate(last=Max("number"))["last"] or 0) + 1,
        name=new.name,
        material=new.material,
        created_at=act.now,
        created_by=act.actor.label,
    )
    Characteristic.objects.bulk_create(
        Characteristic(
            site=site, control_plan=plan, position=10 * (index + 1), **{**vars(each), "rules": sorted(set(each.rules))}
        )
        for index, each in enumerate(new.characteristics)
    )
    after = {"number": plan.number, "characteristics": len(new.characteristics)}
    act.record("quality.control_plan_added", subject=plan, site=site.code, after=after)
    return plan


def latest(site: Site, codes: Collection[str]) -> dict[str, NewPlan]:
    """The content of the newest version of each of these codes. Two statements."""
    rows = ControlPlan.objects.filter(site=site, code__in=codes).order_by("code", "-number").distinct("code")
    return {row.code: as_new(row) for row in with_characteristics(rows)}


def as_new(plan: ControlPlan) -> NewPlan:
    """What a version says, as it would be said anew."""
    names = [field.name for field in fields(NewCharacteristic)]
    found = [NewCharacteristic(**{name: getattr(each, name) for name in names}) for each in plan.characteristics.all()]
    return NewPlan(plan.code, plan.material, found, name=plan.name)


def is_same(one: NewPlan, other: NewPlan) -> bool:
    """Whether two contents say the same, in the same order."""
    return _content(one) == _content(other)


def _content(new: NewPlan) -> object:
    return (
        new.code,
        new.name,
        new.material.pk,
        [{**vars(each), "rules": set(each.rules)} for each in new.characteristics],
    )


def problems(site: Site, new: NewPlan) -> dict[str, list[str]]:
    """What is wrong with a plan, by field, all of it at once; nothing where it can be added."""
    wrong: dict[str, list[str]] = {}
    if not new.code.strip():
        wrong["code"] = [_("A code is needed.")]
    if not new.characteristics:
        wrong["characteristics"] = [_("Give at least one characteristic.")]
    codes = [each.code for each in new.characteristics]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        wrong["characteristics"] = [_("%(code)s is there twice.") % {"code": ", ".join(twice)}]
    said = [sentence for each in new.characteristics for sentence in problems_of(each)]
    if said:
        wrong.setdefault("characteristics", []).extend(said)
    machines = [each.equipment for each in new.characteristics if each.equipment is not None]
    if any(row.site_id != site.pk for row in [new.material, *machines]):
        wrong["site"] = [_("A material or machine belongs to another site.")]
    return wrong


def problems_of(new: NewCharacteristic) -> list[str]:
    """What is wrong with one characteristic, in sentences that name it."""
    words = {"code": new.code or "?"}
    said = []
    if not new.code.strip() or not new.name.strip():
        said.append(_("%(code)s needs a code and a name.") % words)
    if new.kind == CharacteristicKind.VARIABLE:
        said += _problems_of_measured(new, words)
    elif (new.lower_limit, new.upper_limit, new.nominal) != (None, None, None) or new.chart != ChartKind.NONE:
        said.append(_("%(code)s is not measured: it has no limits and no chart.") % words)
    if new.sample_size < 1:
        said.append(_("%(code)s needs a sample size of at least 1.") % words)
    if new.chart == ChartKind.I_MR and new.sample_size != 1:
        said.append(_("%(code)s: a chart of single values takes samples of 1.") % words)
    if new.chart == ChartKind.XBAR_R and not 2 <= new.sample_size <= LARGEST:
        said.append(_("%(code)s: a chart of means takes samples of 2 to 25.") % words)
    if not set(new.rules) <= set(ALL_RULES):
        said.append(_("%(code)s: rules are numbered 1 to 8.") % words)
    if any(every is not None and every < 1 for every in (new.every_pieces, new.every_minutes)):
        said.append(_("%(code)s: a frequency is at least 1.") % words)
    return said


def _problems_of_measured(new: NewCharacteristic, words: dict[str, str]) -> list[str]:
    said = []
    if new.unit not in UNITS:
        said.append(_("%(code)s is measured: give a unit code such as MMT.") % words)
    if new.lower_limit is None and new.upper_limit is None:
        said.append(_("%(code)s is measured: give a lower or an upper limit.") % words)
    if new.lower_limit is not None and new.upper_limit is not None and new.lower_limit > new.upper_limit:
        said.append(_("%(code)s: the lower limit is above the upper one.") % words)
    return said


def approve(actor: Actor, plan_id: int) -> ControlPlan:
    """Approve a draft: it asks for inspections from now on and never changes; the version before it is retired.

    Raises: NotAllowed, NotFound, IllegalTransition; Conflict where the product has another approved plan.
    """
    with use_case(actor) as act:
        plan = _locked(plan_id)
        act.require(permissions.APPROVE_PLAN, plan.site.code)
        return approved(act, plan)


def approved(act: UseCase, plan: ControlPlan) -> ControlPlan:
    """The same for a locked draft within the caller's transaction; rights are the caller's to ask."""
    after = CONTROL_PLAN.apply(PlanStatus(plan.status), PlanCommand.APPROVE)
    rows = ControlPlan.objects.select_for_update(of=("self",)).select_related("site")
    older = rows.filter(site=plan.site_id, code=plan.code, status=PlanStatus.APPROVED).order_by("id").first()
    if older is not None:
        _move(act, older, CONTROL_PLAN.apply(PlanStatus(older.status), PlanCommand.RETIRE))
    plan.approved_at, plan.approved_by = act.now, act.actor.label
    taken = _("%(material)s has another approved control plan.") % {"material": plan.material.code}
    refusals = {"quality_controlplan_one_approved_a_product": lambda: Conflict(taken, code="product_has_plan")}
    with translating(refusals):
        return _move(act, plan, after)


def _move(act: UseCase, plan: ControlPlan, after: PlanStatus) -> ControlPlan:
    before = plan.status
    plan.status = after
    plan.save(update_fields=["status", "approved_at", "approved_by"])
    act.record(
        f"quality.control_plan_{after}",
        subject=plan,
        site=plan.site.code,
        before={"status": before},
        after={"status": after, "number": plan.number},
    )
    return plan


def _locked(plan_id: int) -> ControlPlan:
    rows = ControlPlan.objects.select_for_update(of=("self",)).select_related("site", "material")
    plan = rows.filter(pk=plan_id).first()
    if plan is None:
        raise NotFound(_("There is no such control plan."))
    return plan
