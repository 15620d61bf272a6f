"""What machines counted, and how far plans by meter are."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from maintenance.models import MaintenancePlan, MeterDay

USE_DAYS = 30
"""Over so many days the daily use is averaged."""


def counted_in_all(equipment_id: int, kind: str) -> Decimal:
    """All that a machine ever counted here. One statement."""
    rows = MeterDay.objects.filter(equipment=equipment_id, kind=kind)
    return rows.aggregate(total=Sum("counted"))["total"] or Decimal(0)


def with_meter(rows: QuerySet[MaintenancePlan], now: datetime) -> QuerySet[MaintenancePlan]:
    """Plans with `counted` since they were done last, and `used` in the last 30 days. No statement more."""
    days = MeterDay.objects.filter(equipment=OuterRef("equipment"), kind=OuterRef("meter_kind")).order_by()
    recent = days.filter(day__gt=(now - timedelta(days=USE_DAYS)).date())
    return rows.annotate(
        counted=_sum_of(days) - F("meter_at"),
        used=_sum_of(recent),
    )


def _sum_of(days: QuerySet[MeterDay]) -> Coalesce:
    summed = days.values("equipment").annotate(total=Sum("counted")).values("total")
    number: DecimalField[Decimal, Decimal] = DecimalField(max_digits=18, decimal_places=6)
    return Coalesce(Subquery(summed), Value(Decimal(0)), output_field=number)
