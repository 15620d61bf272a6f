"""A machine's day as a Parquet file: what it holds, column by column, exact, readable by any engine."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from django.db import connection

from mom.floor.engine.columns import Label

SCHEMA = pa.schema(
    [
        pa.field("occurred_at", pa.timestamp("us", tz="UTC"), nullable=False),
        *(pa.field(word, pa.string(), nullable=False) for word in Label._fields),
        pa.field("value", pa.decimal128(24, 6)),
        pa.field("text", pa.string(), nullable=False),
        pa.field("received_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("session", pa.string()),
        pa.field("sequence", pa.int64()),
        pa.field("key", pa.uuid(), nullable=False),
        pa.field("id", pa.int64(), nullable=False),
        pa.field("source_id", pa.int64(), nullable=False),
        pa.field("session_id", pa.int64()),
    ]
)
ORDER = [("occurred_at", "ascending"), ("source_id", "ascending"), ("id", "ascending")]
_REPEATED = [*Label._fields, "source", "session", "source_id", "session_id"]  # few values, many rows
_STEADY = ["occurred_at", "received_at", "sequence", "id"]  # each a little more than the one before

_ROWS = """
COPY (SELECT m.occurred_at AT TIME ZONE 'UTC' AS occurred_at, m.kind, m.name, m.code, m.mode, m.reason, m.unit, m.value,
             m.text, m.received_at AT TIME ZONE 'UTC' AS received_at, s.code AS source, n.code AS session, m.sequence,
             encode(uuid_send(m.key), 'hex') AS key, m.id, m.source_id, m.session_id
      FROM floor_floormessage m JOIN floor_source s ON s.id = m.source_id
      LEFT JOIN floor_sourcesession n ON n.id = m.session_id
      WHERE m.equipment_id = %s AND m.occurred_at >= %s AND m.occurred_at < %s)
TO STDOUT (FORMAT csv, HEADER true, NULL '\\N')
"""


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The first instant of a UTC day and of the next one."""
    start = datetime.combine(day, time(), tzinfo=UTC)
    return start, start + timedelta(days=1)


def site_folder(site: str) -> str:
    """Where the files of a site lie."""
    return f"site={quote(site, safe='')}"


def new_address(site: str, machine: str, day: date) -> str:
    """A name below the day's folder that no file ever had."""
    return f"{site_folder(site)}/machine={quote(machine, safe='')}/day={day.isoformat()}/{uuid4().hex}.parquet"


def table_rows(equipment_id: int, day: date) -> pa.Table:
    """What the tables hold of the day, in the file's order; one statement, so one moment."""
    stream = BytesIO()
    with connection.cursor() as cursor:
        copy = cursor.mogrify(_ROWS, [equipment_id, *day_bounds(day)])
        cursor.copy_expert(copy.decode() if isinstance(copy, bytes) else copy, stream)
    stream.seek(0)
    kinds = {field.name: field.type for field in SCHEMA}
    kinds |= {"key": pa.string(), "occurred_at": pa.timestamp("us"), "received_at": pa.timestamp("us")}
    rows = pacsv.read_csv(
        stream,
        parse_options=pacsv.ParseOptions(newlines_in_values=True),
        convert_options=pacsv.ConvertOptions(
            column_types=kinds, null_values=["\\N"], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )
    columns = [_column(rows.column(field.name).combine_chunks(), field) for field in SCHEMA]
    return in_order(pa.Table.from_arrays(columns, schema=SCHEMA))


def _column(read: Any, field: pa.Field) -> Any:
    if field.name == "key":
        whole = b"".join(bytes.fromhex(each) for each in read.to_pylist())
        stored = pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(read), [None, pa.py_buffer(whole)])
        return pa.ExtensionArray.from_storage(pa.uuid(), stored)
    if field.name.endswith("_at"):
        return pc.assume_timezone(read, "UTC")
    return read


def in_order(rows: pa.Table) -> pa.Table:
    """The file's order: time first, then what no two messages share."""
    return rows.take(pc.sort_indices(rows, sort_keys=ORDER)).combine_chunks()


def united(first: pa.Table, second: pa.Table) -> pa.Table:
    """The messages of both, each once: its source and key tell it."""
    known = set(_identities(first))
    new = [place for place, identity in enumerate(_identities(second)) if identity not in known]
    return in_order(pa.concat_tables([first, second.take(pa.array(new, pa.int64()))]))


def _identities(rows: pa.Table) -> list[tuple[int, bytes]]:
    return list(zip(rows.column("source_id").to_pylist(), _keys(rows), strict=True))


def _keys(rows: pa.Table) -> Sequence[bytes]:
    return [bytes(key) for chunk in rows.column("key").chunks for key in chunk.storage.to_pylist()]


def key_check(rows: pa.Table) -> int:
    """The exclusive or of both halves of all keys, as the database's `floor_key_check` and `bit_xor` make it."""
    halves = np.frombuffer(b"".join(_keys(rows)), ">i8")
    return int(np.bitwise_xor.reduce(halves.astype(np.int64)))


LAST_OF = (("count", "total"), ("count", "reject"), ("energy", "meter"))
"""What shows a standing: a counter or a meter, whose next reading is compared with the one before."""


def last_readings(rows: pa.Table) -> dict[str, tuple[str, str]]:
    """When each counter and meter was read last, and what it showed: the highest where one instant has several."""
    found: dict[str, tuple[str, str]] = {}
    for kind, name in LAST_OF:
        is_it = pc.and_(pc.equal(rows.column("kind"), kind), pc.equal(rows.column("name"), name))
        read = rows.filter(pc.and_(is_it, pc.is_valid(rows.column("value"))))
        if read.num_rows:
            last = read.filter(pc.equal(read.column("occurred_at"), pc.max(read.column("occurred_at"))))
            at = last.column("occurred_at")[0].as_py().astimezone(UTC)
            found[name] = (at.isoformat(), str(max(last.column("value").to_pylist())))
    return found


def encoded(rows: pa.Table) -> bytes:
    """The file of these rows."""
    stream = BytesIO()
    pq.write_table(
        rows,
        stream,
        compression="zstd",
        use_dictionary=_REPEATED,
        column_encoding=dict.fromkeys(_STEADY, "DELTA_BINARY_PACKED"),
        write_statistics=["occurred_at", "kind"],
        sorting_columns=[pq.SortingColumn(0)],
    )
    return stream.getvalue()


def decoded(content: bytes) -> pa.Table:
    """The rows of a file. Raises: pyarrow.ArrowInvalid where it is none."""
    return pq.read_table(BytesIO(content)).select(SCHEMA.names).cast(SCHEMA)


def fingerprint(content: bytes) -> str:
    """The SHA-256 of a file, as `sha256sum` prints it."""
    return hashlib.sha256(content).hexdigest()
