"""How stock is narrowed in the API. Codes are those that people use; instants carry their offset."""

from django.db.models import QuerySet
from django_filters import BooleanFilter, CharFilter, ChoiceFilter, UUIDFilter

from inventory.models import HeldLot, LotHold, StockBalance
from inventory.models.labels import COUNT_STATUS, MOVE_KIND
from mom.core.api.filters import InstantFilter, IntegerFilter, SiteFilterSet


class PlaceFilters(SiteFilterSet):
    """Places that hold stock, by code."""

    code = CharFilter(field_name="equipment__code", label="The place's code.")


class BalanceFilters(SiteFilterSet):
    """Balances by place, material and lot."""

    place = CharFilter(field_name="location__equipment__code", label="The place's code.")
    material = CharFilter(field_name="definition__code", label="The material's code.")
    lot = CharFilter(field_name="lot__code", label="The lot's code.")
    is_there = BooleanFilter(method="there", label="Only what is there, or only what is not.")

    def there(self, rows: QuerySet[StockBalance], _name: str, value: bool) -> QuerySet[StockBalance]:
        """With or without the empty ones."""
        return rows.exclude(quantity=0) if value else rows.filter(quantity=0)


class MoveFilters(SiteFilterSet):
    """Moves by act, kind, place, material, lot, job and time."""

    act = UUIDFilter(field_name="move_group", label="The key of the act.")
    kind = ChoiceFilter(choices=MOVE_KIND.choices)
    place = CharFilter(field_name="location__equipment__code", label="The place's code.")
    material = CharFilter(field_name="definition__code", label="The material's code.")
    lot = CharFilter(field_name="lot__code", label="The lot's code.")
    job_order = IntegerFilter(field_name="job_response__job_order_id")
    occurred_from = InstantFilter(field_name="occurred_at", lookup_expr="gte", label="At or after this instant.")
    occurred_before = InstantFilter(field_name="occurred_at", lookup_expr="lt", label="Before this instant.")


class StockReservationFilters(SiteFilterSet):
    """Reservations by job, material and lot."""

    job_order = IntegerFilter(field_name="requirement__job_order_id")
    material = CharFilter(field_name="balance__definition__code", label="The material's code.")
    lot = CharFilter(field_name="balance__lot__code", label="The lot's code.")
    is_open = BooleanFilter(field_name="released_at", lookup_expr="isnull", label="Not let go.")


class CountFilters(SiteFilterSet):
    """Counts by number, place and status."""

    code = CharFilter(label="The count's number.")
    place = CharFilter(field_name="location__equipment__code", label="The place's code.")
    status = ChoiceFilter(choices=COUNT_STATUS.choices)
    job_order = IntegerFilter(field_name="job_order_id")


class CountClassFilters(SiteFilterSet):
    """Count classes of a site."""


class MoveJobFilters(SiteFilterSet):
    """Jobs that move stock, by number, place, material and lot."""

    code = CharFilter(label="The move's number.")
    place = CharFilter(field_name="source__equipment__code", label="The code of the place that it lies at.")
    to = CharFilter(field_name="target__equipment__code", label="The code of the place that it is brought to.")
    material = CharFilter(field_name="definition__code", label="The material's code.")
    lot = CharFilter(field_name="lot__code", label="The lot's code.")
    job_order = IntegerFilter(field_name="job_order_id")
    is_done = BooleanFilter(field_name="done_at", lookup_expr="isnull", exclude=True, label="Done.")


class HoldFilters(SiteFilterSet):
    """Holds by number, lot and whether they go on."""

    code = CharFilter(label="The hold's number.")
    lot = CharFilter(method="of_lot", label="The code of a lot in it.")
    is_open = BooleanFilter(field_name="released_at", lookup_expr="isnull", label="Goes on.")

    def of_lot(self, rows: QuerySet[LotHold], _name: str, value: str) -> QuerySet[LotHold]:
        """Those that a lot is or was in."""
        return rows.filter(pk__in=HeldLot.objects.filter(lot__code=value).values("hold"))
