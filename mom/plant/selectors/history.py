"""Who changed a row of the plant model, when and what: read from the versions that the database kept."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.functional import Promise

from mom.core.models import RowVersion

BOOKKEEPING = frozenset({"id", "site_id", "version", "created_at", "changed_at"})
MOST = 20


@dataclass(frozen=True)
class Difference:
    """One field before and after, as stored."""

    label: str | Promise
    old: str
    new: str


@dataclass(frozen=True)
class Change:
    """One version of a row: when it began to hold, who made it, why, and what differs from the one before."""

    at: datetime
    by: str
    operation: str
    reason: str
    differences: tuple[Difference, ...]


def change_list(row: Model, most: int = MOST) -> list[Change]:
    """The last changes of a row, newest first. One statement, and one for each kind of row that a change refers to."""
    rows = RowVersion.objects.filter(table_name=row._meta.db_table, row_id=str(row.pk)).order_by("-id")[:most]
    versions = [(version, _changed(version.old or {}, version.new or {})) for version in rows]
    names = _names_of(type(row), [pair for _, changed in versions for pair in changed.items()])
    return [
        Change(
            at=version.recorded_at,
            by=version.actor_label,
            operation=version.operation.lower(),
            reason=version.reason,
            differences=tuple(
                Difference(_label(type(row), column), *(names.get((column, value), _text(value)) for value in values))
                for column, values in changed.items()
            ),
        )
        for version, changed in versions
    ]


def last_change(row: Model) -> Change | None:
    """The latest change of a row. One statement."""
    return next(iter(change_list(row, 1)), None)


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Column to its value before and after, of those that differ; nothing for a row that was added or removed."""
    if not old or not new:
        return {}
    return {
        name: (old.get(name), value)
        for name, value in new.items()
        if name not in BOOKKEEPING and old.get(name) != value
    }


def _names_of(model: type[Model], changes: list[tuple[str, tuple[Any, Any]]]) -> dict[tuple[str, Any], str]:
    """(Column, key) to what people call the row that the column referred to."""
    keys: defaultdict[str, set[Any]] = defaultdict(set)
    for column, values in changes:
        if column.endswith("_id"):
            keys[column] |= {value for value in values if value is not None}
    found: dict[tuple[str, Any], str] = {}
    for column, wanted in keys.items():
        related = model._meta.get_field(column.removesuffix("_id")).related_model
        if isinstance(related, type) and issubclass(related, Model):
            found |= {(column, pk): str(row) for pk, row in related._default_manager.in_bulk(wanted).items()}
    return found


def _label(model: type[Model], column: str) -> str | Promise:
    try:
        return model._meta.get_field(column.removesuffix("_id")).verbose_name  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return column


def _text(value: Any) -> str:
    return "" if value is None else str(value)
