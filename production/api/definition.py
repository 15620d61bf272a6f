"""How products are made, in the API: versions read and added as drafts; a person approves them, never a program."""

from typing import Any

import django_filters
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.api.filters import FilterSet
from mom.core.api.serializers import (
    BooleanField,
    CharField,
    DecimalField,
    DurationField,
    IntegerField,
    ModelSerializer,
    Serializer,
)
from mom.core.api.viewsets import CreateMixin, ReadOnlyViewSet
from mom.core.engine.quantity import UNITS
from mom.core.errors import InvalidInput, NotAllowed
from mom.plant.models import Equipment, MaterialDefinition
from mom.work.engine.terms import MaterialUse
from mom.work.models.labels import MATERIAL_USE
from mom.work.permissions import VIEW
from production import permissions
from production.engine.terms import OutOfLimit, QuantityBasis, StepKind
from production.models import OperationsDefinition
from production.models.labels import DEFINITION_STATUS, OUT_OF_LIMIT, QUANTITY_BASIS, STEP_KIND
from production.selectors.definition import with_parts
from production.services import operations_definition as service


class MaterialSpecificationSerializer(Serializer):
    """A material of an operation, for one batch, in the material's own unit."""

    material = CharField(source="material.code")
    use = drf.ChoiceField(source="material_use", choices=MATERIAL_USE.choices)
    quantity = DecimalField(max_digits=18, decimal_places=6)
    unit = CharField()
    basis = drf.ChoiceField(choices=QUANTITY_BASIS.choices)
    is_scaled = BooleanField()
    is_backflushed = BooleanField()


class InstructionStepSerializer(Serializer):
    """A step of a work instruction. Limits are inclusive."""

    id = IntegerField()
    position = IntegerField()
    kind = drf.ChoiceField(choices=STEP_KIND.choices)
    title = CharField()
    text = CharField()
    picture = IntegerField(source="picture_id", allow_null=True, help_text="A file of MOM.")
    is_mandatory = BooleanField()
    unit = CharField()
    lower_limit = DecimalField(max_digits=18, decimal_places=6, allow_null=True)
    upper_limit = DecimalField(max_digits=18, decimal_places=6, allow_null=True)
    out_of_limit = drf.ChoiceField(choices=OUT_OF_LIMIT.choices)
    choices = drf.ListField(child=CharField())
    expected = CharField()


class OperationsSegmentSerializer(Serializer):
    """An operation, with what goes in and what comes out."""

    sequence = IntegerField()
    name = CharField()
    machine = CharField(source="equipment.code", allow_null=True, default=None)
    setup_duration = DurationField(allow_null=True, help_text="Once, before the first piece.")
    run_duration = DurationField(allow_null=True, help_text="For one unit of the product.")
    materials = MaterialSpecificationSerializer(source="materials.all", many=True)
    steps = InstructionStepSerializer(source="steps.all", many=True)


class OperationsDefinitionSerializer(ModelSerializer):
    """One version of how a batch of a product is made."""

    site = CharField(source="site.code", read_only=True)
    version = IntegerField(source="number", read_only=True)
    material = CharField(source="material.code", read_only=True)
    status = drf.ChoiceField(choices=DEFINITION_STATUS.choices, read_only=True)
    operations = OperationsSegmentSerializer(source="segments.all", many=True, read_only=True)

    class Meta:
        model = OperationsDefinition
        fields = (
            "id", "site", "code", "version", "name", "material", "batch_quantity", "unit", "status", "operations",
            "created_at", "approved_at", "approved_by",
        )  # fmt: skip
        read_only_fields = fields


class NewMaterialSpecificationSerializer(Serializer):
    """A material of a new operation."""

    material = CharField(max_length=64)
    use = drf.ChoiceField(choices=[use.value for use in MaterialUse], default=MaterialUse.CONSUMED.value)
    quantity = DecimalField(max_digits=18, decimal_places=6)
    basis = drf.ChoiceField(choices=[basis.value for basis in QuantityBasis], default=QuantityBasis.NOMINAL.value)
    is_scaled = BooleanField(required=False, default=True, help_text="false: needed once, whatever the batch.")
    is_backflushed = BooleanField(
        required=False, default=False, help_text="Booked as quantities are reported: taken from stock, or put into it."
    )


class NewInstructionStepSerializer(Serializer):
    """A step of the work instruction of a new operation; they follow each other as they are sent."""

    kind = drf.ChoiceField(choices=[kind.value for kind in StepKind])
    title = CharField(max_length=200, help_text="What to do.")
    text = CharField(max_length=4000, required=False, default="", allow_blank=True)
    is_mandatory = BooleanField(required=False, default=True)
    unit = CharField(max_length=3, required=False, default="", allow_blank=True)
    lower_limit = DecimalField(max_digits=18, decimal_places=6, required=False, default=None, allow_null=True)
    upper_limit = DecimalField(max_digits=18, decimal_places=6, required=False, default=None, allow_null=True)
    out_of_limit = drf.ChoiceField(
        choices=[each.value for each in OutOfLimit],
        default=OutOfLimit.REFUSE.value,
        help_text="refuse: such a value is not taken; flag: it is taken and marked.",
    )
    choices = drf.ListField(child=CharField(max_length=80), required=False, default=list, max_length=20)
    expected = CharField(
        max_length=200, required=False, default="", allow_blank=True, help_text="The code to scan; blank: any."
    )


class NewOperationsSegmentSerializer(Serializer):
    """A new operation; they follow each other as they are sent."""

    name = CharField(max_length=200)
    machine = CharField(max_length=64, required=False, default="", allow_blank=True)
    setup_duration = DurationField(required=False, default=None, allow_null=True, help_text="Once, as PT30M.")
    run_duration = DurationField(
        required=False, default=None, allow_null=True, help_text="For one unit of the product, as PT42S."
    )
    materials = NewMaterialSpecificationSerializer(many=True, required=False, default=list)
    steps = NewInstructionStepSerializer(many=True, required=False, default=list)


class NewOperationsDefinitionSerializer(Serializer):
    """A product, the batch that the quantities make, its operations in order."""

    site = CharField(max_length=20)
    code = CharField(max_length=64, help_text="A code that is there gets its next version.")
    name = CharField(max_length=200, required=False, default="", allow_blank=True)
    material = CharField(max_length=64, help_text="The product.")
    batch_quantity = DecimalField(max_digits=18, decimal_places=6)
    operations = NewOperationsSegmentSerializer(many=True)


class DefinitionFilters(FilterSet):
    """By site, code, product and status."""

    site = django_filters.CharFilter(field_name="site__code", label="The site's code.")
    code = django_filters.CharFilter()
    material = django_filters.CharFilter(field_name="material__code", label="The product's code.")
    status = django_filters.ChoiceFilter(choices=DEFINITION_STATUS.choices)


_EXAMPLE = OpenApiExample(
    "A pump in two operations",
    value={
        "site": "NORTH", "code": "Q-25-60", "material": "Q-25-60", "batch_quantity": "1",
        "operations": [
            {"name": "Assemble", "machine": "AS-10",
             "materials": [{"material": "P-4410", "quantity": "1"}, {"material": "P-4610", "quantity": "1"},
                           {"material": "Q-25-60", "use": "produced", "quantity": "1"}]},
            {"name": "Leak test", "machine": "AS-30",
             "materials": [{"material": "Q-25-60", "use": "produced", "quantity": "1"}]},
        ],
    },
    request_only=True,
)  # fmt: skip


class DefinitionViewSet(CreateMixin, ReadOnlyViewSet):
    """Versions of how products are made."""

    required_perms = {
        "list": VIEW,
        "retrieve": VIEW,
        "create": permissions.CHANGE_DEFINITION,
        "approve": permissions.APPROVE_DEFINITION,
        "new_version": permissions.CHANGE_DEFINITION,
        "rewrite": permissions.CHANGE_DEFINITION,
    }
    serializer_class = OperationsDefinitionSerializer
    queryset = with_parts(OperationsDefinition.objects.all())
    filterset_class = DefinitionFilters
    ordering_fields, ordering = ("code", "number", "created_at"), ("code", "-number")

    @extend_schema(
        request=NewOperationsDefinitionSerializer, responses={201: OperationsDefinitionSerializer}, examples=[_EXAMPLE]
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add the next version, as a draft."""
        return super().create(request, *args, **kwargs)

    def validated(self, request: Request, **kwargs: Any) -> dict[str, Any]:
        body = NewOperationsDefinitionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> OperationsDefinition:
        site = Site.objects.filter(code=data["site"], is_active=True).first()
        if site is None or not actor.may(VIEW, site.code):
            raise InvalidInput({"site": [_("There is no such site, or none of yours.")]})
        if not actor.may(permissions.CHANGE_DEFINITION, site.code):
            raise NotAllowed
        made = service.create(actor, site, _new(site, data))
        return self.queryset.get(pk=made.pk)

    @extend_schema(request=None, responses=OperationsDefinitionSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Approve a draft: it may make orders and never changes again; the version before it is retired."""
        service.approve(request.actor, self.get_object().pk)  # type: ignore[attr-defined]
        return self.answer(self.get_object())

    @extend_schema(request=None, responses={201: OperationsDefinitionSerializer})
    @action(detail=True, methods=["post"], url_path="new-version")
    def new_version(self, request: Request, pk: str) -> Response:
        """Add the next version with the content of this one, as a draft."""
        made = service.new_version(request.actor, self.get_object().pk)  # type: ignore[attr-defined]
        return self.answer(self.queryset.get(pk=made.pk), 201)

    @extend_schema(request=NewOperationsDefinitionSerializer, responses=OperationsDefinitionSerializer)
    @action(detail=True, methods=["post"])
    def rewrite(self, request: Request, pk: str) -> Response:
        """Give a draft another content: all of it, as for a new definition. Its site and code stay."""
        found = self.get_object()
        new = _new(found.site, self.validated(request))
        service.change(request.actor, found.pk, lambda _before: new)  # type: ignore[attr-defined]
        return self.answer(self.queryset.get(pk=found.pk))


def _new(site: Site, data: dict[str, Any]) -> service.NewDefinition:
    operations = data["operations"]
    codes = {data["material"], *(line["material"] for each in operations for line in each["materials"])}
    materials = _found(MaterialDefinition, site, codes, "material")
    machines = _found(Equipment, site, {each["machine"] for each in operations if each["machine"]}, "machine")
    segments = [
        service.NewSegment(
            each["name"],
            [
                service.NewMaterial(
                    materials[line["material"]],
                    line["quantity"],
                    MaterialUse(line["use"]),
                    QuantityBasis(line["basis"]),
                    line["is_scaled"],
                    line["is_backflushed"],
                )
                for line in each["materials"]
            ],
            machines.get(each["machine"]),
            setup_duration=each["setup_duration"],
            run_duration=each["run_duration"],
            steps=[_step(step) for step in each["steps"]],
        )
        for each in operations
    ]
    return service.NewDefinition(
        data["code"], materials[data["material"]], data["batch_quantity"], segments, name=data["name"]
    )


def _step(sent: dict[str, Any]) -> service.NewStep:
    if sent["unit"] and sent["unit"] not in UNITS:
        raise InvalidInput(
            {"unit": [_("%(code)s is not a known unit code. Use one such as MMT or KGM.") % {"code": sent["unit"]}]}
        )
    words = {"kind": StepKind(sent["kind"]), "out_of_limit": OutOfLimit(sent["out_of_limit"])}
    return service.NewStep(**{**sent, **words})


def _found(model: Any, site: Site, codes: set[str], field: str) -> dict[str, Any]:
    rows = {row.code: row for row in model.objects.filter(site=site, code__in=codes)}
    missing = sorted(codes - set(rows))
    if missing:
        names = ", ".join(missing[:10])
        raise InvalidInput({field: [_("This site has none with the code %(code)s.") % {"code": names}]})
    return rows
