"""How figures, their values and their reasons are written in the API."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from analytics.engine.kpi import Audience, Basis, Kpi, Methodology, Timing, Trend
from analytics.selectors.series import By
from analytics.selectors.series_export import FigureRow, Figures, rounded
from mom.core.api.serializers import CharField, DateField, Serializer


class KpiSerializer(serializers.Serializer[Kpi]):
    """A KPI's definition, with the fields of KPI-ML (ISO 22400-1)."""

    id = serializers.CharField()
    name = serializers.SerializerMethodField()
    formula = serializers.CharField()
    unit = serializers.CharField(help_text="UN/ECE Recommendation 20 code; empty: the unit of the quantities.")
    per = serializers.CharField(allow_null=True, help_text="Unit below the line of a rate; null: no rate.")
    scope = serializers.CharField(help_text="What it is of: work unit, order, site, personnel.")
    lower = serializers.DecimalField(max_digits=30, decimal_places=12, allow_null=True, help_text="Natural range.")
    upper = serializers.DecimalField(max_digits=30, decimal_places=12, allow_null=True, help_text="Natural range.")
    range_note = serializers.SerializerMethodField()
    trend = serializers.ChoiceField(choices=[each.value for each in Trend])
    timing = serializers.ListField(child=serializers.ChoiceField(choices=[each.value for each in Timing]))
    audience = serializers.ListField(child=serializers.ChoiceField(choices=[each.value for each in Audience]))
    methodology = serializers.ListField(child=serializers.ChoiceField(choices=[each.value for each in Methodology]))
    source = serializers.CharField()
    number = serializers.IntegerField(allow_null=True, help_text="Its number in ISO 22400-2.")
    version = serializers.IntegerField()
    basis = serializers.ChoiceField(
        choices=[each.value for each in Basis], help_text="The record it is computed from; none: not computed yet."
    )
    no_data = serializers.SerializerMethodField(help_text="Which record is missing, where nothing computes it yet.")
    variants = serializers.SerializerMethodField(help_text="Formulas to choose from, by name; empty: one only.")
    note = serializers.SerializerMethodField()

    def get_name(self, kpi: Kpi) -> str:
        """In the reader's language."""
        return _(kpi.name)

    def get_note(self, kpi: Kpi) -> str:
        """In the reader's language; empty where there is nothing to add."""
        return _(kpi.note) if kpi.note else ""

    def get_range_note(self, kpi: Kpi) -> str:
        """In the reader's language; empty where there is nothing to add."""
        return _(kpi.range_note) if kpi.range_note else ""

    def get_no_data(self, kpi: Kpi) -> str:
        """In the reader's language."""
        return _(kpi.no_record) if kpi.no_record else ""

    def get_variants(self, kpi: Kpi) -> dict[str, str]:
        """Name to formula, the usual one first."""
        if not kpi.variants:
            return {}
        return {kpi.variant: kpi.formula, **{name: each.formula for name, each in kpi.variants.items()}}


class KpiListSerializer(serializers.Serializer[Any]):
    """The whole book."""

    results = KpiSerializer(many=True)


def _number(**more: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=30, decimal_places=12, allow_null=True, **more)


class KpiTrustSerializer(serializers.Serializer[Any]):
    """How far a figure of machines can be trusted."""

    mark = serializers.CharField(help_text="good, fair, poor; none: no planned time.")
    completeness = _number(help_text="Known share of the planned time.")
    coded = _number(help_text="Share of stopped time, minor stops aside, that has a reason.")
    age = serializers.IntegerField(
        allow_null=True, help_text="Seconds within which most machines were heard; null where the window is over."
    )
    doubts = serializers.ListField(child=serializers.CharField())


class KpiRowSerializer(serializers.Serializer[Any]):
    """A value of one slice. No value: `missing` says why. `low`, `high`: what it may be, whatever unknown time was."""

    key = serializers.CharField()
    label = serializers.CharField()
    at = serializers.CharField(help_text="The step's start, where values were asked by step.")
    value = _number()
    unit = serializers.CharField()
    per = serializers.CharField(help_text="Unit below the line of a rate; empty: no rate.")
    missing = serializers.CharField(allow_null=True)
    low = _number()
    high = _number()
    of = serializers.CharField(help_text="Whose it is, where the value is the worst of several; else empty.")
    target = _number(help_text="The nearest target that holds at the end of the window.")
    trust = KpiTrustSerializer(allow_null=True)
    piece_source = serializers.CharField(help_text="Where the pieces are from; empty where no machine's are asked.")


class KpiValuesSerializer(serializers.Serializer[Any]):
    """A KPI by slices, and over all of them, computed from the sum of their parts."""

    kpi = serializers.CharField()
    version = serializers.IntegerField()
    variant = serializers.CharField(help_text="The formula used, where there are several.")
    formula = serializers.CharField()
    without_order = serializers.CharField(help_text="What a shift's time without an order counts as.")
    first = DateField()
    last = DateField()
    by = serializers.ChoiceField(choices=[each.value for each in By])
    step = serializers.CharField()
    total = KpiRowSerializer()
    results = KpiRowSerializer(many=True)


class RecomputeSerializer(Serializer):
    """Which days to compute again."""

    site = CharField(max_length=20)
    first = DateField()
    last = DateField()


def answer(found: Figures) -> dict[str, Any]:
    """The table of figures as `KpiValuesSerializer` writes it."""
    kpi, variant = found.asked.kpi, found.whole.value.variant
    return {
        "kpi": kpi.id,
        "version": kpi.version,
        "variant": variant,
        "formula": kpi.variants[variant].formula if variant in kpi.variants else kpi.formula,
        "without_order": found.without_order,
        "first": found.asked.window.first,
        "last": found.asked.window.last,
        "by": found.asked.by.value,
        "step": str(found.asked.step or ""),
        "total": _row(found.whole),
        "results": [_row(row) for row in found.rows],
    }


def _row(row: FigureRow) -> dict[str, Any]:
    value, mark = row.value, row.trust
    return {
        "key": row.key,
        "label": row.label,
        "at": row.at,
        "value": rounded(value.value),
        "unit": value.unit,
        "per": value.per,
        "missing": value.missing,
        "low": rounded(value.low),
        "high": rounded(value.high),
        "of": value.of,
        "target": rounded(row.target),
        "trust": None
        if mark is None
        else {
            "mark": mark.mark,
            "completeness": rounded(mark.completeness),
            "coded": rounded(mark.coded),
            "age": int(mark.age.total_seconds()) if mark.age is not None else None,
            "doubts": list(mark.doubts),
        },
        "piece_source": row.piece_source,
    }
