"""Why a figure is what it is, in the API: intervals, pieces and energy of a machine, and where its messages stand."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from analytics.engine.kpi import Basis, Kpi, KpiValue
from analytics.engine.kpi_why import EnergyRow, PieceRow, TimeRow
from analytics.engine.machine_stretch import instant_of
from analytics.selectors.series_export import rounded
from analytics.selectors.slices import Window
from analytics.selectors.why import LONGEST, Why, why
from mom.accounts.models import Site
from mom.core.api.serializers import DateField, DateTimeField
from mom.core.errors import InvalidInput
from mom.plant.engine.calendar import local_day
from mom.plant.models import Equipment

_TEXT = OpenApiTypes.STR
WHY_PARAMETERS = [
    OpenApiParameter("site", _TEXT, required=True, description="The site's code."),
    OpenApiParameter("machine", _TEXT, required=True, description="The machine's code."),
    OpenApiParameter("from", OpenApiTypes.DATE, description="First local day; today without it."),
    OpenApiParameter("to", OpenApiTypes.DATE, description="Last local day, included; the first without it."),
    OpenApiParameter("shift", _TEXT, description="Only this shift, by its name."),
    OpenApiParameter("variant", _TEXT, description="Another formula of the figure, by its name in the book."),
]
MESSAGES = "/api/v1/floor/messages/"


def _number() -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=30, decimal_places=12, allow_null=True)


class WhyValueSerializer(serializers.Serializer[Any]):
    """A figure's value as in `values`."""

    value = _number()
    unit = serializers.CharField()
    per = serializers.CharField()
    missing = serializers.CharField(allow_null=True)
    low = _number()
    high = _number()
    variant = serializers.CharField()


class WhyTimeSerializer(serializers.Serializer[Any]):
    """A stretch of one time class. `seconds` exact to the microsecond; `is_stop_counted`: a stop counts here."""

    start = DateTimeField()
    end = DateTimeField()
    seconds = serializers.DecimalField(max_digits=18, decimal_places=6)
    state = serializers.CharField()
    time_class = serializers.CharField()
    loss_class = serializers.CharField()
    is_unplanned = serializers.BooleanField()
    reason = serializers.CharField()
    jobs = serializers.ListField(child=serializers.CharField())
    is_stop_counted = serializers.BooleanField()
    messages = serializers.CharField(help_text="Where the raw messages of this stretch stand.")


class WhyPieceSerializer(serializers.Serializer[Any]):
    """Pieces of one quality at an instant. Negative: taken back, or rejected after it was counted as good."""

    at = DateTimeField()
    quality = serializers.CharField()
    quantity = serializers.DecimalField(max_digits=18, decimal_places=6)
    unit = serializers.CharField()
    ideal_seconds = serializers.DecimalField(max_digits=18, decimal_places=6)
    job = serializers.CharField()
    is_judged = serializers.BooleanField(help_text="An ideal cycle held.")
    is_startup = serializers.BooleanField()


class WhyEnergySerializer(serializers.Serializer[Any]):
    """Energy used, in kWh, and what the machine did meanwhile."""

    at = DateTimeField()
    used = serializers.DecimalField(max_digits=18, decimal_places=6)
    part = serializers.CharField()


class WhySerializer(serializers.Serializer[Any]):
    """Everything that a figure of a machine is made of. The rows add up to `value` exactly.

    `figure` is what pages show; it differs only while facts wait to be computed (`is_current` false).
    """

    kpi = serializers.CharField()
    version = serializers.IntegerField()
    machine = serializers.CharField()
    first = DateField()
    last = DateField()
    shift = serializers.CharField()
    value = WhyValueSerializer()
    figure = WhyValueSerializer()
    is_current = serializers.BooleanField()
    parts = serializers.DictField(child=serializers.CharField(), help_text="The sums: microseconds, counts, pieces.")
    intervals = WhyTimeSerializer(many=True)
    pieces = WhyPieceSerializer(many=True)
    energy = WhyEnergySerializer(many=True)


def why_answer(kpi: Kpi, site: Site, query: Mapping[str, str], now: Any) -> dict[str, Any]:
    """The answer to a query. Raises: InvalidInput."""
    if kpi.basis != Basis.MACHINES:
        raise InvalidInput({"id": [_("This figure is not made of a machine's time and pieces.")]}, status=400)
    machine = Equipment.objects.filter(site=site, code=query.get("machine", "")).select_related("site").first()
    if machine is None:
        raise InvalidInput({"machine": [_("Name a machine of this site by its code.")]}, status=400)
    first = _day("from", query.get("from", "")) or local_day(now, site.zone)
    last = _day("to", query.get("to", "")) or first
    if last < first or last - first >= LONGEST:
        raise InvalidInput({"to": [_("Ask for 31 days at most, the last not before the first.")]}, status=400)
    variant = query.get("variant", "")
    if variant and variant not in kpi.variant_names:
        raise InvalidInput({"variant": [_("One of %(known)s.") % {"known": ", ".join(kpi.variant_names) or "-"}]},
                           status=400)  # fmt: skip
    found = why(kpi, site, machine, Window(first, last), now, shift=query.get("shift", ""), variant=variant)
    return _answer(found)


def _answer(found: Why) -> dict[str, Any]:
    code, site = found.machine.code, found.machine.site.code
    return {
        "kpi": found.kpi.id,
        "version": found.kpi.version,
        "machine": code,
        "first": found.window.first,
        "last": found.window.last,
        "shift": found.shift,
        "value": _value(found.value),
        "figure": _value(found.figure),
        "is_current": found.is_current,
        "parts": {name: str(getattr(found.totals, name)) for name in found.totals.__slots__},
        "intervals": [_time(found, row, site, code) for row in found.explained.times],
        "pieces": [_piece(found, row) for row in found.explained.pieces],
        "energy": [_energy(row) for row in found.explained.energies],
    }


def _value(value: KpiValue) -> dict[str, Any]:
    return {
        "value": rounded(value.value), "unit": value.unit, "per": value.per, "missing": value.missing,
        "low": rounded(value.low), "high": rounded(value.high), "variant": value.variant,
    }  # fmt: skip


def _time(found: Why, row: TimeRow, site: str, code: str) -> dict[str, Any]:
    start, end = instant_of(row.start), instant_of(row.end)
    window = {"site": site, "machine": code, "occurred_from": start.isoformat(), "occurred_before": end.isoformat()}
    return {
        "start": start,
        "end": end,
        "seconds": Decimal(row.length).scaleb(-6),
        "state": row.state,
        "time_class": row.of.time_class,
        "loss_class": row.of.loss,
        "is_unplanned": row.of.unplanned,
        "reason": found.reasons.get(row.reason_id, "") if row.reason_id is not None else "",
        "jobs": found.job_names(row.jobs),
        "is_stop_counted": row.counts,
        "messages": f"{MESSAGES}?{urlencode(window)}",
    }


def _piece(found: Why, row: PieceRow) -> dict[str, Any]:
    return {
        "at": instant_of(row.at),
        "quality": row.quality,
        "quantity": Decimal(row.quantity).scaleb(-6),
        "unit": row.made.unit,
        "ideal_seconds": Decimal(row.ideal).scaleb(-6),
        "job": "".join(found.job_names([row.made])),
        "is_judged": row.is_judged,
        "is_startup": row.is_startup,
    }


def _energy(row: EnergyRow) -> dict[str, Any]:
    return {"at": instant_of(row.at), "used": Decimal(row.used).scaleb(-6), "part": row.part}


def _day(name: str, text: str) -> date | None:
    if not text:
        return None
    try:
        if len(text) != 10:
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput({name: [_("Give a day as 2026-04-16.")]}, status=400) from None
