"""Alerts in the API: raised, answered step by step, muted. The same `op_uuid` counts once for ever."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django_filters import BooleanFilter, CharFilter, ChoiceFilter
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers as drf
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.accounts.models import Site
from mom.core.api.filters import InstantFilter, SiteFilterSet
from mom.core.api.serializers import (
    CharField,
    ChoiceField,
    DateTimeField,
    ModelSerializer,
    Serializer,
    UUIDField,
)
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.core.errors import InvalidInput
from mom.plant.models import Equipment, Person, Reason
from mom.work import permissions
from mom.work.api.naming import named
from mom.work.api.versions import IF_MATCH, version_sent
from mom.work.engine.alert import AlertKind, AlertStatus
from mom.work.models import Alert, AlertStep, AlertTeam, JobOrder
from mom.work.models.alert_labels import ALERT_IMPACT, ALERT_KIND, ALERT_SEVERITY, ALERT_STATUS
from mom.work.services import alert_call


class AlertSerializer(ModelSerializer):
    """Something that somebody should look at: what, where, for whom, and who has it."""

    site = CharField(source="site.code", read_only=True)
    machine = drf.CharField(source="equipment.code", read_only=True, allow_null=True, default=None)
    team = drf.CharField(source="team.code", read_only=True, allow_null=True, default=None)
    job = drf.CharField(source="job_order.code", read_only=True, allow_null=True, default=None)
    repeat_key = drf.SerializerMethodField(help_text="The condition, as it was sent.")
    cause_reason = drf.CharField(source="reason.code", read_only=True, allow_null=True, default=None)

    class Meta:
        model = Alert
        fields = (
            "id", "site", "kind", "title", "detail", "machine", "team", "job", "severity", "impact", "status", "source",
            "repeat_key", "raise_count", "raised_at", "raised_by", "waiting_since", "holder", "accepted_at",
            "accepted_by", "arrived_at", "arrived_by", "cleared_at", "solved_at", "solved_by", "cause_reason", "cause",
            "muted_at", "muted_by", "muted_until", "mute_reason", "version",
        )  # fmt: skip
        read_only_fields = fields

    def get_repeat_key(self, alert: Alert) -> str:
        """The key that the other system sent, or that of the rule."""
        return alert.repeat_key.removeprefix(alert_call.OWN)


class AlertStepSerializer(ModelSerializer):
    """One line of an alert's history."""

    person = drf.CharField(source="person.code", read_only=True, allow_null=True, default=None)
    to_person = drf.CharField(source="to_person.code", read_only=True, allow_null=True, default=None)
    to_team = drf.CharField(source="to_team.code", read_only=True, allow_null=True, default=None)

    class Meta:
        model = AlertStep
        fields = (
            "id", "op_uuid", "act", "done_at", "done_by", "actor", "person", "to_person", "to_team", "note", "until",
        )  # fmt: skip
        read_only_fields = fields


class NewAlertSerializer(Serializer):
    """What is raised. With a `team` and a `machine` and kind `help` it is a help call."""

    op_uuid = UUIDField(help_text="Made where it was raised; the same key counts once for ever.")
    site = CharField(max_length=20)
    title = CharField(max_length=200, required=False, default="", allow_blank=True, help_text="Of a help call: none.")
    kind = ChoiceField(choices=ALERT_KIND.choices, required=False, default=AlertKind.OTHER.value)
    detail = CharField(max_length=300, required=False, default="", allow_blank=True)
    machine = CharField(max_length=64, required=False, default="", allow_blank=True, help_text="The machine's code.")
    team = CharField(max_length=64, required=False, default="", allow_blank=True, help_text="The team's code.")
    job = CharField(max_length=80, required=False, default="", allow_blank=True, help_text="The job's number.")
    severity = ChoiceField(choices=ALERT_SEVERITY.choices, required=False, default="warn")
    impact = ChoiceField(choices=ALERT_IMPACT.choices, required=False, default="none")
    repeat_key = CharField(
        max_length=150, required=False, default="", allow_blank=True,
        help_text="Names the condition: while an alert of it is open, raising it again counts on that one.",
    )  # fmt: skip
    person = CharField(max_length=64, required=False, default="", allow_blank=True, help_text="Badge of who raises.")
    occurred_at = DateTimeField(
        required=False, default=None, allow_null=True, help_text="When it was raised. Without it now."
    )


class AnswerSerializer(Serializer):
    """Who, by badge, and the key of the act."""

    op_uuid = UUIDField(help_text="Made where it was done; the same key counts once for ever.")
    person = CharField(max_length=64, required=False, default="", allow_blank=True, help_text="Badge of who does it.")


class SolutionSerializer(AnswerSerializer):
    """What it was: a reason's code, words, or both."""

    reason = CharField(max_length=64, required=False, default="", allow_blank=True, help_text="A stop reason's code.")
    cause = CharField(max_length=300, required=False, default="", allow_blank=True)


class HandOverSerializer(AnswerSerializer):
    """To a person or to a team."""

    to_person = CharField(max_length=64, required=False, default="", allow_blank=True, help_text="A badge.")
    to_team = CharField(max_length=64, required=False, default="", allow_blank=True, help_text="A team's code.")
    note = CharField(max_length=300, required=False, default="", allow_blank=True)


class MuteSerializer(AnswerSerializer):
    """Until when and why."""

    until = DateTimeField()
    reason = CharField(max_length=200)


class AlertFilters(SiteFilterSet):
    """By site, machine, team, status, condition and time."""

    machine = CharFilter(field_name="equipment__code", label="The machine's code.")
    team = CharFilter(field_name="team__code", label="The team's code.")
    status = ChoiceFilter(choices=ALERT_STATUS.choices)
    kind = ChoiceFilter(choices=ALERT_KIND.choices)
    repeat_key = CharFilter(method="by_condition", label="The condition, as it was sent.")
    is_open = BooleanFilter(method="by_open", label="Not solved yet.")
    raised_from = InstantFilter(field_name="raised_at", lookup_expr="gte", label="Raised at or after this instant.")
    raised_before = InstantFilter(field_name="raised_at", lookup_expr="lt", label="Raised before this instant.")

    def by_condition(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those of a condition, whether another system names it or a rule."""
        return rows.filter(repeat_key__in=[value, alert_call.own_condition(value)])

    def by_open(self, rows: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:
        """Those that are open, or those that are solved."""
        solved = Q(status=AlertStatus.SOLVED)
        return rows.filter(~solved if value else solved)


_CALL = OpenApiExample(
    "A machine calls maintenance",
    value={
        "op_uuid": "3d7a1a1e-0a0e-4b63-9a1c-3f6f0c1f2a10", "site": "NORRTAL", "kind": "help", "machine": "CNC-04",
        "team": "MAINT", "impact": "stopped", "detail": "Coolant pressure low",
    },
    request_only=True,
)  # fmt: skip


class AlertViewSet(ReadOnlyViewSet):
    """Alerts and help calls."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "steps": permissions.VIEW,
        "create": permissions.RAISE_ALERT,
        **dict.fromkeys(("accept", "arrive", "hand_over", "solve"), permissions.ANSWER_ALERT),
        **dict.fromkeys(("mute", "unmute"), permissions.MUTE_ALERT),
    }
    serializer_class = AlertSerializer
    queryset = Alert.objects.select_related("site", "equipment", "team", "job_order", "reason")
    filterset_class = AlertFilters
    ordering_fields, ordering = ("raised_at", "solved_at"), ("-raised_at",)

    @extend_schema(request=NewAlertSerializer, responses={201: AlertSerializer}, examples=[_CALL])
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Raise an alert, or count on the open one of the same condition."""
        body = NewAlertSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        sent = body.validated_data
        actor: Any = request.actor  # type: ignore[attr-defined]
        site = Site.objects.filter(code=sent["site"]).first()
        if site is None or not actor.may(permissions.VIEW, site.code):
            raise InvalidInput({"site": [_("There is no such site, or none of yours.")]})
        found = _raised(actor, site, sent)
        return self.answer(self.read(found.pk), status.HTTP_201_CREATED)

    @extend_schema(responses=AlertStepSerializer(many=True))
    @action(detail=True, methods=["get"])
    def steps(self, request: Request, pk: str) -> Response:
        """Each step, the first one first."""
        rows = AlertStep.objects.filter(alert=self.get_object()).select_related("person", "to_person", "to_team")
        return Response(AlertStepSerializer(rows.order_by("done_at", "id"), many=True).data)

    def read(self, pk: int) -> Alert:
        """The row with what the answer needs."""
        return self.queryset.get(pk=pk)


def _raised(actor: Any, site: Site, sent: dict[str, Any]) -> Alert:
    machine = named(Equipment, site.pk, sent["machine"], "machine") if sent["machine"] else None
    team = named(AlertTeam, site.pk, sent["team"], "team") if sent["team"] else None
    person = named(Person, site.pk, sent["person"], "person") if sent["person"] else None
    if sent["kind"] == AlertKind.HELP:
        missing = {"machine": machine, "team": team}
        if machine is None or team is None:
            raise InvalidInput({name: [_("A help call names it.")] for name, row in missing.items() if row is None})
        return alert_call.call(
            actor, machine, team, op_uuid=sent["op_uuid"], is_standing=sent["impact"] == "stopped",
            note=sent["detail"], person=person, at=sent["occurred_at"],
        )  # fmt: skip
    job = named(JobOrder, site.pk, sent["job"], "job") if sent["job"] else None
    names = ("title", "kind", "detail", "severity", "impact", "repeat_key")
    values = {name: sent[name] for name in names}
    return alert_call.report(
        actor, site, op_uuid=sent["op_uuid"], at=sent["occurred_at"], equipment=machine, team=team, person=person,
        job_order=job, **values,
    )  # fmt: skip


def _answer(name: str, body_class: type[Serializer], words: str) -> Callable[..., Response]:
    """The address of one act on an alert: each declares its own right, as the door demands."""

    def do(self: AlertViewSet, request: Request, **_address: str) -> Response:
        row = self.get_object()
        body = body_class(data=request.data)
        body.is_valid(raise_exception=True)
        given = _given(row, dict(body.validated_data))
        given["version"] = version_sent(request)
        getattr(alert_call, name)(request.actor, row.pk, **given)  # type: ignore[attr-defined]
        return self.answer(self.read(row.pk))

    do.__name__ = name
    do.__doc__ = words
    shown: Any = extend_schema(request=body_class, responses=AlertSerializer, parameters=[IF_MATCH])(do)
    found: Callable[..., Response] = action(detail=True, methods=["post"], url_path=name.replace("_", "-"))(shown)
    return found


_NAMED: dict[str, Any] = {"person": Person, "to_person": Person, "to_team": AlertTeam}


def _given(alert: Alert, sent: dict[str, Any]) -> dict[str, Any]:
    """From the codes in a body to the rows that they name. Raises: InvalidInput."""
    for field, model in _NAMED.items():
        if field in sent:
            sent[field] = named(model, alert.site_id, sent[field], field) if sent[field] else None
    if "cause" in sent:
        code = sent["reason"]
        sent["reason"] = named(Reason, alert.site_id, code, "reason", kind="stop") if code else None
    return sent


for _name, _body, _words in (
    ("accept", AnswerSerializer, "Somebody takes it, or takes it over."),
    ("arrive", AnswerSerializer, "Somebody is there."),
    ("hand_over", HandOverSerializer, "Give it to a person, or to a team, where it waits again."),
    ("solve", SolutionSerializer, "It is over, with its cause."),
    ("mute", MuteSerializer, "Keep it silent until then, with the reason."),
    ("unmute", AnswerSerializer, "Let it speak again."),
):
    setattr(AlertViewSet, _name, _answer(_name, _body, _words))
