"""Who changed a row of the plant model, when and what: read from the versions that the database kept."""

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
    """The last changes of a row, newest first. One statement."""
    rows = RowVersion.objects.filter(table_name=row._meta.db_table, row_id=str(row.pk)).order_by("-id")[:most]
    return [
        Change(
            at=version.recorded_at,
            by=version.actor_label,
            operation=version.operation.lower(),
            reason=version.reason,
            differences=_differences(type(row), version.old or {}, version.new or {}),
        )
        for version in rows
    ]


def last_change(row: Model) -> Change | None:
    """The latest change of a row. One statement."""
    return next(iter(change_list(row, 1)), None)


def _differences(model: type[Model], old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Difference, ...]:
    if not old or not new:
        return ()
    names = [name for name in new if name not in BOOKKEEPING and old.get(name) != new[name]]
    return tuple(Difference(_label(model, name), _text(old.get(name)), _text(new[name])) for name in names)


def _label(model: type[Model], column: str) -> str | Promise:
    try:
        return model._meta.get_field(column.removesuffix("_id")).verbose_name  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return column


def _text(value: Any) -> str:
    return "" if value is None else str(value)
