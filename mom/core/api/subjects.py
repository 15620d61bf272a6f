"""What the resources of named things have in common: their properties and their numbers in other systems.

    class EquipmentViewSet(PropertiesMixin, AliasesMixin, MasterDataViewSet):
        noun = "equipment"

`GET …/{id}/properties/` says what holds now (or `?at=`), `POST` there sets a value; `…/aliases/` likewise.
`?include=properties,aliases` embeds both into the rows of a list or of one row, in a constant number of statements.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers as drf
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core import aliases, clock
from mom.core.api.serializers import CharField, DateTimeField, IntegerField, Serializer, parse_instant
from mom.core.engine.properties import Content, Resolved, Stated
from mom.core.errors import InvalidInput
from mom.core.models import Alias, PropertyValue
from mom.core.properties import contents, reading, registry, writing

_AT = OpenApiParameter("at", str, description="What held at this instant; now, where it is left out.")


class ContentSerializer(Serializer):
    """A value as it was stated. Numbers are texts; value and limits stand in `unit`."""

    id = IntegerField(help_text="The stated value's own key.")
    value = CharField(allow_null=True, help_text="null: only limits are known, or classes differ.")
    unit = CharField(allow_blank=True)
    lower = CharField(allow_null=True)
    upper = CharField(allow_null=True)
    target = CharField(allow_null=True)
    holder = CharField(help_text="The noun on which it was stated.")
    holder_id = IntegerField()
    valid_from = drf.DateTimeField()
    valid_until = drf.DateTimeField(allow_null=True)


class KnownSerializer(Serializer):
    """What holds of a thing: its own value, or the one of its class; contradicting classes are all named."""

    property = CharField()
    name = CharField()
    type = CharField()
    is_inherited = drf.BooleanField()
    is_conflict = drf.BooleanField()
    sources = drf.ListField(child=CharField(), help_text="The codes of what it is inherited from.")
    stated = ContentSerializer(allow_null=True)
    candidates = ContentSerializer(many=True, help_text="In a conflict every value; else the one that holds.")


class NewValueSerializer(Serializer):
    """A value from an instant on; the one before ends there."""

    property = CharField(max_length=64, help_text="The property's code.")
    value = CharField(max_length=500, required=False, default="", allow_blank=True)
    unit = CharField(max_length=3, required=False, default="", allow_blank=True)
    lower = CharField(max_length=32, required=False, default="", allow_blank=True)
    upper = CharField(max_length=32, required=False, default="", allow_blank=True)
    target = CharField(max_length=32, required=False, default="", allow_blank=True)
    valid_from = DateTimeField(required=False, default=None, allow_null=True)
    reason = CharField(max_length=200, required=False, default="", allow_blank=True)


class AliasSerializer(Serializer):
    """What another system calls a thing."""

    id = IntegerField(read_only=True)
    system = CharField(max_length=32)
    external_id = CharField(max_length=200)
    valid_from = DateTimeField(required=False, default=None, allow_null=True)
    valid_until = drf.DateTimeField(read_only=True, allow_null=True)


def content_body(stated: Stated) -> dict[str, Any]:
    """A stated value on the wire."""
    content: Content = stated.content
    numbers = {name: contents.plain_number(getattr(content, name)) or None for name in contents.LIMITS}
    return {
        "id": stated.id,
        "value": contents.plain(content) if content.value is not None else None,
        "unit": content.unit,
        **numbers,
        "holder": stated.holder,
        "holder_id": stated.subject_id,
        "valid_from": stated.valid.start,
        "valid_until": stated.valid.end,
    }


def known_body(known: reading.Known) -> dict[str, Any]:
    """A resolved property on the wire."""
    resolved = known.resolved
    return KnownSerializer(
        {
            "property": known.definition.code,
            "name": known.definition.name,
            "type": known.definition.data_type,
            "is_inherited": resolved.is_inherited,
            "is_conflict": resolved.is_conflict,
            "sources": list(known.sources),
            "stated": content_body(resolved.stated) if resolved.stated else None,
            "candidates": [content_body(each) for each in resolved.candidates],
        }
    ).data


def alias_body(alias: Alias) -> dict[str, Any]:
    """An alias on the wire."""
    return dict(AliasSerializer(alias).data)


class SubjectMixin:
    """A thing that the ground knows by its noun; `include` embeds what hangs on it."""

    noun: ClassVar[str] = ""
    includes: ClassVar[tuple[str, ...]] = ()

    def subject_of(self, row: Any) -> Any:
        """The thing itself, where the resource's row is only about it."""
        return row

    def known_parameters(self) -> set[str]:
        known: set[str] = super().known_parameters()
        view: Any = self
        if view.request.method == "GET" and view.action in {"list", "retrieve"}:
            known |= {"include"}
        if view.request.method == "GET" and view.action == "properties":
            known = {"at"}
        return known if view.action != "aliases" else set()

    def included(self) -> list[str]:
        """What `?include=` asks for. Raises: ValidationError."""
        view: Any = self
        asked = [name for name in view.request.query_params.get("include", "").split(",") if name]
        unknown = sorted(set(asked) - set(self.includes))
        if unknown:
            message = _("Known here: %(names)s.") % {"names": ", ".join(self.includes)}
            raise ValidationError({"include": [message]})
        return asked

    def embedded(self, rows: list[Any], bodies: list[dict[str, Any]]) -> None:
        """Put what was asked for into the bodies of rows."""
        view: Any = self
        names = self.included() if view.request.method == "GET" else []
        keys = [self.subject_of(row).pk for row in rows]
        for name in names:
            found = _EMBED[name](self.noun, keys)
            for key, body in zip(keys, bodies, strict=True):
                body[name] = found.get(key, [])

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of rows."""
        view: Any = self
        page = view.paginate_queryset(view.filter_queryset(view.get_queryset()))
        bodies = view.body_of(page, many=True)
        self.embedded(list(page), bodies)
        return view.get_paginated_response(bodies)  # type: ignore[no-any-return]

    def answer(self, instance: Any, status_code: int = status.HTTP_200_OK, **headers: str) -> Response:
        """One row as the answer, with its ETag and what was asked to be embedded."""
        view: Any = super()
        response: Response = view.answer(instance, status_code, **headers)
        self.embedded([instance], [response.data])
        return response


def _properties(noun: str, keys: list[int]) -> Mapping[int, list[Any]]:
    now = clock.now()
    if not registry.has(noun):
        stated: dict[int, list[Any]] = {}
        for row in _on_classes(noun, keys, now):
            stated.setdefault(row.subject_id, []).append(_stated_body(row))
        return stated
    found = reading.properties_of(noun, keys, now)
    return {key: [known_body(each) for each in known] for key, known in found.items()}


def _aliases(noun: str, keys: list[int]) -> Mapping[int, list[Any]]:
    found = aliases.aliases_of(noun, keys, clock.now())
    return {key: [alias_body(each) for each in rows] for key, rows in found.items()}


BOTH = ("properties", "aliases")
_EMBED = {"properties": _properties, "aliases": _aliases}
_VALUE = OpenApiExample(
    "15 kW from now on",
    value={"property": "spindle_power", "value": "15", "unit": "KWT", "lower": "12", "upper": "18"},
    request_only=True,
)


class PropertiesMixin(SubjectMixin):
    """`…/{id}/properties/`: what holds, and a new value. On a class: what all of it inherit."""

    @extend_schema(responses=KnownSerializer(many=True), parameters=[_AT], filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def properties(self, request: Request, **_kwargs: Any) -> Response:
        """What is known of it at an instant, own or inherited."""
        view: Any = self
        at = self._instant(request)
        subject = self.subject_of(view.get_object())
        known = reading.properties_of(self.noun, [subject.pk], at) if registry.has(self.noun) else {}
        bodies = [known_body(each) for each in known.get(subject.pk, [])]
        return Response(bodies or [_stated_body(row) for row in _on_classes(self.noun, [subject.pk], at)])

    @extend_schema(request=NewValueSerializer, responses={201: ContentSerializer}, examples=[_VALUE])
    @properties.mapping.post
    def set_property(self, request: Request, **_kwargs: Any) -> Response:
        """Say what a property is from an instant (now) on; what said so before ends there."""
        view: Any = self
        subject = self.subject_of(view.get_object())
        sent = NewValueSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        site = subject.site.code
        named = list(reading.definitions_for(site, self.noun, is_all=True).filter(code=data["property"]))
        if not named:
            raise InvalidInput({"property": [_("There is no such property.")]})
        definition = min(named, key=lambda each: (each.noun != self.noun, each.noun))
        value = writing.property_set(
            request.actor,  # type: ignore[attr-defined]
            self.noun,
            subject,
            definition,
            contents.read_content(definition, data),
            valid_from=data["valid_from"],
            reason=data["reason"],
        )
        body = ContentSerializer(content_body(reading.stated(value))).data
        return Response(body, status=status.HTTP_201_CREATED)

    def _instant(self, request: Request) -> datetime:
        text = request.query_params.get("at")
        if not text:
            return clock.now()
        at = parse_instant(text)
        if at is None or not 1970 <= at.year <= 2199:
            raise ValidationError({"at": [_("Give date, time and offset, for example 2026-04-16T10:42:00Z.")]})
        return at


class AliasesMixin(SubjectMixin):
    """`…/{id}/aliases/`: what other systems call it."""

    @extend_schema(responses=AliasSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def aliases(self, request: Request, **_kwargs: Any) -> Response:
        """The numbers that hold now."""
        view: Any = self
        subject = self.subject_of(view.get_object())
        return Response(_aliases(self.noun, [subject.pk]).get(subject.pk, []))

    @extend_schema(request=AliasSerializer, responses={201: AliasSerializer})
    @aliases.mapping.post
    def add_alias(self, request: Request, **_kwargs: Any) -> Response:
        """Say what another system calls it."""
        view: Any = self
        subject = self.subject_of(view.get_object())
        sent = AliasSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        alias = aliases.alias_add(request.actor, self.noun, subject, **sent.validated_data)  # type: ignore[attr-defined]
        return Response(alias_body(alias), status=status.HTTP_201_CREATED)


def _on_classes(noun: str, keys: list[int], at: datetime) -> list[PropertyValue]:
    """What is stated on classes, which have no properties of their own but those of what belongs to them."""
    return list(reading.stated_on(noun, keys).filter(reading.valid_at(at)))


def _stated_body(row: PropertyValue) -> dict[str, Any]:
    return known_body(reading.Known(row.definition, Resolved((reading.stated(row),), 0), ()))


def perms(view: str, change: str) -> dict[str, str]:
    """The rights of the four addresses."""
    return {"properties": view, "set_property": change, "aliases": view, "add_alias": change}
