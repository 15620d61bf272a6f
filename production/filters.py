"""How a list of orders is narrowed."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from mom.core.api.filters import FilterSet, InstantFilter
from mom.core.api.subject_filters import AliasFilter
from mom.plant.engine.terms import WORK_UNIT_LEVELS
from mom.plant.models import Equipment, MaterialDefinition
from mom.work.engine.terms import WorkRequestStatus
from mom.work.models import WorkRequest
from mom.work.models.labels import WORK_REQUEST_STATUS


def _machines(request: Any) -> QuerySet[Equipment]:
    return Equipment.objects.filter(site_id=request.site.pk, level__in=WORK_UNIT_LEVELS).order_by("code")


def _materials(request: Any) -> QuerySet[MaterialDefinition]:
    return MaterialDefinition.objects.filter(site_id=request.site.pk).order_by("code")


class OrderFilters(django_filters.FilterSet):
    """By status, machine, material and due date."""

    status = django_filters.MultipleChoiceFilter(label=_("Status"), choices=WORK_REQUEST_STATUS.choices)
    machine = django_filters.ModelChoiceFilter(
        label=_("Machine"), queryset=_machines, field_name="job_orders__equipment", distinct=True
    )
    material = django_filters.ModelChoiceFilter(
        label=_("Material"), queryset=_materials, field_name="production_request__definition"
    )
    due = django_filters.DateFromToRangeFilter(label=_("Due"), field_name="due_at")

    class Meta:
        model = WorkRequest
        fields: tuple[str, ...] = ()


class OrderApiFilters(FilterSet):
    """The API's list of orders: by codes, status and due date."""

    site = django_filters.CharFilter(field_name="site__code", label="The site's code.")
    code = django_filters.CharFilter(field_name="work_request__code")
    alias = AliasFilter("order", key="work_request_id")
    material = django_filters.CharFilter(field_name="definition__code", label="The material's code.")
    status = django_filters.ChoiceFilter(
        field_name="work_request__status", choices=[(status.value, status.value) for status in WorkRequestStatus]
    )
    due_before = InstantFilter(field_name="work_request__due_at", lookup_expr="lt", label="Due before this instant.")
    due_from = InstantFilter(field_name="work_request__due_at", lookup_expr="gte", label="Due from this instant on.")
