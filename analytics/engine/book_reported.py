"""The KPI book's figures of reported work. Pure; names and notes are message ids for gettext."""

from datetime import timedelta
from decimal import Decimal

from analytics.engine.kpi import MICROSECONDS_PER_DAY, Kpi, Trend, hours, microseconds, ratio
from analytics.engine.parts import Parts, Quantities


def _(message: str) -> str:
    """Mark a message id for the translators; it is translated where it is shown."""
    return message


ISO = "ISO 22400-2:2014"
OWN = "MOM"


def _quantities(parts: Parts) -> Quantities:
    return parts.quantities or Quantities()


def _quality_ratio(parts: Parts) -> Decimal | None:
    return ratio(_quantities(parts).good, _quantities(parts).produced)


def _mean_days(total_of_orders: timedelta, finished: int) -> Decimal | None:
    return Decimal(microseconds(total_of_orders)) / (MICROSECONDS_PER_DAY * finished) if finished else None


REPORTED: tuple[Kpi, ...] = (
    Kpi(
        "load",
        _("Load"),
        _("setup + production + breakdown + other, as reported"),
        "HUR",
        Trend.NEITHER,
        OWN,
        1,
        lambda parts: hours(parts.times.total),
        _("Durations as the reporter gave them, so that overlapping reports both count."),
    ),
    Kpi(
        "load_setup",
        _("Setup time"),
        _("sum of durations of setup reports"),
        "HUR",
        Trend.LOWER,
        f"{ISO}, AUST",
        1,
        lambda parts: hours(parts.times.setup),
    ),
    Kpi(
        "load_production",
        _("Production time"),
        _("sum of durations of production reports"),
        "HUR",
        Trend.NEITHER,
        f"{ISO}, APT",
        1,
        lambda parts: hours(parts.times.production),
    ),
    Kpi(
        "corrective_downtime",
        _("Corrective downtime"),
        _("sum of durations of breakdown reports"),
        "HUR",
        Trend.LOWER,
        f"{ISO}, ADOT",
        1,
        lambda parts: hours(parts.times.breakdown),
    ),
    Kpi(
        "breakdown_count",
        _("Breakdowns"),
        _("number of breakdown reports"),
        "C62",
        Trend.LOWER,
        OWN,
        1,
        lambda parts: Decimal(parts.counts.breakdown),
    ),
    Kpi(
        "completed_quantity",
        _("Good"),
        _("sum of good"),
        "",
        Trend.HIGHER,
        f"{ISO}, GQ",
        1,
        lambda parts: _quantities(parts).good,
        _("Reported at each operation: a piece that passes three operations counts three times here."),
        needs_quantities=True,
    ),
    Kpi(
        "scrap_quantity",
        _("Scrap"),
        _("sum of scrap"),
        "",
        Trend.LOWER,
        f"{ISO}, SQ",
        1,
        lambda parts: _quantities(parts).scrap,
        needs_quantities=True,
    ),
    Kpi(
        "review_quantity",
        _("For review"),
        _("sum held for the material review board"),
        "",
        Trend.LOWER,
        OWN,
        1,
        lambda parts: _quantities(parts).review,
        needs_quantities=True,
    ),
    Kpi(
        "rework_quantity",
        _("Rework"),
        _("reported for rework + good made by rework"),
        "",
        Trend.LOWER,
        f"{ISO}, RQ",
        1,
        lambda parts: _quantities(parts).rework + _quantities(parts).reworked,
        needs_quantities=True,
    ),
    Kpi(
        "reported_quality_ratio",
        _("Quality ratio, as reported"),
        _("good / (good + scrap + review + rework)"),
        "P1",
        Trend.HIGHER,
        f"{ISO}, quality ratio",
        1,
        _quality_ratio,
        needs_quantities=True,
    ),
    Kpi(
        "reported_setup_ratio",
        _("Setup ratio, as reported"),
        _("setup / (setup + production)"),
        "P1",
        Trend.LOWER,
        f"{ISO}, setup rate",
        1,
        lambda parts: ratio(parts.times.setup, parts.times.setup + parts.times.production),
    ),
    Kpi(
        "orders_finished",
        _("Orders finished"),
        _("orders whose last report lies in the period"),
        "C62",
        Trend.HIGHER,
        OWN,
        1,
        lambda parts: Decimal(parts.flow.finished),
    ),
    Kpi(
        "order_lead_time",
        _("Lead time"),
        _("(last end - first start), mean over finished orders"),
        "DAY",
        Trend.LOWER,
        OWN,
        1,
        lambda parts: _mean_days(parts.flow.lead, parts.flow.finished),
    ),
    Kpi(
        "order_queue_time",
        _("Queue time"),
        _("lead time less the time in which anybody reported work, mean"),
        "DAY",
        Trend.LOWER,
        OWN,
        1,
        lambda parts: _mean_days(parts.flow.queue, parts.flow.finished),
    ),
)
