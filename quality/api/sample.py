"""Samples in the API: read, and recorded one by one; each is judged as it is stored."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.actor import Actor
from mom.core.api.serializers import (
    CharField,
    DateTimeField,
    DecimalField,
    IntegerField,
    ModelSerializer,
    Serializer,
    UUIDField,
)
from mom.core.api.viewsets import CreateMixin, ReadOnlyViewSet
from mom.core.errors import InvalidInput, NotAllowed
from mom.plant.models import Equipment, MaterialLot, Person
from mom.plant.selectors.scope import for_actor
from quality import permissions
from quality.api.naming import job_named, one
from quality.filters import SampleFilters
from quality.models import Characteristic, Inspection, Sample
from quality.rule_words import sample_words
from quality.services import sample as service


class SampleSerializer(ModelSerializer):
    """One sample, and what was found of it. `rules`: which of Nelson's it breaks; `finding` says it in words."""

    site = CharField(source="site.code", read_only=True)
    machine = CharField(source="equipment.code", read_only=True, allow_null=True, default=None)
    lot = CharField(source="lot.code", read_only=True, allow_null=True, default=None)
    person = CharField(source="person.code", read_only=True, allow_null=True, default=None)
    nonconformance = CharField(source="nonconformance.code", read_only=True, allow_null=True, default=None)
    values = drf.ListField(child=DecimalField(max_digits=18, decimal_places=6), read_only=True)
    rules = drf.ListField(child=IntegerField(), read_only=True)
    finding = drf.SerializerMethodField()

    class Meta:
        model = Sample
        fields = (
            "id", "site", "chart", "number", "characteristic", "inspection", "job_order", "machine", "lot", "person",
            "gauge", "taken_at", "values", "size", "nonconforming", "out_of_limits", "mean", "range", "z", "rules",
            "is_range_beyond", "has_signal", "finding", "nonconformance", "note", "recorded_at", "recorded_by",
        )  # fmt: skip
        read_only_fields = fields

    def get_finding(self, sample: Sample) -> str:
        return sample_words(sample)


class NewSampleSerializer(Serializer):
    """What was measured (`values`, in the characteristic's unit) or counted (`size`, `nonconforming`), and of what."""

    op_uuid = UUIDField(help_text="The key of the act, made where it was done.")
    characteristic = IntegerField()
    values = drf.ListField(
        child=DecimalField(max_digits=18, decimal_places=6), required=False, default=list, max_length=1000
    )
    size = IntegerField(required=False, default=None, allow_null=True, min_value=1, max_value=10**9)
    nonconforming = IntegerField(required=False, default=0, min_value=0, max_value=10**9)
    inspection = IntegerField(required=False, default=None, allow_null=True)
    job_order = IntegerField(required=False, default=None, allow_null=True, help_text="The inspected job.")
    machine = CharField(max_length=64, required=False, default="", allow_blank=True)
    lot = CharField(max_length=64, required=False, default="", allow_blank=True)
    person = CharField(max_length=64, required=False, default="", allow_blank=True)
    gauge = CharField(max_length=100, required=False, default="", allow_blank=True)
    taken_at = DateTimeField(required=False, default=None, allow_null=True, help_text="Without it: now.")
    note = CharField(max_length=200, required=False, default="", allow_blank=True)


_EXAMPLE = OpenApiExample(
    "Five bores",
    value={
        "op_uuid": "0b8f7f7e-5a0e-4b63-9a1c-3f6f0c1f2a10", "characteristic": 1, "job_order": 1, "machine": "CNC-03",
        "values": ["42.012", "42.014", "42.011", "42.013", "42.012"], "gauge": "BG-07",
    },
    request_only=True,
)  # fmt: skip


class SampleViewSet(CreateMixin, ReadOnlyViewSet):
    """Samples."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "create": permissions.RECORD_SAMPLE,
    }
    serializer_class = SampleSerializer
    queryset = Sample.objects.select_related("site", "equipment", "lot", "person", "nonconformance")
    filterset_class = SampleFilters
    ordering_fields, ordering = ("taken_at", "id"), ("-id",)

    @extend_schema(request=NewSampleSerializer, responses={201: SampleSerializer}, examples=[_EXAMPLE])
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Record a sample: it is judged at once. What is wrong opens a nonconformance and holds what is in doubt."""
        return super().create(request, *args, **kwargs)

    def validated(self, request: Request, **kwargs: Any) -> dict[str, Any]:
        body = NewSampleSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> Sample:
        about = _characteristic(actor, data["characteristic"])
        site = about.site_id
        inspection = _inspection(actor, data["inspection"]) if data["inspection"] is not None else None
        job = job_named(actor, data["job_order"]) if data["job_order"] is not None else None
        new = service.NewSample(
            about,
            data["values"],
            size=data["size"],
            nonconforming=data["nonconforming"],
            job_order=job or (inspection.inspected_job if inspection else None),
            equipment=one(Equipment, site, data["machine"], "machine") if data["machine"] else None,
            lot=one(MaterialLot, site, data["lot"], "lot", "definition") if data["lot"] else None,
            person=one(Person, site, data["person"], "person") if data["person"] else None,
            gauge=data["gauge"],
            taken_at=data["taken_at"],
            note=data["note"],
        )
        made = service.record(actor, new, op_uuid=data["op_uuid"], inspection_id=inspection.pk if inspection else None)
        return self.queryset.get(pk=made.pk)


def _characteristic(actor: Actor, pk: int) -> Characteristic:
    rows = for_actor(Characteristic.objects.all(), actor, permissions.VIEW)
    found = rows.select_related("control_plan__material", "site", "equipment").filter(pk=pk).order_by("pk").first()
    if found is None:
        raise InvalidInput({"characteristic": [_("There is no such characteristic.")]})
    if not actor.may(permissions.RECORD_SAMPLE, found.site.code):
        raise NotAllowed
    return found


def _inspection(actor: Actor, pk: int) -> Inspection:
    rows = for_actor(Inspection.objects.all(), actor, permissions.VIEW)
    found = rows.select_related("inspected_job__equipment", "inspected_job__site").filter(pk=pk).order_by("pk").first()
    if found is None:
        raise InvalidInput({"inspection": [_("There is no such inspection.")]})
    return found
