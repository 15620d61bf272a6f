"""Work instructions in the API: the steps of a job with what was answered, and answers."""

from typing import Any

import django_filters
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.actor import Actor
from mom.core.api.filters import InstantFilter, IntegerFilter, SiteFilterSet
from mom.core.api.serializers import (
    BooleanField,
    CharField,
    DateTimeField,
    DecimalField,
    IntegerField,
    Serializer,
    UUIDField,
)
from mom.core.api.viewsets import CreateMixin, ReadOnlyViewSet
from mom.core.errors import InvalidInput, NotAllowed
from mom.plant.models import Person
from mom.work import permissions
from mom.work.api.naming import named
from mom.work.models import JobOrder
from production.models import StepAnswer
from production.services import step_answer


class StepAnswerSerializer(Serializer):
    """What was answered to a step of a job, when and by whom."""

    id = IntegerField()
    site = CharField(source="site.code")
    op_uuid = UUIDField()
    job_order = IntegerField(source="job_order_id")
    job = CharField(source="job_order.code")
    step = IntegerField(source="step_id")
    title = CharField(source="step.title")
    text = CharField()
    number = DecimalField(max_digits=18, decimal_places=6, allow_null=True)
    unit = CharField(source="step.unit")
    is_outside = BooleanField(help_text="Out of the limits of the step, and taken all the same.")
    person = CharField(source="person.code", allow_null=True, default=None)
    answered_at = DateTimeField()
    recorded_by = CharField()


class NewStepAnswerSerializer(Serializer):
    """An answer: a number, one of the choices, a scanned code; for a step that is read or done, `done`."""

    op_uuid = UUIDField(help_text="Your key of this answer; the same key counts once for ever.")
    job_order = IntegerField(help_text="The job, by its key.")
    step = IntegerField(help_text="The step, by its key in the definition.")
    value = CharField(max_length=200)
    person = CharField(max_length=64, required=False, default="", allow_blank=True, help_text="The person's code.")


class StepAnswerFilters(SiteFilterSet):
    """By job, step and time."""

    job_order = IntegerFilter(field_name="job_order_id")
    step = IntegerFilter(field_name="step_id")
    is_outside = django_filters.BooleanFilter()
    answered_from = InstantFilter(field_name="answered_at", lookup_expr="gte", label="At or after this instant.")
    answered_before = InstantFilter(field_name="answered_at", lookup_expr="lt", label="Before this instant.")


_EXAMPLE = OpenApiExample(
    "A bore, measured",
    value={
        "op_uuid": "0b8f7f7e-5a0e-4b63-9a1c-3f6f0c1f2a10", "job_order": 4711, "step": 12, "value": "25.02",
        "person": "ID4882",
    },
    request_only=True,
)  # fmt: skip


class StepAnswerViewSet(CreateMixin, ReadOnlyViewSet):
    """Answers to the steps of work instructions."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "create": permissions.EXECUTE_JOB_ORDER,
    }
    serializer_class: type[drf.BaseSerializer[Any]] = StepAnswerSerializer
    queryset = StepAnswer.objects.select_related("site", "job_order", "step", "person")
    filterset_class = StepAnswerFilters
    ordering_fields, ordering = ("answered_at",), ("-answered_at",)

    @extend_schema(request=NewStepAnswerSerializer, responses={201: StepAnswerSerializer}, examples=[_EXAMPLE])
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer a step of a job that is in work. A value out of limits is refused, or marked, as the step says."""
        return super().create(request, *args, **kwargs)

    def validated(self, request: Request, **kwargs: Any) -> dict[str, Any]:
        body = NewStepAnswerSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> StepAnswer:
        job = JobOrder.objects.filter(pk=data["job_order"]).select_related("site").order_by("pk").first()
        if job is None or not actor.may(permissions.VIEW, job.site.code):
            raise InvalidInput({"job_order": [_("There is no such job.")]})
        if not actor.may(permissions.EXECUTE_JOB_ORDER, job.site.code):
            raise NotAllowed
        person = named(Person, job.site_id, data["person"], "person") if data["person"] else None
        return step_answer.answer(actor, job.pk, data["step"], data["value"], op_uuid=data["op_uuid"], person=person)
