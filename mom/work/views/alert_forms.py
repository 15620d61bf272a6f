"""What people type about alerts, teams, turns on call and escalation. The services judge."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from mom.accounts.models import Role, Site
from mom.core.web.inputs import MomentInput
from mom.plant.models import Person, Reason
from mom.work.engine.alert import EscalationTarget
from mom.work.forms import ActForm
from mom.work.models import AlertTeam
from mom.work.models.alert_labels import ESCALATION_TARGET, TEAM_ICON


def people_of(site: Site) -> QuerySet[Person]:
    """Who works at the site now."""
    return Person.objects.filter(site=site, is_active=True).order_by("code")


def teams_of(site: Site) -> QuerySet[AlertTeam]:
    """The teams of the site that are in use."""
    return AlertTeam.objects.filter(site=site, is_active=True).order_by("position", "code")


class AnswerForm(ActForm):
    """Who does it: the badge of somebody, where it is not who is signed in."""

    person = forms.ModelChoiceField(label=_("Who"), queryset=Person.objects.none(), required=False)
    seen_holder = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people_of(site)  # type: ignore[attr-defined]
        self.fields["person"].empty_label = _("who is signed in")  # type: ignore[attr-defined]


class SolveForm(AnswerForm):
    """What it was."""

    reason = forms.ModelChoiceField(label=_("Cause"), queryset=Reason.objects.none(), required=False)
    cause = forms.CharField(label=_("In words"), max_length=300, required=False)

    field_order = ("reason", "cause", "person")

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, site=site, **kwargs)
        found = Reason.objects.filter(site=site, is_active=True, kind="stop").order_by("position", "code")
        self.fields["reason"].queryset = found  # type: ignore[attr-defined]
        self.fields["reason"].empty_label = _("none of the list")  # type: ignore[attr-defined]


class HandOverForm(AnswerForm):
    """To whom."""

    to_person = forms.ModelChoiceField(label=_("To a person"), queryset=Person.objects.none(), required=False)
    to_team = forms.ModelChoiceField(
        label=_("or to a team"),
        queryset=AlertTeam.objects.none(),
        required=False,
        help_text=_("With a team it waits again, and escalates from now."),
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    field_order = ("to_person", "to_team", "note", "person")

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, site=site, **kwargs)
        self.fields["to_person"].queryset = people_of(site)  # type: ignore[attr-defined]
        self.fields["to_team"].queryset = teams_of(site)  # type: ignore[attr-defined]


class MuteForm(ActForm):
    """Until when, and why."""

    until = MomentInput(label=_("Silent until"))
    reason = forms.CharField(label=_("Why"), max_length=200)


class CallForm(ActForm):
    """Who is called, and whether the machine stands."""

    team = forms.ModelChoiceField(label=_("Team"), queryset=AlertTeam.objects.none())
    is_standing = forms.BooleanField(label=_("The machine stands"), required=False)
    note = forms.CharField(label=_("What is wrong"), max_length=300, required=False)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams_of(site)  # type: ignore[attr-defined]


class TeamForm(forms.Form):
    """A team and its people."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    code = forms.CharField(label=_("Code"), max_length=64)
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    icon = forms.ChoiceField(label=_("Sign"), choices=TEAM_ICON.choices)
    position = forms.IntegerField(label=_("Place on the sheet"), min_value=0, max_value=999, initial=50)
    email = forms.EmailField(
        label=_("E-mail of the team"), required=False, help_text=_("Told beside its people when the whole team is.")
    )
    members = forms.ModelMultipleChoiceField(label=_("People"), queryset=Person.objects.none(), required=False)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].queryset = people_of(site)  # type: ignore[attr-defined]


class TurnForm(forms.Form):
    """Who is on call from when until when."""

    team = forms.ModelChoiceField(label=_("Team"), queryset=AlertTeam.objects.none())
    person = forms.ModelChoiceField(label=_("Person"), queryset=Person.objects.none())
    started_at = MomentInput(label=_("From"))
    ended_at = MomentInput(label=_("Until"))
    is_deputy = forms.BooleanField(
        label=_("As deputy"), required=False, help_text=_("Called where nobody else is on call.")
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams_of(site)  # type: ignore[attr-defined]
        self.fields["person"].queryset = people_of(site)  # type: ignore[attr-defined]


class StepForm(forms.Form):
    """Whom to tell after how long."""

    after_minutes = forms.IntegerField(
        label=_("After minutes"), min_value=0, max_value=10_080, initial=10, help_text=_("0: at once.")
    )
    target = forms.ChoiceField(label=_("Tell"), choices=ESCALATION_TARGET.choices)
    person = forms.ModelChoiceField(label=_("Person"), queryset=Person.objects.none(), required=False)
    other_team = forms.ModelChoiceField(
        label=_("Team"), queryset=AlertTeam.objects.none(), required=False, empty_label=_("this team")
    )
    role = forms.ModelChoiceField(label=_("Role"), queryset=Role.objects.none(), required=False)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people_of(site)  # type: ignore[attr-defined]
        self.fields["other_team"].queryset = teams_of(site)  # type: ignore[attr-defined]
        self.fields["role"].queryset = Role.objects.order_by("name")  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """What goes with the target; the rest was left behind in another field."""
        values = dict(self.cleaned_data)
        values["target"] = EscalationTarget(values["target"])
        return values


class WithdrawForm(forms.Form):
    """Why a turn or a step is not taken."""

    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
