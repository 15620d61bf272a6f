"""Saying how much a source of the gate counts, at the site or in an area of it."""

from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.errors import Conflict, InvalidInput
from mom.core.use_case import use_case
from mom.plant.models import Equipment
from mom.plant.public import insert_row, update_row
from mom.work import gate, permissions
from mom.work.engine.terms import GateLevel
from mom.work.models import GateRule


def set_level(
    actor: Actor, site: Site, source: str, level: GateLevel, *, equipment: Equipment | None = None, reason: str = ""
) -> GateRule:
    """Let a source forbid, warn or stay silent from now on; the rule of the same place is changed. The same again
    changes nothing.

    Raises: NotAllowed; Conflict where somebody else set it at the same moment; InvalidInput for a source that is not
    there or can't be set, or an area of another site.
    """
    with use_case(actor, reason) as act:
        act.require(permissions.SET_GATE, site.code)
        _check(site, source, equipment)
        rows = GateRule.objects.select_for_update(of=("self",)).select_related("site")
        rule = rows.filter(site=site, source=source, equipment=equipment).first()
        if rule is None:
            added = GateRule(site=site, source=source, equipment=equipment, level=level.value)
            with translating({"work_gaterule_once": _just_set}):
                return insert_row(act, added, action="work.gate_rule_set")
        if rule.level == level:
            return rule
        return update_row(act, rule, {"level": level.value}, action="work.gate_rule_set")


def _just_set() -> Conflict:
    return Conflict(_("Somebody has just set this. Load it again."), code="gate_rule_exists")


def _check(site: Site, source: str, equipment: Equipment | None) -> None:
    wrong: dict[str, list[str]] = {}
    known = {each.name: each for each in gate.sources()}
    if source not in known:
        names = ", ".join(name for name, each in known.items() if not each.is_fixed)
        wrong["source"] = [_("There is no such source. Choose one of: %(names)s.") % {"names": names}]
    elif known[source].is_fixed:
        wrong["source"] = [_("This always forbids a start: it is the state of the record itself.")]
    if equipment is not None and equipment.site_id != site.pk:
        wrong["equipment"] = [_("This area belongs to another site.")]
    if wrong:
        raise InvalidInput(wrong)
