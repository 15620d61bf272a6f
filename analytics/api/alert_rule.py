"""Alert rules in the API: listed, read, added, changed, taken out of use. `/api/v1/analytics/alert-rules/`."""

from typing import Any

from django.utils.translation import gettext as _
from django_filters import BooleanFilter, CharFilter, ChoiceFilter
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers as drf
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import permissions
from analytics.models import AlertRule
from analytics.models.alert_rule_labels import RULE_FIGURE, RULE_SIDE, RULE_SUBJECT
from analytics.services.alert_rule import rule_add, rule_change
from mom.accounts.models import Site
from mom.core.api import etags
from mom.core.api.filters import SiteFilterSet
from mom.core.api.serializers import (
    BooleanField,
    CharField,
    ChoiceField,
    DateTimeField,
    DecimalField,
    DurationField,
    IntegerField,
    ModelSerializer,
    Serializer,
)
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.core.errors import InvalidInput
from mom.floor.models.labels import MACHINE_STATE
from mom.plant.models import Equipment, Reason
from mom.work.models import AlertTeam
from mom.work.models.alert_labels import ALERT_IMPACT, ALERT_SEVERITY


class AlertRuleSerializer(ModelSerializer):
    """When an alert is raised by itself. A figure's limit is a fraction of one: 0.85; empty: its target, or 1."""

    site = CharField(source="site.code", read_only=True)
    machine = drf.CharField(source="equipment.code", read_only=True, allow_null=True, default=None)
    reason = drf.CharField(source="reason.code", read_only=True, allow_null=True, default=None)
    team = drf.CharField(source="team.code", read_only=True, allow_null=True, default=None)

    class Meta:
        model = AlertRule
        fields = (
            "id", "site", "code", "name", "description", "subject", "machine", "state", "reason", "signal", "side",
            "figure", "threshold", "dead_band", "delay", "least_minutes", "team", "severity", "impact", "valid_from",
            "valid_until", "is_active", "version", "created_at", "changed_at",
        )  # fmt: skip
        read_only_fields = fields


class AlertRuleChangeSerializer(Serializer):
    """What may be changed of a rule; what is left out stays. Places, reasons and teams by their code, "" for none."""

    code = CharField(max_length=64, required=False)
    name = CharField(max_length=200, required=False, allow_blank=True)
    description = CharField(required=False, allow_blank=True, max_length=2_000)
    subject = ChoiceField(choices=RULE_SUBJECT.choices, required=False)
    machine = CharField(max_length=64, required=False, allow_blank=True, help_text="A machine, line or area.")
    state = ChoiceField(choices=MACHINE_STATE.choices, required=False, allow_blank=True)
    reason = CharField(max_length=64, required=False, allow_blank=True, help_text="A stop reason's code.")
    signal = CharField(max_length=64, required=False, allow_blank=True)
    side = ChoiceField(choices=RULE_SIDE.choices, required=False, allow_blank=True)
    figure = ChoiceField(choices=RULE_FIGURE.choices, required=False, allow_blank=True)
    threshold = DecimalField(max_digits=18, decimal_places=6, required=False, allow_null=True)
    dead_band = DecimalField(max_digits=18, decimal_places=6, required=False)
    delay = DurationField(required=False, help_text="For longer than: PT10M.")
    least_minutes = IntegerField(min_value=0, max_value=1440, required=False)
    team = CharField(max_length=64, required=False, allow_blank=True, help_text="The team that is called.")
    severity = ChoiceField(choices=ALERT_SEVERITY.choices, required=False)
    impact = ChoiceField(choices=ALERT_IMPACT.choices, required=False)
    valid_from = DateTimeField(required=False)
    valid_until = DateTimeField(required=False, allow_null=True)
    is_active = BooleanField(required=False)


class NewAlertRuleSerializer(AlertRuleChangeSerializer):
    """A rule that is added."""

    site = CharField(max_length=20, help_text="The site's code.")
    code = CharField(max_length=64)
    subject = ChoiceField(choices=RULE_SUBJECT.choices)


class AlertRuleFilters(SiteFilterSet):
    """By site, code, subject and use."""

    code = CharFilter()
    subject = ChoiceFilter(choices=RULE_SUBJECT.choices)
    is_active = BooleanFilter()


class AlertRuleViewSet(ReadOnlyViewSet):
    """Rules that raise alerts."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "create": permissions.SET_ALERT_RULE,
        "partial_update": permissions.SET_ALERT_RULE,
    }
    http_method_names = ["get", "post", "patch", "head", "options"]
    serializer_class = AlertRuleSerializer
    queryset = AlertRule.objects.select_related("site", "equipment", "reason", "team")
    filterset_class = AlertRuleFilters
    ordering_fields, ordering = ("code", "id"), ("code",)

    @extend_schema(
        request=NewAlertRuleSerializer,
        responses={201: AlertRuleSerializer},
        examples=[
            OpenApiExample(
                "Down for longer than 10 minutes",
                value={
                    "site": "NORRTAL", "code": "DOWN", "name": "Down", "subject": "state", "state": "down",
                    "delay": "PT10M", "team": "MAINT", "severity": "bad", "impact": "stopped",
                },
                request_only=True,
            )
        ],
    )  # fmt: skip
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add a rule."""
        body = NewAlertRuleSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        sent = dict(body.validated_data)
        actor: Any = request.actor  # type: ignore[attr-defined]
        site = Site.objects.filter(code=sent.pop("site"), is_active=True).first()
        if site is None or not actor.may(permissions.VIEW, site.code):
            raise InvalidInput({"site": [_("There is no such site, or none of yours.")]})
        rule = rule_add(actor, site, **_values(site.pk, sent))
        return self.answer(self.queryset.get(pk=rule.pk), status.HTTP_201_CREATED)

    @extend_schema(request=AlertRuleChangeSerializer, responses=AlertRuleSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change a rule from the version that was read; out of use, what it has open ends by itself."""
        row = self.get_object()
        version = etags.require_match(request, row)
        body = AlertRuleChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        changes = _values(row.site_id, dict(body.validated_data))
        rule_change(request.actor, row.pk, version=version, **changes)  # type: ignore[attr-defined]
        return self.answer(self.queryset.get(pk=row.pk))


_NAMED: dict[str, tuple[str, Any, dict[str, str]]] = {
    "machine": ("equipment", Equipment, {}),
    "reason": ("reason", Reason, {"kind": "stop"}),
    "team": ("team", AlertTeam, {}),
}


def _values(site_id: int, sent: dict[str, Any]) -> dict[str, Any]:
    """From the codes in a body to the rows that they name. Raises: InvalidInput."""
    for field, (name, model, more) in _NAMED.items():
        if field not in sent:
            continue
        code = sent.pop(field)
        row = model.objects.filter(site_id=site_id, code=code, **more).first() if code else None
        if code and row is None:
            raise InvalidInput({field: [_("This site has none with the code %(code)s.") % {"code": code}]})
        sent[name] = row
    return sent
