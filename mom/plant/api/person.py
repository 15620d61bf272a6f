"""People, skills and qualifications in the API."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.actor import Actor
from mom.core.api.serializers import CharField, DateField, IntegerField, ModelSerializer, Serializer
from mom.core.api.subjects import BOTH, PropertiesMixin
from mom.plant import permissions
from mom.plant.api.base import (
    COMMON,
    COMMON_READ_ONLY,
    READ,
    MasterDataViewSet,
    PlantViewSet,
    RowSerializer,
    filters_for,
    reference,
)
from mom.plant.models import Equipment, Person, PersonnelClass, Qualification, Shift
from mom.plant.services.person import qualification_end, qualification_grant


class PersonSerializer(RowSerializer):
    """Somebody who works here; the code is the badge. Sign-ins are kept with the accounts."""

    workplace = reference(Equipment, allow_null=True, required=False)
    shift = reference(Shift, allow_null=True, required=False)

    class Meta:
        model = Person
        fields = (*COMMON, "workplace", "shift")
        read_only_fields = COMMON_READ_ONLY
        validators: list[object] = []


class PersonnelClassSerializer(RowSerializer):
    """A skill or a trade that work can ask for."""

    class Meta:
        model = PersonnelClass
        fields = COMMON
        read_only_fields = COMMON_READ_ONLY
        validators: list[object] = []


class QualificationSerializer(ModelSerializer):
    """A person's right to do a kind of work, from a day until (not including) another; it lies at the person's site."""

    id = IntegerField(read_only=True)
    site = CharField(source="site.code", read_only=True)
    person = reference(Person)
    personnel_class = reference(PersonnelClass)
    trainer = reference(Person, allow_null=True, required=False)

    class Meta:
        model = Qualification
        fields = ("id", "site", "person", "personnel_class", "level", "trainer", "valid_from", "valid_until")
        validators: list[object] = []


class EndSerializer(Serializer):
    """The first day on which it no longer holds."""

    valid_until = DateField()
    reason = CharField(required=False, max_length=200, allow_blank=True)

    def ended(self) -> dict[str, Any]:
        """What was sent. Raises: ValidationError."""
        self.is_valid(raise_exception=True)
        return dict(self.validated_data)


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample("A person", value={"site": "NORRTAL", "code": "1090", "name": "Ada Berg"}, request_only=True)
        ]
    )
)
class PersonViewSet(PropertiesMixin, MasterDataViewSet):
    """People by their badge."""

    noun = "person"
    includes = BOTH
    queryset = Person.objects.select_related("site")
    serializer_class = PersonSerializer
    filterset_class = filters_for(Person, code=["exact", "in"], is_active=["exact"])


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample("A skill", value={"site": "NORRTAL", "code": "WELD", "name": "Welding"}, request_only=True)
        ]
    )
)
class PersonnelClassViewSet(PropertiesMixin, MasterDataViewSet):
    """Skills and trades."""

    noun = "skill"
    includes = BOTH
    queryset = PersonnelClass.objects.select_related("site")
    serializer_class = PersonnelClassSerializer
    filterset_class = filters_for(PersonnelClass, code=["exact", "in"], is_active=["exact"])


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample(
                "A skill for a year",
                value={"person": 1, "personnel_class": 1, "valid_from": "2026-04-16", "valid_until": "2027-04-16"},
                request_only=True,
            )
        ]
    )
)
class QualificationViewSet(PlantViewSet):
    """Who may do what, from when until when. Granted and ended, never changed."""

    required_perms = {**READ, "create": permissions.CHANGE, "end": permissions.CHANGE}
    queryset = Qualification.objects.select_related("site")
    serializer_class = QualificationSerializer
    filterset_class = filters_for(
        Qualification, person=["exact"], personnel_class=["exact"], valid_from=["lte"], valid_until=["gt"]
    )
    ordering_fields = ("valid_from", "id")
    ordering = ("-valid_from",)

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> Qualification:
        """Grant it through the service."""
        person: Person = data.pop("person")
        return qualification_grant(actor, person.pk, data.pop("personnel_class"), **data)

    @extend_schema(request=EndSerializer, responses=QualificationSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Let it end."""
        row = self.get_object()
        sent = EndSerializer(data=request.data).ended()
        return self.answer(qualification_end(request.actor, row.pk, **sent))  # type: ignore[attr-defined]
