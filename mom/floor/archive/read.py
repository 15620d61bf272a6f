"""Messages out of archived files, as columns: many files in one scan, because each is small."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
from numpy.typing import NDArray

from mom.floor.archive.damage import ArchiveDamaged
from mom.floor.archive.store import Store
from mom.floor.engine.columns import EMPTY, Columns, Label, in_order

_FORMAT = ds.ParquetFileFormat(dictionary_columns=set(Label._fields))
_SCHEMA = pa.schema(
    [
        pa.field("occurred_at", pa.timestamp("us", tz="UTC")),
        *(pa.field(word, pa.dictionary(pa.int32(), pa.string())) for word in Label._fields),
        pa.field("value", pa.decimal128(24, 6)),
        pa.field("equipment_id", pa.int64()),
    ]
)


@dataclass(frozen=True)
class DayFile:
    """Where the day of a machine lies, and how many messages it must hold."""

    equipment_id: int
    address: str
    row_count: int


def file_columns(store: Store, files: Sequence[DayFile]) -> Columns:
    """All messages of these files, in order.

    Raises: FileNotFoundError for one that was replaced meanwhile; ArchiveDamaged.
    """
    if not files:
        return EMPTY
    machine = ds.field("equipment_id")
    dataset = ds.FileSystemDataset.from_paths(
        [store.path(file.address) for file in files],
        schema=_SCHEMA,
        format=_FORMAT,
        filesystem=store.system,
        partitions=[machine == pa.scalar(file.equipment_id, pa.int64()) for file in files],
    )
    rows = dataset.to_table(batch_size=1 << 17)
    wanted = sum(file.row_count for file in files)
    if rows.num_rows != wanted:
        raise ArchiveDamaged(f"{len(files)} files hold {rows.num_rows} messages instead of {wanted}.")
    return in_order(_columns(rows))


def row_columns(equipment_id: int, rows: pa.Table) -> Columns:
    """Rows of one machine in the archive's schema, as columns."""
    kept = rows.select([*Label._fields, "occurred_at", "value"])
    for place, word in enumerate(Label._fields):
        coded = [chunk.dictionary_encode() for chunk in kept.column(word).chunks]
        kept = kept.set_column(place, word, pa.chunked_array(coded, pa.dictionary(pa.int32(), pa.string())))
    machine = pa.array(np.full(rows.num_rows, equipment_id, np.int64))
    return in_order(_columns(kept.append_column("equipment_id", machine)))


def instants(rows: pa.Table) -> NDArray[np.int64]:
    """When each row occurred, in microseconds since 1970."""
    return np.asarray(rows.column("occurred_at").cast(pa.timestamp("us")).cast(pa.int64()).to_numpy(), np.int64)


def _columns(rows: pa.Table) -> Columns:
    label, labels = _labels(rows)
    values, has_value = _micros(rows.column("value").chunks, rows.num_rows)
    return Columns(
        np.asarray(rows.column("equipment_id").to_numpy(), np.int64),
        instants(rows),
        label,
        labels,
        values,
        has_value,
    )


def _labels(rows: pa.Table) -> tuple[NDArray[np.int32], tuple[Label, ...]]:
    """The distinct labels, sorted, and the number of each row's one."""
    code = np.zeros(rows.num_rows, np.int64)
    words: list[list[str]] = []
    for word in Label._fields:
        column = rows.column(word).unify_dictionaries()
        dictionary = column.chunk(0).dictionary.to_pylist() if column.num_chunks else []
        words.append(dictionary)
        if len(dictionary) > 1:
            code *= len(dictionary)
            code += np.concatenate([np.asarray(chunk.indices) for chunk in column.chunks])
    present, label = _numbered(code, int(np.prod([max(1, len(each)) for each in words], dtype=object)))
    found = [_label(int(each), words) for each in present]
    order = sorted(range(len(found)), key=found.__getitem__)
    rank = np.empty(len(found), np.int32)
    rank[order] = np.arange(len(found), dtype=np.int32)
    return rank[label], tuple(found[place] for place in order)


def _numbered(code: NDArray[np.int64], size: int) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """The distinct codes and each row's place among them; by a table of all possible ones where that is small."""
    if size > 1 << 20:
        return np.unique(code, return_inverse=True)
    is_present = np.zeros(size, np.bool_)
    is_present[code] = True
    present = np.flatnonzero(is_present)
    place = np.zeros(size, np.int32)
    place[present] = np.arange(len(present), dtype=np.int32)
    return present, place[code]


def _label(code: int, words: Sequence[list[str]]) -> Label:
    chosen: list[str] = []
    for dictionary in reversed(words):
        code, place = divmod(code, max(1, len(dictionary)))
        chosen.append(dictionary[place])
    return Label(*reversed(chosen))


def _micros(chunks: Iterable[Any], many: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Decimals with six places as whole millionths: their lower 64 bits, where the upper ones only hold the sign."""
    values = np.zeros(many, np.int64)
    has_value = np.zeros(many, np.bool_)
    place = 0
    large: list[tuple[int, Any]] = []
    for chunk in chunks:
        end = place + len(chunk)
        if chunk.null_count < len(chunk):
            has_value[place:end] = True if not chunk.null_count else np.asarray(chunk.is_valid())
            halves = np.frombuffer(chunk.buffers()[1], np.int64)[2 * chunk.offset : 2 * (chunk.offset + len(chunk))]
            values[place:end] = halves[::2]
            beyond = (halves[1::2] != halves[::2] >> 63) & has_value[place:end]
            large += [(place + int(row), chunk[int(row)].as_py()) for row in np.flatnonzero(beyond)]
        place = end
    values[~has_value] = 0
    if not large:
        return values, has_value
    exact = values.astype(object)
    for row, value in large:
        exact[row] = int(value.scaleb(6))
    return exact, has_value
