"""Filters of API lists: named one by one, strict about what they are given."""

import re
from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from mom.core.api.serializers import parse_instant

_WHOLE = re.compile(r"-?\d{1,18}", re.ASCII)


class InstantFormField(forms.CharField):
    """An instant with its offset."""

    def to_python(self, value: Any) -> Any:
        """The instant. Raises: ValidationError."""
        text = super().to_python(value)
        if not text:
            return None
        instant = parse_instant(text)
        if instant is None:
            raise ValidationError(_("Give date, time and offset, for example 2026-04-16T10:42:00Z."), code="invalid")
        return instant


class IntegerFormField(forms.CharField):
    """A whole number in plain digits."""

    def to_python(self, value: Any) -> Any:
        """The number. Raises: ValidationError."""
        text = super().to_python(value)
        if not text:
            return None
        if not _WHOLE.fullmatch(text):
            raise ValidationError(_("Give a whole number."), code="invalid")
        return int(text)


class BooleanFormField(forms.CharField):
    """true or false."""

    def to_python(self, value: Any) -> Any:
        """The value. Raises: ValidationError for any other word, which must not answer with all rows."""
        text = super().to_python(value)
        if not text:
            return None
        if text not in {"true", "false"}:
            raise ValidationError(_("Give true or false."), code="invalid")
        return text == "true"


class BooleanFilter(django_filters.Filter):
    """true or false."""

    field_class = BooleanFormField


@extend_schema_field(OpenApiTypes.DATETIME)
class InstantFilter(django_filters.Filter):
    """An instant with its offset."""

    field_class = InstantFormField


class IntegerFilter(django_filters.Filter):
    """A whole number; also the id of another row, of which the answer never tells whether it exists elsewhere."""

    field_class = IntegerFormField


class FilterSet(rest_framework.FilterSet):
    """The base of every API filter: instants need an offset, references are plain ids."""

    FILTER_DEFAULTS: ClassVar[dict[Any, Any]] = {
        **rest_framework.FilterSet.FILTER_DEFAULTS,
        models.BooleanField: {"filter_class": BooleanFilter},
        models.DateTimeField: {"filter_class": InstantFilter},
        models.ForeignKey: {"filter_class": IntegerFilter},
        models.OneToOneField: {"filter_class": IntegerFilter},
        models.AutoField: {"filter_class": IntegerFilter},
        models.IntegerField: {"filter_class": IntegerFilter},
        models.PositiveIntegerField: {"filter_class": IntegerFilter},
        models.PositiveSmallIntegerField: {"filter_class": IntegerFilter},
        models.SmallIntegerField: {"filter_class": IntegerFilter},
    }


class SiteFilterSet(FilterSet):
    """Rows of a site, by its code."""

    site = django_filters.CharFilter(field_name="site__code", label="The site's code.")


class SiteHoldingFilterSet(SiteFilterSet):
    """Rows of a site that hold from `valid_from` until before `valid_until`, by an instant."""

    at = InstantFilter(method="holding_at", label="What held at this instant.")

    def holding_at(self, rows: models.QuerySet[Any], _name: str, at: Any) -> models.QuerySet[Any]:
        """The rows that hold at an instant."""
        return rows.filter(models.Q(valid_until=None) | models.Q(valid_until__gt=at), valid_from__lte=at)


class FilterBackend(rest_framework.DjangoFilterBackend):
    """Filters by the view's `filterset_class`, or by a strict one made from its `filterset_fields`."""

    filterset_base = FilterSet
