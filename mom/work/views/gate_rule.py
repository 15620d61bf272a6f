"""Setup, Rules: what is asked before a start, and what forbids it, only warns or isn't asked for, where."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.accounts.models import Site
from mom.core.choices import Text
from mom.core.web.lists import ListPage
from mom.core.web.tables import Column, Tag
from mom.core.web.views import Action, Crumb, FormPage
from mom.plant.models import Equipment
from mom.work import gate, permissions
from mom.work.engine.terms import GateLevel
from mom.work.models.labels import GATE_LEVEL
from mom.work.selectors.gate_rule import gate_rules
from mom.work.services import gate_rule

_TONES = {GateLevel.OFF: "", GateLevel.WARN: "warn", GateLevel.BLOCK: "bad"}


@dataclass(frozen=True)
class Row:
    """How much one source counts at the site, or in an area where a rule says so."""

    source: str
    label: Text
    area: str
    level: GateLevel
    said: Text
    may_change: bool


def rows_of(site: Site, may_change: bool) -> list[Row]:
    """Every source at the whole site, and below it the areas that have a rule of their own. One statement."""
    rules = {(rule.source, rule.equipment.code if rule.equipment else ""): rule for rule in gate_rules(site)}
    found = []
    for source in gate.sources():
        areas = sorted({area for name, area in rules if name == source.name} | {""})
        for area in areas:
            rule = rules.get((source.name, area))
            said = _("Rule") if rule else _("Always so") if source.is_fixed else _("As it comes")
            level = GateLevel(rule.level) if rule else source.level
            found.append(Row(source.name, source.label, area, level, said, may_change and not source.is_fixed))
    return found


def _change_url(row: Row) -> str | None:
    asked = urlencode({"source": row.source, "area": row.area, "level": row.level.value})
    return f"{reverse('work:gate_rule_set')}?{asked}" if row.may_change else None


class GateRuleList(ListPage):
    """What a start asks for."""

    permission = permissions.VIEW
    title = _("Before a start")
    intro = _("What is looked at before a job starts: what forbids it, what only warns, and where.")
    counted = ngettext_lazy("%(count)s line", "%(count)s lines", "count")
    columns = (
        Column("label", _("What is asked"), "label", link=_change_url),
        Column("area", _("Where"), lambda row: row.area or _t("the whole site")),
        Column("level", _("Counts"), lambda row: Tag(GATE_LEVEL.label(row.level), _TONES[row.level]), kind="tag"),
        Column("said", _("Says"), "said", minor=True),
    )
    search_label = _("Find what is asked")

    def get_rows(self) -> list[Row]:
        return rows_of(self.site, self.may(permissions.SET_GATE))

    def get_actions(self) -> Sequence[Action]:
        if not self.may(permissions.SET_GATE):
            return ()
        return (Action(_("Set a rule"), reverse("work:gate_rule_set"), "plus", "primary"),)


class GateRuleForm(forms.Form):
    """What counts how much, where, and why."""

    source = forms.ChoiceField(label=_("What is asked"))
    area = forms.ModelChoiceField(
        label=_("Where"),
        queryset=Equipment.objects.none(),
        required=False,
        to_field_name="code",
        empty_label=_("the whole site"),
        help_text=_("The nearest rule holds: a machine's before its area's, that before the site's."),
    )
    level = forms.ChoiceField(label=_("Counts"), choices=GATE_LEVEL.choices)
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.name, each.label) for each in gate.sources() if not each.is_fixed]
        self.fields["source"].choices = choices  # type: ignore[attr-defined]
        places = Equipment.objects.filter(site=site, is_active=True).order_by("code")
        self.fields["area"].queryset = places  # type: ignore[attr-defined]


class GateRuleSet(FormPage):
    """Sets how much a source counts, at the site or in an area."""

    permission = permissions.SET_GATE
    title = _("Set a rule")
    submit_label = _("Set rule")
    form_class: ClassVar[Any] = GateRuleForm
    success_message = _("The rule holds for every start from now on.")

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("work:gate_rule_list")

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Before a start"), reverse("work:gate_rule_list")),)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def get_initial(self) -> dict[str, Any]:
        return {name: self.request.GET.get(name) for name in ("source", "area", "level")}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        sent = form.cleaned_data
        gate_rule.set_level(
            self.actor,
            self.site,
            sent["source"],
            GateLevel(sent["level"]),
            equipment=sent["area"],
            reason=sent["reason"],
        )
        return reverse("work:gate_rule_list")
