"""Messages out of the tables of PostgreSQL, as columns: grouped there by label, so that only numbers travel."""

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from typing import Any

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from mom.floor.engine.columns import MICRO, Batch, Columns, Label, micros, of_batches

_HEADER = 19  # of PostgreSQL's binary COPY
_EPOCH = 946_684_800 * MICRO  # PostgreSQL counts from 2000
_ELEMENT = np.dtype([("length", ">i4"), ("number", ">i8")])
_LARGEST = 9_223_372_036_854  # more than this in millionths does not fit into 64 bits

_GROUPED = """
COPY (SELECT equipment_id, kind, name, code, mode, reason, unit, array_agg(occurred_at),
             CASE WHEN value IS NULL THEN NULL ELSE array_agg(
                 CASE WHEN value BETWEEN -{largest} AND {largest} THEN (value * 1000000)::bigint END) END
      FROM floor_floormessage
      WHERE occurred_at >= %s AND occurred_at < %s AND equipment_id = ANY(%s) {kinds}
      GROUP BY equipment_id, kind, name, code, mode, reason, unit, value IS NULL) TO STDOUT (FORMAT binary)
"""
_EXACT = """
SELECT equipment_id, kind, name, code, mode, reason, unit, occurred_at, value FROM floor_floormessage
WHERE occurred_at >= %s AND occurred_at < %s AND equipment_id = ANY(%s) {kinds}
"""


MANY = 20
"""Machines from which on their messages are most of what a day's part holds."""


@contextmanager
def _grouped_by_hash(machines: int) -> Iterator[None]:
    """Many machines are read page by page and grouped by hash: to sort them by six words takes longer than all else.

    The planner takes each machine's rows by index, which in a part that was filled minute by minute are a page each.
    Within a transaction of somebody else its choices stay: they hold for more than this statement.
    """
    if machines < MANY or connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_indexscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_incremental_sort = off"
        )
        yield


def live_columns(equipment_ids: Sequence[int], start: datetime, end: datetime, kinds: Sequence[str] | None) -> Columns:
    """What the tables hold of these machines from `start` until before `end`; one statement."""
    values: list[Any] = [start, end, list(equipment_ids)]
    narrowed = ""
    if kinds is not None:
        narrowed = "AND kind = ANY(%s)"
        values.append(list(kinds))
    stream = BytesIO()
    with _grouped_by_hash(len(equipment_ids)), connection.cursor() as cursor:
        copy = cursor.mogrify(_GROUPED.format(kinds=narrowed, largest=_LARGEST), values)
        cursor.copy_expert(copy.decode() if isinstance(copy, bytes) else copy, stream)
        batches = list(_batches(stream.getbuffer()))
        if any(batch is None for batch in batches):
            cursor.execute(_EXACT.format(kinds=narrowed), values)
            return of_batches([_exact(row) for row in cursor.fetchall()])
    return of_batches([batch for batch in batches if batch is not None])


def _batches(stream: memoryview) -> Iterator[Batch | None]:
    """Each group; None for one whose values need more than 64 bits."""
    place = _HEADER
    while (fields := struct.unpack_from(">h", stream, place)[0]) >= 0:
        place += 2
        row: list[memoryview | None] = []
        for _ in range(fields):
            (length,) = struct.unpack_from(">i", stream, place)
            place += 4
            row.append(None if length < 0 else stream[place : place + length])
            place += max(length, 0)
        yield _batch(row)


def _batch(row: list[memoryview | None]) -> Batch | None:
    machine, *words, instants, values = row
    if machine is None or instants is None:
        raise RuntimeError("A message without machine or instant: the table forbids it.")
    value = None if values is None else _numbers(values)
    if values is not None and value is None:
        return None
    occurred_at = _numbers(instants)
    if occurred_at is None:
        raise RuntimeError("A message without instant: the table forbids it.")
    label = Label(*(bytes(word or b"").decode() for word in words))
    return Batch(struct.unpack(">q", machine)[0], label, occurred_at + _EPOCH, value)


def _numbers(array: memoryview) -> NDArray[np.int64] | None:
    """The whole numbers of a one-dimensional array of PostgreSQL; None where one of them is null."""
    _dimensions, has_null = struct.unpack_from(">ii", array, 0)
    if has_null:
        return None
    return np.frombuffer(array, _ELEMENT, offset=20)["number"].astype(np.int64)


def _exact(row: tuple[Any, ...]) -> Batch:
    machine, *words, at, value = row
    return Batch(
        machine,
        Label(*words),
        np.asarray([micros(at)], np.int64),
        None if value is None else np.asarray([int(value.scaleb(6))], object),
    )
