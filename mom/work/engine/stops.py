"""What a stop counts as in the reported times. Pure."""

from mom.work.engine.terms import WorkKind

KIND_OF_TIME: dict[str, WorkKind] = {
    "setup": WorkKind.SETUP,
    "delay": WorkKind.WAITING,
    "down": WorkKind.BREAKDOWN,
    "planned_maintenance": WorkKind.MAINTENANCE,
    "planned_stop": WorkKind.PLANNED_STOP,
    "off_shift": WorkKind.PLANNED_STOP,
}
"""Time class of a reason to the kind of its stretch. Source: ISO 22400-2 time model, as `plant` classifies reasons."""


def kind_of_stop(time_class: str | None) -> WorkKind:
    """The kind of a stretch that stands still; without a reason, or an unclassified one, it is down: a loss till shown
    otherwise."""
    return KIND_OF_TIME.get(time_class or "", WorkKind.BREAKDOWN)
