"""Properties, their values, aliases and number ranges as resources of their own."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core import aliases, nouns, numbers
from mom.core.actor import Actor
from mom.core.api.filters import FilterSet, InstantFilter, IntegerFilter
from mom.core.api.serializers import CharField, DateTimeField, ModelSerializer, Serializer
from mom.core.api.subjects import ContentSerializer, content_body
from mom.core.api.viewsets import CreateMixin, ReadOnlyViewSet, UpdateMixin
from mom.core.errors import InvalidInput, NotAllowed
from mom.core.models import Alias, NumberRange, PropertyDefinition, PropertyValue
from mom.core.permissions_declared import CHANGE_NUMBER_RANGE, CHANGE_PROPERTY, VIEW_PROPERTY
from mom.core.properties import defining, reading, writing


class DefinitionSerializer(ModelSerializer):
    """Something that can be said of a noun. Site, noun and code never change."""

    choices = drf.ListField(child=CharField(max_length=100), required=False)

    class Meta:
        model = PropertyDefinition
        fields = (
            "id", "site", "noun", "code", "name", "data_type", "unit", "choices", "description", "is_deprecated",
            "version",
        )  # fmt: skip
        read_only_fields = ("version",)
        validators: list[object] = []

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises: ValidationError for a change of what never changes."""
        if self.instance is None:
            return attrs
        for name in ("site", "noun", "code"):
            if name in attrs and attrs[name] != getattr(self.instance, name):
                raise ValidationError({name: [_("This can't be changed after it was added.")]})
        return {name: value for name, value in attrs.items() if name not in {"site", "noun", "code"}}


class ValueSerializer(ContentSerializer):
    """A stated value with its property."""

    site = CharField()
    property = CharField()
    set_by = CharField()


class KnownEndSerializer(Serializer):
    """When it ends: now, where it is left out."""

    at = DateTimeField(required=False, default=None, allow_null=True)
    reason = CharField(required=False, default="", max_length=200, allow_blank=True)


class AliasRowSerializer(ModelSerializer):
    """What another system calls a thing."""

    class Meta:
        model = Alias
        fields = ("id", "site", "noun", "subject_id", "system", "external_id", "valid_from", "valid_until")
        read_only_fields = fields


class NumberRangeSerializer(ModelSerializer):
    """How a noun is numbered at a site."""

    class Meta:
        model = NumberRange
        fields = ("id", "site", "noun", "pattern", "resets", "first", "is_gapless", "version")
        read_only_fields = ("version",)
        validators: list[object] = []


class DefinitionFilters(FilterSet):
    """By site, noun, code and use."""

    class Meta:
        model = PropertyDefinition
        fields = {"site": ["exact"], "noun": ["exact"], "code": ["exact", "in"], "is_deprecated": ["exact"]}


class ValueFilters(FilterSet):
    """By what it is stated on, property and instant."""

    property = django_filters.CharFilter(field_name="definition__code", label="The property's code.")
    at = InstantFilter(method="holding_at", label="What held at this instant.")
    holder_id = IntegerFilter(field_name="subject_id", label="The key of the thing or class.")

    class Meta:
        model = PropertyValue
        fields = {"site": ["exact"], "holder": ["exact"]}

    def holding_at(self, rows: QuerySet[Any], _name: str, at: Any) -> QuerySet[Any]:
        """Values that hold at an instant."""
        return rows.filter(reading.valid_at(at))


class AliasFilters(FilterSet):
    """By system, number, noun and thing."""

    subject_id = IntegerFilter(label="The key of the thing.")
    at = InstantFilter(method="holding_at", label="What held at this instant.")

    class Meta:
        model = Alias
        fields = {"site": ["exact"], "noun": ["exact"], "system": ["exact"], "external_id": ["exact", "in"]}

    def holding_at(self, rows: QuerySet[Any], _name: str, at: Any) -> QuerySet[Any]:
        """Aliases that hold at an instant."""
        return rows.filter(aliases.valid_at(at))


def of_nouns(rows: QuerySet[Any], actor: Actor, field: str) -> QuerySet[Any]:
    """Those of rows that hang on things which the actor may see: each noun has its own right."""
    by_right: dict[str, list[str]] = {}
    for noun in nouns.registered():
        by_right.setdefault(noun.view, []).append(noun.key)
    seen = Q(pk__in=[])
    for right, keys in by_right.items():
        sites = actor.sites_with(right)
        seen |= Q(**{f"{field}__in": keys}) & (Q() if sites is None else Q(site__in=sorted(sites)))
    return rows.filter(seen)


def _known_site(actor: Actor, site: str, permission: str) -> str:
    """The site, where this may be done. Raises: NotAllowed; InvalidInput for a site that one may not see."""
    if not actor.may(permission, site):
        if actor.may(VIEW_PROPERTY, site):
            raise NotAllowed
        raise InvalidInput({"site": [_("There is no such site where you may do this.")]})
    return site


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample(
                "Spindle power",
                value={
                    "site": "NORRTAL", "noun": "equipment", "code": "spindle_power", "name": "Spindle power",
                    "data_type": "number", "unit": "KWT",
                },
                request_only=True,
            )
        ]
    )
)  # fmt: skip
class PropertyDefinitionViewSet(CreateMixin, UpdateMixin, ReadOnlyViewSet):
    """What can be said of machines, assets, people, materials, lots and jobs, and of their classes."""

    required_perms = {
        "list": VIEW_PROPERTY, "retrieve": VIEW_PROPERTY, "create": CHANGE_PROPERTY, "partial_update": CHANGE_PROPERTY,
    }  # fmt: skip
    http_method_names: ClassVar[list[str]] = ["get", "post", "patch", "head", "options"]
    site_path = "site"
    serializer_class = DefinitionSerializer
    queryset = PropertyDefinition.objects.all()
    filterset_class = DefinitionFilters
    ordering_fields, ordering = ("code", "id"), ("noun", "code")

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> PropertyDefinition:
        """Define it through the service."""
        site = _known_site(actor, data.pop("site"), CHANGE_PROPERTY)
        return defining.definition_add(actor, site, data.pop("noun"), **data)

    def perform_update(self, actor: Actor, instance: Any, data: dict[str, Any], version: int) -> PropertyDefinition:
        """Change it through the service."""
        return defining.definition_change(actor, instance.pk, version=version, **data)


class PropertyValueViewSet(ReadOnlyViewSet):
    """Every value that was ever stated, from when until when. New ones are set at the thing: `…/{id}/properties/`."""

    required_perms = {"list": VIEW_PROPERTY, "retrieve": VIEW_PROPERTY, "end": VIEW_PROPERTY}
    site_path = "site"
    serializer_class = ValueSerializer
    queryset = PropertyValue.objects.select_related("definition")
    filterset_class = ValueFilters
    ordering_fields, ordering = ("valid_from", "id"), ("-valid_from",)

    def for_actor(self, actor: Actor, permission: str) -> QuerySet[Any]:
        """The values of what the asker may see."""
        return of_nouns(super().for_actor(actor, permission), actor, "holder")

    def body_of(self, rows: Any, *, many: bool = False) -> Any:
        """Values as bodies: the columns behind them are the store's."""
        return super().body_of([_value_body(row) for row in rows] if many else _value_body(rows), many=many)

    @extend_schema(request=KnownEndSerializer, responses=ValueSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, **_kwargs: Any) -> Response:
        """Let it end without a new one: what is inherited holds again. Needs the right to change the thing."""
        row = self.get_object()
        sent = KnownEndSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        return self.answer(writing.property_end(request.actor, row.pk, **sent.validated_data))  # type: ignore[attr-defined]


def _value_body(row: PropertyValue) -> dict[str, Any]:
    own = {"site": row.site, "property": row.definition.code, "set_by": row.set_by}
    return {**content_body(reading.stated(row)), **own}


class AliasViewSet(ReadOnlyViewSet):
    """What other systems call our things. New ones are added at the thing: `…/{id}/aliases/`."""

    required_perms = {"list": VIEW_PROPERTY, "retrieve": VIEW_PROPERTY, "end": VIEW_PROPERTY}
    site_path = "site"
    serializer_class = AliasRowSerializer
    queryset = Alias.objects.all()
    filterset_class = AliasFilters
    ordering_fields, ordering = ("system", "external_id", "id"), ("id",)

    def for_actor(self, actor: Actor, permission: str) -> QuerySet[Any]:
        """The aliases of what the asker may see."""
        return of_nouns(super().for_actor(actor, permission), actor, "noun")

    @extend_schema(request=KnownEndSerializer, responses=AliasRowSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, **_kwargs: Any) -> Response:
        """Let it end; the number may then name something else. Needs the right to change the thing."""
        row = self.get_object()
        sent = KnownEndSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        return self.answer(aliases.alias_end(request.actor, row.pk, **sent.validated_data))  # type: ignore[attr-defined]


@extend_schema_view(
    create=extend_schema(
        examples=[
            OpenApiExample(
                "Orders by year",
                value={"site": "NORRTAL", "noun": "order", "pattern": "WO-{yy}{seq:05}", "resets": "year"},
                request_only=True,
            )
        ]
    )
)
class NumberRangeViewSet(CreateMixin, UpdateMixin, ReadOnlyViewSet):
    """How each noun is numbered where a code is left blank."""

    required_perms = {
        "list": VIEW_PROPERTY, "retrieve": VIEW_PROPERTY, "create": CHANGE_NUMBER_RANGE,
        "partial_update": CHANGE_NUMBER_RANGE,
    }  # fmt: skip
    http_method_names: ClassVar[list[str]] = ["get", "post", "patch", "head", "options"]
    site_path = "site"
    serializer_class = NumberRangeSerializer
    queryset = NumberRange.objects.all()
    filterset_fields = {"site": ["exact"], "noun": ["exact"]}
    ordering_fields, ordering = ("noun", "id"), ("noun",)

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> NumberRange:
        """Say how a noun is numbered."""
        site = _known_site(actor, data.pop("site"), CHANGE_NUMBER_RANGE)
        return numbers.number_range_set(actor, site, data.pop("noun"), **data)

    def perform_update(self, actor: Actor, instance: Any, data: dict[str, Any], version: int) -> NumberRange:
        """Change it through the service."""
        changes = {name: value for name, value in data.items() if name not in {"site", "noun"}}
        return numbers.number_range_set(actor, instance.site, instance.noun, version=version, **changes)
