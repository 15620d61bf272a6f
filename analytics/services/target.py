"""Targets set from a day on and ended. A new target ends the one before; what was judged by that stays as it was."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from analytics import permissions
from analytics.engine.book import BOOK
from analytics.engine.kpi import Basis
from analytics.engine.targets import TargetPeriod
from analytics.models import KpiTarget
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.use_case import UseCase, use_case
from mom.plant.models import Equipment, MaterialDefinition


@dataclass(frozen=True)
class NewTarget:
    """What should be reached, where and of which stretch, from when. A ratio is a fraction of one."""

    kpi: str
    value: Decimal
    valid_from: datetime
    equipment: Equipment | None = None
    definition: MaterialDefinition | None = None
    period: TargetPeriod = TargetPeriod.ANY


def target_set(actor: Actor, site: Site, new: NewTarget, *, reason: str = "") -> KpiTarget:
    """Set a target; the one that holds then ends there. Raises: NotAllowed, InvalidInput."""
    with use_case(actor, reason) as act:
        act.require(permissions.SET_TARGET, site.code)
        _check(site, new)
        return _set(act, site, new)


def target_end(actor: Actor, target_id: int, *, at: datetime | None = None, reason: str = "") -> KpiTarget:
    """Let a target end without a new one. Raises: NotAllowed, NotFound, InvalidInput, Conflict."""
    with use_case(actor, reason) as act:
        rows = KpiTarget.objects.select_for_update(of=("self",)).select_related("site")
        target = rows.filter(pk=target_id).first()
        if target is None:
            raise NotFound(_("There is no such target."))
        act.require(permissions.SET_TARGET, target.site.code)
        at = at or act.now
        if target.valid_until is not None and target.valid_until <= at:
            raise Conflict(_("It ended before that already."), code="target_ended")
        if at <= target.valid_from:
            raise InvalidInput({"at": [_("It ends after it begins.")]})
        return _end(act, target, at)


def _check(site: Site, new: NewTarget) -> None:
    """Raises: InvalidInput with everything that is wrong."""
    wrong: dict[str, list[str]] = {}
    kpi = BOOK.get(new.kpi)
    if kpi is None:
        wrong["kpi"] = [_("The KPI book has no such figure.")]
    elif kpi.basis == Basis.NONE:
        wrong["kpi"] = [_("Nothing computes this figure yet.")]
    if not 1970 <= new.valid_from.year <= 2199:
        wrong["valid_from"] = [_("Give a year from 1970 to 2199.")]
    for name, thing in (("equipment", new.equipment), ("definition", new.definition)):
        if thing is not None and thing.site_id != site.pk:
            wrong[name] = [_("This belongs to another site.")]
    if wrong:
        raise InvalidInput(wrong)


def _set(act: UseCase, site: Site, new: NewTarget) -> KpiTarget:
    of = {"site": site, "kpi": new.kpi, "period": new.period, "equipment": new.equipment, "definition": new.definition}
    Site.objects.select_for_update(no_key=True).get(
        pk=site.pk
    )  # one at a time: the first of a place has no row to lock
    same = KpiTarget.objects.select_for_update(of=("self",)).select_related("site").filter(**of).order_by("pk")
    held = list(same.exclude(valid_until__lte=new.valid_from))
    present = next((each for each in held if each.valid_from <= new.valid_from), None)
    following = min((each.valid_from for each in held if each.valid_from > new.valid_from), default=None)
    if present is not None:
        if present.value == new.value and present.valid_until == following:
            return present
        if present.valid_from == new.valid_from:
            raise InvalidInput(
                {"valid_from": [_("A target begins at that instant already. Choose a later day.")]},
                code="target_overlaps", status=409,
            )  # fmt: skip
        _end(act, present, new.valid_from)
    target = KpiTarget(**of, value=new.value, valid_from=new.valid_from, valid_until=following)
    try:
        target.clean_fields()
    except ValidationError as error:
        raise InvalidInput({name: list(each) for name, each in error.message_dict.items()}) from None
    target.save(force_insert=True)
    after = {
        "kpi": target.kpi,
        "period": str(target.period),
        "equipment": new.equipment.code if new.equipment else "",
        "definition": new.definition.code if new.definition else "",
        "value": target.value,
        "valid_from": target.valid_from,
    }
    act.record("analytics.target_set", subject=target, site=site.code, after=after)
    return target


def _end(act: UseCase, target: KpiTarget, at: datetime) -> KpiTarget:
    before = target.valid_until
    target.valid_until = at
    target.save(update_fields=["valid_until"])
    act.record(
        "analytics.target_ended", subject=target, site=target.site.code,
        before={"valid_until": before}, after={"valid_until": at},
    )  # fmt: skip
    return target
