"""Acts on many lots or people at once, as their lists offer them."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import Conflict
from mom.core.web.bulk import BulkAction, ReasonForm
from mom.plant import permissions
from mom.plant.engine.terms import LotDisposition
from mom.plant.models import MaterialLot, Person, PersonnelClass, Qualification
from mom.plant.models.labels import LOT_DISPOSITION
from mom.plant.services import master_data
from mom.plant.services.person import qualification_end


def _dispose(
    to: LotDisposition, of: frozenset[LotDisposition]
) -> Callable[[Actor, MaterialLot, Mapping[str, Any]], object]:
    def run(actor: Actor, lot: MaterialLot, values: Mapping[str, Any]) -> object:
        if lot.disposition not in of:
            words = {"lot": lot.code, "disposition": LOT_DISPOSITION.label(lot.disposition)}
            raise Conflict(_t("Lot %(lot)s is: %(disposition)s.") % words, code="lot_disposition")
        changes = {"disposition": to, "version": lot.version, "reason": values["reason"]}
        return master_data.change(actor, MaterialLot, lot.pk, **changes)

    return run


class EndSkillForm(forms.Form):
    """Which skill ends, and on which day."""

    skill = forms.ModelChoiceField(label=_("Skill"), queryset=PersonnelClass.objects.none())
    valid_until = forms.DateField(
        label=_("Ends on"), help_text=_("The first day without it."), widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, min_length=2)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        skills = PersonnelClass.objects.filter(site=site, is_active=True).order_by("code")
        self.fields["skill"].queryset = skills  # type: ignore[attr-defined]


def _end_skill(actor: Actor, person: Person, values: Mapping[str, Any]) -> object:
    until = values["valid_until"]
    held = Qualification.objects.filter(person=person, personnel_class=values["skill"], valid_from__lt=until)
    qualification = held.filter(Q(valid_until=None) | Q(valid_until__gt=until)).order_by("-valid_from").first()
    if qualification is None:
        words = {"person": person.name or person.code, "skill": str(values["skill"])}
        raise Conflict(_t("%(person)s does not hold %(skill)s on that day.") % words, code="skill_not_held")
    return qualification_end(actor, qualification.pk, valid_until=until, reason=values["reason"])


LOT_ACTIONS = (
    BulkAction(
        "hold",
        _("Hold"),
        permissions.CHANGE,
        _dispose(LotDisposition.RESTRICTED, frozenset({LotDisposition.UNRESTRICTED, LotDisposition.IN_PROCESS})),
        confirm=ngettext_lazy("Hold %(count)s lot", "Hold %(count)s lots", "count"),
        form_class=ReasonForm,
    ),
    BulkAction(
        "release",
        _("Release"),
        permissions.CHANGE,
        _dispose(LotDisposition.UNRESTRICTED, frozenset({LotDisposition.RESTRICTED})),
        confirm=ngettext_lazy("Release %(count)s lot", "Release %(count)s lots", "count"),
        form_class=ReasonForm,
    ),
)
PERSON_ACTIONS = (
    BulkAction(
        "end-skill",
        _("End skill"),
        permissions.CHANGE,
        _end_skill,
        confirm=ngettext_lazy("End a skill of %(count)s person", "End a skill of %(count)s people", "count"),
        form_class=EndSkillForm,
    ),
)
