"""Teams, turns on call and steps of escalation in the API."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters import BooleanFilter, CharFilter
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers as drf
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.accounts.models import Role
from mom.core.api import etags
from mom.core.api.filters import InstantFilter, SiteFilterSet
from mom.core.api.serializers import (
    BooleanField,
    CharField,
    ChoiceField,
    DateTimeField,
    IntegerField,
    ModelSerializer,
    Serializer,
)
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.core.errors import InvalidInput
from mom.plant.models import Person
from mom.work import permissions
from mom.work.api.naming import named, site_of
from mom.work.api.versions import IF_MATCH, version_sent
from mom.work.engine.alert import EscalationTarget
from mom.work.models import AlertTeam, EscalationStep, RotaEntry
from mom.work.models.alert_labels import ESCALATION_TARGET, TEAM_ICON
from mom.work.services import alert_team


class PlacedSerializer(Serializer):
    """What is added names its site."""

    site = CharField(max_length=20, help_text="The site's code.")


class BadgesField(drf.ListField):
    """People by their badges."""

    child = CharField(max_length=64)


class AlertTeamSerializer(ModelSerializer):
    """People who are called together."""

    site = CharField(source="site.code", read_only=True)
    members = drf.SerializerMethodField(help_text="Badges of its people.")

    class Meta:
        model = AlertTeam
        fields = (
            "id", "site", "code", "name", "description", "icon", "position", "email", "members", "is_active", "version",
            "created_at", "changed_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_members(self, team: AlertTeam) -> list[str]:
        """Badges, in order."""
        return sorted(person.code for person in team.members.all())


class TeamChangeSerializer(Serializer):
    """What may be changed of a team; what is left out stays."""

    code = CharField(max_length=64, required=False)
    name = CharField(max_length=200, required=False, allow_blank=True)
    description = CharField(required=False, allow_blank=True, max_length=2_000)
    icon = ChoiceField(choices=TEAM_ICON.choices, required=False)
    position = IntegerField(min_value=0, max_value=999, required=False)
    email = CharField(max_length=254, required=False, allow_blank=True)
    members = BadgesField(required=False, help_text="Badges of its people.")
    is_active = BooleanField(required=False)


class NewTeamSerializer(PlacedSerializer, TeamChangeSerializer):
    """A team that is added; it tells who is on call at once."""

    code = CharField(max_length=64)


class TeamFilters(SiteFilterSet):
    """Teams by site, code and whether they are in use."""

    code = CharFilter()
    is_active = BooleanFilter()


class AlertTeamViewSet(ReadOnlyViewSet):
    """Teams that can be called."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "create": permissions.PLAN_ALERTING,
        "partial_update": permissions.PLAN_ALERTING,
    }
    http_method_names = ["get", "post", "patch", "head", "options"]
    serializer_class = AlertTeamSerializer
    queryset = AlertTeam.objects.select_related("site").prefetch_related("members")
    filterset_class = TeamFilters
    ordering_fields, ordering = ("position", "code"), ("position",)

    @extend_schema(
        request=NewTeamSerializer,
        responses={201: AlertTeamSerializer},
        examples=[
            OpenApiExample(
                "Maintenance",
                value={"site": "NORRTAL", "code": "MAINT", "name": "Maintenance", "icon": "maint", "members": ["1005"]},
                request_only=True,
            )
        ],
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add a team."""
        sent = _body(NewTeamSerializer, request)
        site = site_of(request.actor, sent.pop("site"))  # type: ignore[attr-defined]
        team = alert_team.team_add(request.actor, site, **_with_people(site.pk, sent))  # type: ignore[attr-defined]
        return self.answer(self.read(team.pk), status.HTTP_201_CREATED)

    @extend_schema(request=TeamChangeSerializer, responses=AlertTeamSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change a team from the version that was read."""
        row = self.get_object()
        version = etags.require_match(request, row)
        changes = _with_people(row.site_id, _body(TeamChangeSerializer, request))
        alert_team.team_change(request.actor, row.pk, version=version, **changes)  # type: ignore[attr-defined]
        return self.answer(self.read(row.pk))

    def read(self, pk: int) -> AlertTeam:
        """The row with what the answer needs."""
        return self.queryset.get(pk=pk)


class RotaEntrySerializer(ModelSerializer):
    """Somebody is on call for a team."""

    site = CharField(source="site.code", read_only=True)
    team = CharField(source="team.code", read_only=True)
    person = CharField(source="person.code", read_only=True, help_text="The badge.")

    class Meta:
        model = RotaEntry
        fields = ("id", "site", "team", "person", "is_deputy", "started_at", "ended_at", "is_active", "version")
        read_only_fields = fields


class NewTurnSerializer(PlacedSerializer):
    """A turn on call. Turns of a team do not overlap; a deputy's may lie beside one."""

    team = CharField(max_length=64, help_text="The team's code.")
    person = CharField(max_length=64, help_text="The badge.")
    started_at = DateTimeField()
    ended_at = DateTimeField()
    is_deputy = BooleanField(required=False, default=False)


class WithdrawalSerializer(Serializer):
    """Why it is not taken."""

    reason = CharField(max_length=200, required=False, default="", allow_blank=True)


class RotaFilters(SiteFilterSet):
    """Turns by site, team, person and time."""

    team = CharFilter(field_name="team__code", label="The team's code.")
    person = CharFilter(field_name="person__code", label="The badge.")
    is_active = BooleanFilter()
    ends_after = InstantFilter(field_name="ended_at", lookup_expr="gt", label="Ending after this instant.")
    starts_before = InstantFilter(field_name="started_at", lookup_expr="lt", label="Starting before this instant.")


class RotaEntryViewSet(ReadOnlyViewSet):
    """Who is on call when."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "create": permissions.PLAN_ALERTING,
        "withdraw": permissions.PLAN_ALERTING,
    }
    serializer_class = RotaEntrySerializer
    queryset = RotaEntry.objects.select_related("site", "team", "person")
    filterset_class = RotaFilters
    ordering_fields, ordering = ("started_at",), ("started_at",)

    @extend_schema(request=NewTurnSerializer, responses={201: RotaEntrySerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Put somebody on call."""
        sent = _body(NewTurnSerializer, request)
        site = site_of(request.actor, sent.pop("site"))  # type: ignore[attr-defined]
        team = named(AlertTeam, site.pk, sent.pop("team"), "team")
        person = named(Person, site.pk, sent.pop("person"), "person")
        entry = alert_team.rota_add(request.actor, team, person, **sent)  # type: ignore[attr-defined]
        return self.answer(self.queryset.get(pk=entry.pk), status.HTTP_201_CREATED)

    @extend_schema(request=WithdrawalSerializer, responses=RotaEntrySerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """The turn is not taken; it stays in the list."""
        row = self.get_object()
        reason = _body(WithdrawalSerializer, request)["reason"]
        actor: Any = request.actor  # type: ignore[attr-defined]
        alert_team.rota_withdraw(actor, row.pk, version=version_sent(request), reason=reason)
        return self.answer(self.queryset.get(pk=row.pk))


class EscalationStepSerializer(ModelSerializer):
    """Whom to tell when an alert of the team has waited so long."""

    site = CharField(source="site.code", read_only=True)
    team = CharField(source="team.code", read_only=True)
    person = drf.CharField(source="person.code", read_only=True, allow_null=True, default=None)
    other_team = drf.CharField(source="other_team.code", read_only=True, allow_null=True, default=None)
    role = drf.CharField(source="role.code", read_only=True, allow_null=True, default=None)

    class Meta:
        model = EscalationStep
        fields = (
            "id", "site", "team", "after_minutes", "target", "person", "other_team", "role", "is_active", "version",
        )  # fmt: skip
        read_only_fields = fields


class NewStepSerializer(PlacedSerializer):
    """A step: after so many minutes tell who is on call, a team, a person or everybody with a role."""

    team = CharField(max_length=64, help_text="The team's code.")
    after_minutes = IntegerField(min_value=0, max_value=10_080)
    target = ChoiceField(choices=ESCALATION_TARGET.choices)
    person = CharField(max_length=64, required=False, default="", allow_blank=True, help_text="A badge.")
    other_team = CharField(max_length=64, required=False, default="", allow_blank=True, help_text="A team's code.")
    role = CharField(max_length=40, required=False, default="", allow_blank=True, help_text="A role's code.")


class StepFilters(SiteFilterSet):
    """Steps by site and team."""

    team = CharFilter(field_name="team__code", label="The team's code.")
    is_active = BooleanFilter()


class EscalationStepViewSet(ReadOnlyViewSet):
    """What happens when nobody accepts."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "create": permissions.PLAN_ALERTING,
        "withdraw": permissions.PLAN_ALERTING,
    }
    serializer_class = EscalationStepSerializer
    queryset = EscalationStep.objects.select_related("site", "team", "person", "other_team", "role")
    filterset_class = StepFilters
    ordering_fields, ordering = ("after_minutes",), ("after_minutes",)

    @extend_schema(request=NewStepSerializer, responses={201: EscalationStepSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add a step."""
        sent = _body(NewStepSerializer, request)
        site = site_of(request.actor, sent.pop("site"))  # type: ignore[attr-defined]
        team = named(AlertTeam, site.pk, sent["team"], "team")
        step = alert_team.step_add(
            request.actor,  # type: ignore[attr-defined]
            team,
            after_minutes=sent["after_minutes"],
            target=EscalationTarget(sent["target"]),
            person=named(Person, site.pk, sent["person"], "person") if sent["person"] else None,
            other_team=named(AlertTeam, site.pk, sent["other_team"], "other_team") if sent["other_team"] else None,
            role=_role(sent["role"]) if sent["role"] else None,
        )
        return self.answer(self.queryset.get(pk=step.pk), status.HTTP_201_CREATED)

    @extend_schema(request=WithdrawalSerializer, responses=EscalationStepSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """The step is not taken any more."""
        row = self.get_object()
        reason = _body(WithdrawalSerializer, request)["reason"]
        actor: Any = request.actor  # type: ignore[attr-defined]
        alert_team.step_withdraw(actor, row.pk, version=version_sent(request), reason=reason)
        return self.answer(self.queryset.get(pk=row.pk))


def _body(kind: type[Serializer], request: Request) -> dict[str, Any]:
    """What was sent. Raises: ValidationError."""
    body = kind(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


def _role(code: str) -> Role:
    role = Role.objects.filter(code=code).first()
    if role is None:
        raise InvalidInput({"role": [_("There is no role %(code)s.") % {"code": code}]})
    return role


def _with_people(site_id: int, sent: dict[str, Any]) -> dict[str, Any]:
    """The people of these badges in the place of the badges. Raises: InvalidInput."""
    if "members" not in sent:
        return sent
    badges = set(sent["members"])
    rows: QuerySet[Person] = Person.objects.filter(site_id=site_id, code__in=badges)
    found = list(rows)
    missing = sorted(badges - {person.code for person in found})
    if missing:
        raise InvalidInput({"members": [_("This site has none with the code %(code)s.") % {"code": missing[0]}]})
    return {**sent, "members": found}
