"""Messages of many machines as columns: one number a message and field, for arithmetic over a quarter of a year.

Pure. Instants are whole microseconds since 1970 in UTC, values whole millionths, so that nothing is rounded.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mom.floor.engine.terms import MessageKind

MICRO = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
Ints = NDArray[np.int64]
Booleans = NDArray[np.bool_]


def micros(at: datetime) -> int:
    """An instant in whole microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


class Label(NamedTuple):
    """What a message says beside its instant and value. Few differ, however many messages there are."""

    kind: str
    name: str = ""
    code: str = ""
    mode: str = ""
    reason: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Columns:
    """Messages by machine and instant; at one instant by label and value, so that no order of arrival shows.

    `label` points into `labels`, which are sorted. `value` is in millionths: whole 64-bit numbers, or Python's own
    where one is too large for that; 0 where `has_value` is false.
    """

    equipment_id: Ints
    occurred_at: Ints
    label: NDArray[np.int32]
    labels: tuple[Label, ...]
    value: NDArray[Any]
    has_value: Booleans

    def __len__(self) -> int:
        return len(self.occurred_at)

    def has(self, test: Callable[[Label], bool]) -> Booleans:
        """Which messages have a label that passes `test`, which is asked once a label."""
        return self.per_label([test(label) for label in self.labels], np.bool_)

    def of_kind(self, *kinds: MessageKind | str) -> "Columns":
        """The messages of these kinds."""
        wanted = {str(kind) for kind in kinds}
        return self.where(self.has(lambda label: label.kind in wanted))

    def per_label(self, values: Sequence[Any], dtype: Any) -> NDArray[Any]:
        """What stands in `values` at each message's label."""
        return np.asarray(list(values) or [0], dtype=dtype)[self.label]

    def where(self, mask: Booleans) -> "Columns":
        """The messages that `mask` points out, in the same order."""
        if mask.all():
            return self
        return Columns(
            self.equipment_id[mask],
            self.occurred_at[mask],
            self.label[mask],
            self.labels,
            self.value[mask],
            self.has_value[mask],
        )

    def machines(self) -> list[tuple[int, slice]]:
        """Each machine with its stretch of rows."""
        if not len(self):
            return []
        starts = np.flatnonzero(np.diff(self.equipment_id, prepend=self.equipment_id[0] - 1))
        ends = [*starts[1:].tolist(), len(self)]
        return [
            (int(self.equipment_id[start]), slice(start, end)) for start, end in zip(starts.tolist(), ends, strict=True)
        ]


@dataclass(frozen=True)
class Batch:
    """Messages of one machine with one label, in any order; `value` None: none of them has one."""

    equipment_id: int
    label: Label
    occurred_at: Ints
    value: NDArray[Any] | None


EMPTY = Columns(
    np.zeros(0, np.int64),
    np.zeros(0, np.int64),
    np.zeros(0, np.int32),
    (),
    np.zeros(0, np.int64),
    np.zeros(0, np.bool_),
)


def of_batches(batches: Sequence[Batch]) -> Columns:
    """Columns of batches, brought into order."""
    if not batches:
        return EMPTY
    labels = tuple(sorted({batch.label for batch in batches}))
    place = {label: number for number, label in enumerate(labels)}
    lengths = [len(batch.occurred_at) for batch in batches]
    exact = any(batch.value is not None and batch.value.dtype == object for batch in batches)
    kind: Any = object if exact else np.int64
    return in_order(
        Columns(
            np.repeat(np.asarray([batch.equipment_id for batch in batches], np.int64), lengths),
            np.concatenate([batch.occurred_at for batch in batches]),
            np.repeat(np.asarray([place[batch.label] for batch in batches], np.int32), lengths),
            labels,
            np.concatenate(
                [
                    np.zeros(len(batch.occurred_at), kind)
                    if batch.value is None
                    else batch.value.astype(kind, copy=False)
                    for batch in batches
                ]
            ),
            np.repeat(np.asarray([batch.value is not None for batch in batches], np.bool_), lengths),
        )
    )


def in_order(columns: Columns) -> Columns:
    """The same messages by machine, instant, label and value. One key of 64 bits where the spans fit into it."""
    if len(columns) < 2:
        return columns
    machines, machine = np.unique(columns.equipment_id, return_inverse=True)
    first = int(columns.occurred_at.min())
    span = (int(columns.occurred_at.max()) - first).bit_length()
    label_bits = len(columns.labels).bit_length()
    if len(machines).bit_length() + span + label_bits <= 62:
        key = (machine.astype(np.int64) << (span + label_bits)) | ((columns.occurred_at - first) << label_bits)
        key |= columns.label
        steps = np.diff(key)
        if (steps > 0).all():
            return columns
        order = np.argsort(key, kind="stable")
        if (np.diff(key[order]) > 0).all():
            return _taken(columns, order)
    return _taken(
        columns,
        np.lexsort((columns.value, columns.has_value, columns.label, columns.occurred_at, columns.equipment_id)),
    )


def _taken(columns: Columns, order: NDArray[np.intp]) -> Columns:
    return Columns(
        columns.equipment_id[order],
        columns.occurred_at[order],
        columns.label[order],
        columns.labels,
        columns.value[order],
        columns.has_value[order],
    )


def joined(parts: Iterable[Columns]) -> Columns:
    """Several lots of messages as one, in order; no message stands in two of them."""
    given = [part for part in parts if len(part)]
    if len(given) < 2:
        return given[0] if given else EMPTY
    labels = tuple(sorted({label for part in given for label in part.labels}))
    place = {label: number for number, label in enumerate(labels)}
    exact = any(part.value.dtype == object for part in given)
    return in_order(
        Columns(
            np.concatenate([part.equipment_id for part in given]),
            np.concatenate([part.occurred_at for part in given]),
            np.concatenate([part.per_label([place[label] for label in part.labels], np.int32) for part in given]),
            labels,
            np.concatenate([part.value.astype(object) if exact else part.value for part in given]),
            np.concatenate([part.has_value for part in given]),
        )
    )
