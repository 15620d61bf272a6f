"""What people type about an alert rule. Percent, minutes: as people say them; the service judges."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.engine.alert_rule import RuleSubject
from analytics.models import AlertRule
from analytics.models.alert_rule_labels import RULE_FIGURE, RULE_SIDE, RULE_SUBJECT
from mom.accounts.models import Site
from mom.core.web.inputs import MomentInput, QuantityInput
from mom.floor.models.labels import MACHINE_STATE
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import Equipment, Reason
from mom.work.models import AlertTeam
from mom.work.models.alert_labels import ALERT_IMPACT, ALERT_SEVERITY

NONE = ("", _("none"))
HUNDRED = Decimal(100)


class AlertRuleForm(forms.Form):
    """A rule; what its subject does not ask for is left out."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    code = forms.CharField(label=_("Code"), max_length=64)
    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("What people read on the page and the wall."))
    subject = forms.ChoiceField(label=_("Watches"), choices=RULE_SUBJECT.choices)
    equipment = forms.ModelChoiceField(
        label=_("Where"), queryset=Equipment.objects.none(), required=False, empty_label=_("every machine"),
        help_text=_("An area or line stands for every machine in it."),
    )  # fmt: skip
    state = forms.ChoiceField(label=_("State"), choices=[NONE, *MACHINE_STATE.choices], required=False)
    reason = forms.ModelChoiceField(
        label=_("Only for the reason"), queryset=Reason.objects.none(), required=False, empty_label=_("any")
    )
    signal = forms.CharField(
        label=_("Signal"), max_length=64, required=False, help_text=_("The name that the machine sends.")
    )
    side = forms.ChoiceField(label=_("When it is"), choices=[NONE, *RULE_SIDE.choices], required=False)
    figure = forms.ChoiceField(label=_("Figure"), choices=[NONE, *RULE_FIGURE.choices], required=False)
    threshold = QuantityInput(
        label=_("Limit"), required=False, help_text=_("Of a figure in percent; empty: its target, or 100 %.")
    )
    dead_band = QuantityInput(
        label=_("Dead band"), required=False, help_text=_("It is over when the value is back by so much.")
    )
    minutes = QuantityInput(label=_("For longer than, minutes"), required=False, max_digits=8)
    least_minutes = forms.IntegerField(
        label=_("Figures: after planned minutes"), min_value=0, max_value=1440, initial=60, required=False
    )
    team = forms.ModelChoiceField(
        label=_("Calls"), queryset=AlertTeam.objects.none(), required=False, empty_label=_("nobody, page and wall only")
    )
    severity = forms.ChoiceField(label=_("Severity"), choices=ALERT_SEVERITY.choices, initial="warn")
    impact = forms.ChoiceField(label=_("Impact"), choices=ALERT_IMPACT.choices, initial="none")
    valid_from = MomentInput(label=_("Valid from"), required=False, help_text=_("Empty: from now on."))
    valid_until = MomentInput(label=_("Valid until"), required=False)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Equipment.objects.filter(site=site, is_active=True).order_by("level", "code")
        reasons = Reason.objects.filter(site=site, kind=ReasonKind.STOP, is_active=True).order_by("position", "code")
        teams = AlertTeam.objects.filter(site=site, is_active=True).order_by("position", "code")
        for name, rows in (("equipment", places), ("reason", reasons), ("team", teams)):
            self.fields[name].queryset = rows  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the service takes: a figure's limit as a fraction of one, the delay as a length of time."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        values["delay"] = timedelta(minutes=float(values.pop("minutes") or 0))
        is_figure = values["subject"] == RuleSubject.FIGURE
        for name in ("threshold", "dead_band"):
            if values[name] is not None and is_figure:
                values[name] = values[name] / HUNDRED
        values["dead_band"] = values["dead_band"] or Decimal(0)
        if values["least_minutes"] is None:
            values["least_minutes"] = 60
        return values


def initial_of(rule: AlertRule) -> dict[str, Any]:
    """A rule as the form shows it."""
    names = (
        "version", "code", "name", "subject", "equipment", "state", "reason", "signal", "side", "figure",
        "least_minutes", "team", "severity", "impact", "is_active",
    )  # fmt: skip
    shown = {name: getattr(rule, name) for name in names}
    factor = HUNDRED if rule.subject == RuleSubject.FIGURE else Decimal(1)
    zone = rule.site.zone
    for name in ("valid_from", "valid_until"):
        at = getattr(rule, name)
        shown[name] = at.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if at else None
    return shown | {
        "threshold": plain(rule.threshold * factor) if rule.threshold is not None else None,
        "dead_band": plain(rule.dead_band * factor),
        "minutes": plain(Decimal(rule.delay.total_seconds()) / 60),
    }


def plain(value: Decimal) -> str:
    """A number without zeros at its end."""
    return f"{value.quantize(Decimal('0.0001')).normalize():f}"
