"""How lists of the spine are narrowed in the API. Codes are those that people use; instants carry their offset."""

from django_filters import BooleanFilter, CharFilter, ChoiceFilter

from mom.core.api.filters import InstantFilter, IntegerFilter, SiteFilterSet
from mom.core.api.subject_filters import AliasFilter, PropertyFilter
from mom.work.engine.terms import JobOrderStatus, QuantityKind, WorkKind, WorkRequestStatus
from mom.work.models.labels import OPERATIONS_TYPE


def _values(enum: type) -> list[tuple[str, str]]:
    return [(str(member), str(member)) for member in enum]  # type: ignore[attr-defined]


class WorkRequestFilters(SiteFilterSet):
    """Orders by number, domain, status and due date."""

    code = CharFilter()
    status = ChoiceFilter(choices=_values(WorkRequestStatus))
    operations_type = ChoiceFilter(choices=OPERATIONS_TYPE.choices)
    due_before = InstantFilter(field_name="due_at", lookup_expr="lt", label="Due before this instant.")
    due_from = InstantFilter(field_name="due_at", lookup_expr="gte", label="Due at or after this instant.")


class JobOrderFilters(SiteFilterSet):
    """Jobs by number, order, machine and status."""

    code = CharFilter()
    order = CharFilter(field_name="work_request__code", label="The order's number.")
    machine = CharFilter(field_name="equipment__code", label="The machine's code.")
    status = ChoiceFilter(choices=_values(JobOrderStatus))
    property = PropertyFilter("job")
    alias = AliasFilter("job")


class JobResponseFilters(SiteFilterSet):
    """Work by job, machine, kind and start."""

    job_order = IntegerFilter(field_name="job_order_id")
    machine = CharFilter(field_name="equipment__code", label="The machine's code.")
    work_kind = ChoiceFilter(choices=_values(WorkKind))
    is_open = BooleanFilter(field_name="ended_at", lookup_expr="isnull", label="Going on now.")
    started_from = InstantFilter(field_name="started_at", lookup_expr="gte", label="Started at or after this instant.")
    started_before = InstantFilter(field_name="started_at", lookup_expr="lt", label="Started before this instant.")


class LabourEntryFilters(SiteFilterSet):
    """Labour by person, job and start."""

    person = CharFilter(field_name="person__code", label="The person's code.")
    job_order = IntegerFilter(field_name="job_response__job_order_id")
    started_from = InstantFilter(field_name="started_at", lookup_expr="gte", label="Started at or after this instant.")
    started_before = InstantFilter(field_name="started_at", lookup_expr="lt", label="Started before this instant.")


class QuantityReportFilters(SiteFilterSet):
    """Reports by job, kind and time."""

    job_order = IntegerFilter(field_name="output__job_order_id")
    kind = ChoiceFilter(choices=_values(QuantityKind))
    occurred_from = InstantFilter(field_name="occurred_at", lookup_expr="gte", label="At or after this instant.")
    occurred_before = InstantFilter(field_name="occurred_at", lookup_expr="lt", label="Before this instant.")


class ReservationFilters(SiteFilterSet):
    """Reservations by job, machine and time."""

    job_order = IntegerFilter(field_name="job_order_id")
    machine = CharFilter(field_name="equipment__code", label="The machine's code.")
    ends_after = InstantFilter(field_name="ended_at", lookup_expr="gt", label="Ending after this instant.")
    starts_before = InstantFilter(field_name="started_at", lookup_expr="lt", label="Starting before this instant.")


class GateOverrideFilters(SiteFilterSet):
    """Overrides by job, source and time."""

    job_order = IntegerFilter(field_name="job_order_id")
    source = CharFilter(label="A name from `gate-rules/sources/`.")
    overridden_from = InstantFilter(field_name="overridden_at", lookup_expr="gte", label="At or after this instant.")
