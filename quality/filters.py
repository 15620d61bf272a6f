"""How lists of quality are narrowed in the API."""

import django_filters

from mom.core.api.filters import FilterSet, InstantFilter
from quality.models.labels import (
    CHARACTERISTIC_KIND,
    INSPECTION_CAUSE,
    INSPECTION_STATUS,
    NONCONFORMANCE_ORIGIN,
    NONCONFORMANCE_STATUS,
    PLAN_STATUS,
    SEVERITY,
)


class ControlPlanFilters(FilterSet):
    """By site, code, product and status."""

    site = django_filters.CharFilter(field_name="site__code", label="The site's code.")
    code = django_filters.CharFilter()
    material = django_filters.CharFilter(field_name="material__code", label="The product's code.")
    status = django_filters.ChoiceFilter(choices=PLAN_STATUS.choices)


class CharacteristicFilters(FilterSet):
    """By site, plan, code and kind."""

    site = django_filters.CharFilter(field_name="site__code", label="The site's code.")
    control_plan = django_filters.NumberFilter(label="The key of the plan's version.")
    code = django_filters.CharFilter()
    kind = django_filters.ChoiceFilter(choices=CHARACTERISTIC_KIND.choices)


class ControlChartFilters(FilterSet):
    """By site, plan, characteristic, product and machine."""

    site = django_filters.CharFilter(field_name="site__code", label="The site's code.")
    control_plan = django_filters.CharFilter(field_name="plan_code", label="The plan's code.")
    characteristic = django_filters.CharFilter(field_name="characteristic_code", label="The characteristic's code.")
    material = django_filters.CharFilter(field_name="material__code", label="The product's code.")
    machine = django_filters.CharFilter(field_name="equipment__code", label="The machine's code.")


class SampleFilters(FilterSet):
    """By site, chart, job, lot, inspection, nonconformance, and when it was taken."""

    site = django_filters.CharFilter(field_name="site__code", label="The site's code.")
    chart = django_filters.NumberFilter(label="The chart's key.")
    job_order = django_filters.NumberFilter(label="The inspected job's key.")
    inspection = django_filters.NumberFilter(label="The inspection's key.")
    nonconformance = django_filters.CharFilter(field_name="nonconformance__code", label="The nonconformance's code.")
    lot = django_filters.CharFilter(field_name="lot__code", label="The lot's code.")
    has_signal = django_filters.BooleanFilter()
    taken_from = InstantFilter(field_name="taken_at", lookup_expr="gte", label="Taken from this instant on.")
    taken_before = InstantFilter(field_name="taken_at", lookup_expr="lt", label="Taken before this instant.")


class InspectionFilters(FilterSet):
    """By site, status, cause, the inspected job and its machine."""

    site = django_filters.CharFilter(field_name="site__code", label="The site's code.")
    status = django_filters.ChoiceFilter(choices=INSPECTION_STATUS.choices)
    cause = django_filters.ChoiceFilter(choices=INSPECTION_CAUSE.choices)
    inspected_job = django_filters.NumberFilter(label="The inspected job's key.")
    machine = django_filters.CharFilter(field_name="inspected_job__equipment__code", label="The machine's code.")


class NonconformanceFilters(FilterSet):
    """By site, code, status, severity, origin, product, machine, lot, and when it was found."""

    site = django_filters.CharFilter(field_name="site__code", label="The site's code.")
    code = django_filters.CharFilter()
    status = django_filters.ChoiceFilter(choices=NONCONFORMANCE_STATUS.choices)
    severity = django_filters.ChoiceFilter(choices=SEVERITY.choices)
    origin = django_filters.ChoiceFilter(choices=NONCONFORMANCE_ORIGIN.choices)
    material = django_filters.CharFilter(field_name="material__code", label="The product's code.")
    machine = django_filters.CharFilter(field_name="equipment__code", label="The machine's code.")
    lot = django_filters.CharFilter(field_name="lines__lot__code", label="A lot in doubt.", distinct=True)
    found_from = InstantFilter(field_name="found_at", lookup_expr="gte", label="Found from this instant on.")
    found_before = InstantFilter(field_name="found_at", lookup_expr="lt", label="Found before this instant.")
