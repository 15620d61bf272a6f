"""What the API says of a board and of a shift's report. Ratios are fractions of one, times whole microseconds."""

from typing import Any

from rest_framework import serializers

from analytics.engine import oee as engine
from analytics.engine.board import Amounts
from analytics.engine.book import BOOK
from analytics.engine.kpi import KpiValue
from analytics.engine.losses import BigLoss, six_big_losses
from analytics.engine.machine_parts import MachineTotals
from analytics.engine.oee import School
from analytics.engine.trust import trust
from analytics.selectors.board import Board, BoardRow
from analytics.selectors.losses import source_of
from analytics.selectors.shift_report import ShiftReport

PLACES = 12


class AmountSerializer(serializers.Serializer[Any]):
    """A quantity in one unit."""

    unit = serializers.CharField()
    value = serializers.DecimalField(max_digits=24, decimal_places=6)


class BoardHourSerializer(serializers.Serializer[Any]):
    """One hour of a shift, cut where the shift begins or ends."""

    hour = serializers.DateTimeField(help_text="The key of its entry.")
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    plan = AmountSerializer(many=True)
    good = AmountSerializer(many=True)
    scrap = AmountSerializer(many=True)
    plan_so_far = AmountSerializer(many=True)
    good_so_far = AmountSerializer(many=True)
    main_stop = serializers.CharField(allow_blank=True)
    main_stop_machine = serializers.CharField(allow_blank=True)
    main_stop_seconds = serializers.IntegerField(allow_null=True)
    cause = serializers.CharField(allow_blank=True)
    action = serializers.CharField(allow_blank=True)
    entry = serializers.IntegerField(allow_null=True, help_text="The id of its board entry.")


class BoardSerializer(serializers.Serializer[Any]):
    """A shift of a line, area or machine, hour by hour."""

    equipment = serializers.CharField()
    day = serializers.DateField()
    shift = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    as_of = serializers.DateTimeField()
    expected_by_now = AmountSerializer(many=True)
    hours = BoardHourSerializer(many=True)


class ReportRowSerializer(serializers.Serializer[Any]):
    """Figures of a machine or of the whole. No value: its denominator is empty."""

    code = serializers.CharField(allow_blank=True)
    oee = serializers.DecimalField(max_digits=30, decimal_places=PLACES, allow_null=True)
    oee_low = serializers.DecimalField(max_digits=30, decimal_places=PLACES, allow_null=True)
    oee_high = serializers.DecimalField(max_digits=30, decimal_places=PLACES, allow_null=True)
    availability = serializers.DecimalField(max_digits=30, decimal_places=PLACES, allow_null=True)
    performance = serializers.DecimalField(max_digits=30, decimal_places=PLACES, allow_null=True)
    quality = serializers.DecimalField(max_digits=30, decimal_places=PLACES, allow_null=True)
    planned_time = serializers.IntegerField(help_text="Microseconds.")
    unknown_time = serializers.IntegerField(help_text="Microseconds.")
    uncoded_time = serializers.IntegerField(help_text="Microseconds.")
    losses = serializers.DictField(child=serializers.IntegerField(), help_text="The six big losses, microseconds.")
    good = serializers.DecimalField(max_digits=24, decimal_places=6)
    scrap = serializers.DecimalField(max_digits=24, decimal_places=6)
    rework = serializers.DecimalField(max_digits=24, decimal_places=6)
    piece_source = serializers.CharField(allow_blank=True)


class ReportFigureSerializer(serializers.Serializer[Any]):
    """A figure of the KPI book for the shift. No value: the shift has nothing that it counts."""

    kpi = serializers.CharField(help_text="Its id in the KPI book.")
    version = serializers.IntegerField()
    value = serializers.DecimalField(max_digits=30, decimal_places=PLACES, allow_null=True)
    missing = serializers.CharField(allow_null=True, help_text="Why there is no value.")
    target = serializers.DecimalField(max_digits=30, decimal_places=PLACES, allow_null=True)


class ShiftReportSerializer(serializers.Serializer[Any]):
    """A shift's report with the choices its figures were made by."""

    site = serializers.CharField()
    day = serializers.DateField()
    shift = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    as_of = serializers.DateTimeField()
    is_running = serializers.BooleanField()
    school = serializers.ChoiceField(choices=[each.value for each in School])
    trust = serializers.CharField()
    total = ReportRowSerializer()
    figures = ReportFigureSerializer(
        many=True,
        help_text="First-pass yield, schedule adherence and PM compliance, as the KPI book has them by shift.",
    )
    machines = ReportRowSerializer(many=True)


def board_answer(board: Board) -> dict[str, Any]:
    """A board as the API gives it."""
    shown = board.shown
    answer = {
        "equipment": board.equipment.code,
        "day": shown.shift.day,
        "shift": shown.shift.code,
        "start": shown.start,
        "end": shown.end,
        "as_of": shown.until,
        "expected_by_now": _amounts(board.expected.plan),
        "hours": [_hour(row) for row in board.rows],
    }
    return dict(BoardSerializer(answer).data)


def _hour(row: BoardRow) -> dict[str, Any]:
    stop, entry = row.stop, row.entry
    return {
        "hour": row.slot.hour,
        "start": row.slot.start,
        "end": row.slot.end,
        "plan": _amounts(row.cell.plan),
        "good": _amounts(row.cell.good),
        "scrap": _amounts(row.cell.scrap),
        "plan_so_far": _amounts(row.reached.plan),
        "good_so_far": _amounts(row.reached.good),
        "main_stop": stop.reason if stop else "",
        "main_stop_machine": stop.machine if stop else "",
        "main_stop_seconds": int(stop.duration.total_seconds()) if stop else None,
        "cause": entry.cause if entry else "",
        "action": entry.action if entry else "",
        "entry": entry.pk if entry else None,
    }


def _amounts(amounts: Amounts) -> list[dict[str, Any]]:
    return [{"unit": unit, "value": round(value, 6)} for unit, value in sorted(amounts.items())]


def report_answer(report: ShiftReport, school: School) -> dict[str, Any]:
    """A report as the API gives it."""
    shown = report.shown
    places = report.tree.places
    rows = sorted(report.sums.by_machine.items(), key=lambda item: places[item[0]].code)
    answer = {
        "site": report.site.code,
        "day": shown.shift.day,
        "shift": shown.shift.code,
        "start": shown.start,
        "end": shown.end,
        "as_of": report.as_of,
        "is_running": shown.is_running,
        "school": school,
        "trust": trust(report.totals, report.age).mark,
        "total": _row("", report.totals, school, ""),
        "figures": [_figure(report, name, value) for name, value in report.of_ledgers.items()],
        "machines": [_row(places[pk].code, totals, school, source_of(report.sources, pk)) for pk, totals in rows],
    }
    return dict(ShiftReportSerializer(answer).data)


def _row(code: str, totals: MachineTotals, school: School, source: str) -> dict[str, Any]:
    found = engine.oee(totals, school)
    return {
        "code": code,
        "oee": _rounded(found.oee.value),
        "oee_low": _rounded(found.interval.low),
        "oee_high": _rounded(found.interval.high),
        "availability": _rounded(found.availability.value),
        "performance": _rounded(found.performance.value),
        "quality": _rounded(found.quality.value),
        "planned_time": found.denominator,
        "unknown_time": totals.unknown,
        "uncoded_time": totals.uncoded,
        "losses": {each.value: six_big_losses(totals, school)[each] for each in BigLoss},
        "good": totals.good,
        "scrap": totals.scrap,
        "rework": totals.rework,
        "piece_source": source,
    }


def _figure(report: ShiftReport, name: str, value: KpiValue) -> dict[str, Any]:
    target = report.targets.of(name, report.target_place)
    return {
        "kpi": name,
        "version": BOOK[name].version,
        "value": _rounded(value.value),
        "missing": value.missing,
        "target": _rounded(target.value) if target is not None else None,
    }


def _rounded(value: Any) -> Any:
    return None if value is None else round(value, PLACES)
