"""Fields that take exactly what the document says, and serializers that refuse what they do not know.

Stock fields were seen to accept naive times, `true` as a UUID, numbers in other scripts' digits and any unknown key.
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.core.exceptions import ObjectDoesNotExist
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.dateparse import parse_duration
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import Field as DRFField
from rest_framework.fields import SkipField
from rest_framework.relations import PKOnlyObject

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:?\d\d)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?", re.ASCII)
_DURATION = re.compile(r"-?P(\d{1,6}D)?(T(\d{1,6}H)?(\d{1,6}M)?(\d{1,9}(\.\d{1,6})?S)?)?", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)


def parse_instant(text: object) -> datetime | None:
    """An instant with its offset (RFC 3339), or None for anything else."""
    if not isinstance(text, str) or not _INSTANT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        return None


class DateTimeField(serializers.DateTimeField):
    """An instant; the offset is compulsory, because a time without one means another instant in another plant."""

    default_error_messages = {
        "offset": _("Give date, time and offset, for example 2026-04-16T10:42:00+02:00."),
        "bounds": _("Give a year from 1970 to 2199."),
    }

    def to_internal_value(self, value: Any) -> datetime:
        """The instant. Raises: ValidationError."""
        instant = parse_instant(value)
        if instant is None:
            self.fail("offset")
        if not 1970 <= instant.year <= 2199:
            self.fail("bounds")
        return instant


class DateField(serializers.DateField):
    """A day, as 2026-04-16."""

    def to_internal_value(self, value: Any) -> date:
        """The day. Raises: ValidationError."""
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


class DurationField(serializers.DurationField):
    """A stretch of time, as PT1H30M (ISO 8601)."""

    default_error_messages = {"iso": _("Give an ISO 8601 duration, for example PT1H30M.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("format", "iso-8601")
        super().__init__(**kwargs)

    def to_internal_value(self, value: Any) -> timedelta:
        """The duration. Raises: ValidationError."""
        if not isinstance(value, str) or not _DURATION.fullmatch(value) or (found := parse_duration(value)) is None:
            self.fail("iso")
        return found


class IntegerField(serializers.IntegerField):
    """A JSON whole number; neither a text nor true nor 5.0."""

    def to_internal_value(self, data: Any) -> int:
        """The number. Raises: ValidationError."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        if abs(data) >= 2**63:
            self.fail("max_string_length", max_length=19)
        return data


class FloatField(serializers.FloatField):
    """A JSON number."""

    def to_internal_value(self, data: Any) -> float:
        """The number. Raises: ValidationError."""
        if isinstance(data, bool) or not isinstance(data, int | float | Decimal):
            self.fail("invalid")
        return float(data)


class DecimalField(serializers.DecimalField):
    """An exact decimal, as a text ("12.50") or a JSON number."""

    def to_internal_value(self, data: Any) -> Decimal:
        """The number. Raises: ValidationError."""
        is_number = isinstance(data, int | Decimal) and not isinstance(data, bool)
        if not is_number and not (isinstance(data, str) and _NUMBER.fullmatch(data)):
            self.fail("invalid")
        return super().to_internal_value(data)


class BooleanField(serializers.BooleanField):
    """true or false, not a word that looks like it."""

    def to_internal_value(self, data: Any) -> Any:
        """The value. Raises: ValidationError."""
        if data is None and self.allow_null:
            return None
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class CharField(serializers.CharField):
    """A JSON text; a number is not one."""

    def to_internal_value(self, data: Any) -> str:
        """The text. Raises: ValidationError."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class ChoiceField(serializers.ChoiceField):
    """One of a few words, as they are spelled."""

    def to_internal_value(self, data: Any) -> Any:
        """The choice. Raises: ValidationError."""
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class UUIDField(serializers.UUIDField):
    """A UUID as 36 characters."""

    def to_internal_value(self, data: Any) -> uuid.UUID:
        """The identifier. Raises: ValidationError."""
        if not isinstance(data, str) or not _UUID.fullmatch(data):
            self.fail("invalid", value=data)
        return uuid.UUID(data)


class JSONField(serializers.JSONField):
    """Any JSON; fractions are kept as texts."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("encoder", DjangoJSONEncoder)
        super().__init__(**kwargs)


class RelatedField(serializers.PrimaryKeyRelatedField[Any]):
    """A reference by id to a row that the asker may see; another site's row is answered like a missing one."""

    site_path = "site__code"

    def __init__(self, *, permission: str = "", site_path: str | None = None, **kwargs: Any) -> None:
        self.permission = permission
        self.site_path = site_path or type(self).site_path
        super().__init__(**kwargs)

    def get_queryset(self) -> models.QuerySet[Any]:
        """The rows that may be named."""
        queryset: Any = super().get_queryset()
        actor = self.context["request"].actor
        sites = actor.sites_with(self.permission) if self.permission else None
        narrowed: models.QuerySet[Any] = (
            queryset if sites is None else queryset.filter(**{f"{self.site_path}__in": sites})
        )
        return narrowed

    def to_internal_value(self, data: Any) -> Any:
        """The row. Raises: ValidationError."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("incorrect_type", data_type=type(data).__name__)
        return super().to_internal_value(data)


_ASK = object()


def _value_at(row: Any, path: Sequence[str]) -> Any:
    """What stands at the end of the path, or `_ASK` where the field must say what that means."""
    try:
        for step in path:
            row = getattr(row, step)
    except (AttributeError, ObjectDoesNotExist):
        return _ASK
    return _ASK if callable(row) else row


class RefusesUnknown(serializers.Serializer[Any]):
    """Refuses keys that no field takes: a misspelt key must not be lost in silence."""

    @cached_property
    def _shows(self) -> list[tuple[str, Any, Sequence[str]]]:
        """Of each field that is shown its name, itself, and where its value stands (no path: the field seeks it)."""
        return [
            (each.field_name, each, () if type(each).get_attribute is not DRFField.get_attribute else each.source_attrs)
            for each in self._readable_fields
        ]

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """As the framework does it, which asks each field for its value; most values need no asking."""
        is_row = not isinstance(instance, Mapping)
        shown: dict[str, Any] = {}
        for name, field, path in self._shows:
            value = _value_at(instance, path) if path and is_row else _ASK
            if value is _ASK:
                try:
                    value = field.get_attribute(instance)
                except SkipField:
                    continue
            is_none = (value.pk if isinstance(value, PKOnlyObject) else value) is None
            shown[name] = None if is_none else field.to_representation(value)
        return shown

    def to_internal_value(self, data: Any) -> Any:
        """The validated values. Raises: ValidationError with a message for each unknown key too."""
        if isinstance(data, Mapping):
            unknown = [str(key) for key in data if key not in self.fields]
            if unknown:
                message = ErrorDetail(str(_("There is no such field.")), code="unknown_field")
                raise ValidationError({key[:100]: [message] for key in unknown[:20]})
        return super().to_internal_value(data)


class Serializer(RefusesUnknown):
    """The base of every body that is not one row. Use the strict fields of this module."""


class ModelSerializer(RefusesUnknown, serializers.ModelSerializer[Any]):
    """The base of every body that is a row; fields are named one by one (never `__all__`)."""

    serializer_field_mapping: ClassVar[dict[Any, Any]] = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.BigIntegerField: IntegerField,
        models.IntegerField: IntegerField,
        models.SmallIntegerField: IntegerField,
        models.PositiveIntegerField: IntegerField,
        models.PositiveSmallIntegerField: IntegerField,
        models.PositiveBigIntegerField: IntegerField,
        models.AutoField: IntegerField,
        models.BigAutoField: IntegerField,
        models.BooleanField: BooleanField,
        models.CharField: CharField,
        models.TextField: CharField,
        models.DateField: DateField,
        models.DateTimeField: DateTimeField,
        models.DecimalField: DecimalField,
        models.DurationField: DurationField,
        models.FloatField: FloatField,
        models.JSONField: JSONField,
        models.UUIDField: UUIDField,
    }
    serializer_choice_field = ChoiceField
    serializer_related_field = RelatedField


class ProblemSerializer(serializers.Serializer[Any]):
    """A refusal (RFC 9457): `code` is stable for programs, `detail` is the sentence for people."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    request_id = serializers.CharField()
    fields: Any = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False)
    items = serializers.ListField(child=serializers.JSONField(), required=False)
