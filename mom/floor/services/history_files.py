"""Files of past messages: CSV or Parquet with the fields of a message as columns, read piece by piece."""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from mom.core.errors import InvalidInput
from mom.floor.engine.message import FIELDS

PIECE = 20_000  # rows of one transaction
COLUMNS = FIELDS | {"session"}
NEEDED = ("machine", "kind", "at")
MOST_ROW_GROUP = 512 * 1024 * 1024  # bytes, unpacked
MOST_TEXT = 64 * 1024 * 1024  # bytes of text in the rows of one piece
_GROWS = "DELTA_BYTE_ARRAY"  # each text repeats the one before: a few bytes stand for gigabytes

Row = dict[str, Any]


class History:
    """An open file of messages. Raises: InvalidInput where it is none."""

    total: int | None = None
    first_line = 2  # of the first row, under the heading

    def pieces(self, done: int) -> Iterator[list[Row]]:
        """The rows behind the first `done`, in pieces; absent cells are left out."""
        raise NotImplementedError


def opened(file: BinaryIO, name: str) -> History:
    """The file by the ending of its name. Raises: InvalidInput."""
    ending = Path(name).suffix.lower()
    if ending == ".parquet":
        return ParquetHistory(file)
    if ending == ".csv":
        return CsvHistory(file)
    raise InvalidInput({"file": [_("Take a CSV or a Parquet file; the name ends in .csv or .parquet.")]})


def _check_columns(names: list[str]) -> None:
    """Raises: InvalidInput for a column that no message has, or without one that each message needs."""
    unknown = sorted(set(names) - COLUMNS)
    if unknown:
        raise InvalidInput(
            {"file": [_("There is no field %(field)s. Fields: %(fields)s.")
                      % {"field": unknown[0][:80], "fields": ", ".join(sorted(COLUMNS))}]}
        )  # fmt: skip
    missing = [name for name in NEEDED if name not in names]
    if missing or len(set(names)) != len(names):
        words = {"fields": ", ".join(missing or names)}
        raise InvalidInput({"file": [_("Each of these columns is needed once: %(fields)s.") % words]})


class CsvHistory(History):
    """UTF-8, the fields in the first row, separated by commas."""

    def __init__(self, file: BinaryIO) -> None:
        self._rows = csv.reader(codecs.iterdecode(file, "utf-8-sig"), strict=True)
        self._names = [name.strip() for name in self._next() or []]
        _check_columns(self._names)

    def pieces(self, done: int) -> Iterator[list[Row]]:
        for _skipped in range(done):
            self._next()
        piece: list[Row] = []
        while (cells := self._next()) is not None:
            piece.append(self._row(cells))
            if len(piece) == PIECE:
                yield piece
                piece = []
        if piece:
            yield piece

    def _row(self, cells: list[str]) -> Row:
        row: Row = {name: cell for name, cell in zip(self._names, cells, strict=False) if cell}
        if len(cells) > len(self._names):
            row["more"] = ",".join(cells[len(self._names) :])  # no field has this name: a person looks at it
        return row

    def _next(self) -> list[str] | None:
        """The next row, None at the end. Raises: InvalidInput where the file is no CSV in UTF-8."""
        try:
            return next(self._rows, None)
        except (csv.Error, UnicodeDecodeError):
            line = self._rows.line_num + 1
            raise InvalidInput({"file": [_("Line %(line)s is no CSV in UTF-8.") % {"line": line}]}) from None


class ParquetHistory(History):
    """Columns by name; an instant has its zone.

    Texts are read as dictionaries, which hold a repeated text once as the file does: their size is known before a row
    is made of them.
    """

    first_line = 1

    def __init__(self, file: BinaryIO) -> None:
        try:
            metadata = pq.read_metadata(file)
            paths = [metadata.schema.column(place).path for place in range(metadata.num_columns)]
            self._file = pq.ParquetFile(file, metadata=metadata, read_dictionary=paths)
        except (pa.ArrowException, OSError):
            raise InvalidInput({"file": [_("This is no Parquet file.")]}) from None
        _check_columns(list(self._file.schema_arrow.names))
        _check_kinds(self._file.schema_arrow)
        _check_encodings(metadata)
        sizes = [metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups)]
        if max(sizes, default=0) > MOST_ROW_GROUP:
            raise InvalidInput({"file": [_("A row group is larger than 512 MB. Write smaller ones.")]})
        self.total = metadata.num_rows

    def pieces(self, done: int) -> Iterator[list[Row]]:
        skipped = 0
        try:
            for batch in self._file.iter_batches(batch_size=PIECE):
                rows = max(0, min(done - skipped, batch.num_rows))
                skipped += rows
                _check_texts(batch)
                if rows < batch.num_rows:
                    yield [_present(row) for row in batch.slice(rows).to_pylist()]
        except (pa.ArrowException, OSError):
            raise InvalidInput({"file": [_("The Parquet file is broken.")]}) from None


def _check_kinds(schema: pa.Schema) -> None:
    """Raises: InvalidInput for a column of lists, structures or bytes; no field of a message is one."""
    for field in schema:
        kind = field.type
        if not (pa.types.is_dictionary(kind) or pa.types.is_primitive(kind) or pa.types.is_decimal(kind)
                or pa.types.is_null(kind)):  # fmt: skip
            words = {"field": field.name, "kind": str(kind)[:60]}
            raise InvalidInput(
                {"file": [_("Column %(field)s holds %(kind)s. Write a text, a number or a time in each cell.") % words]}
            )


def _check_encodings(metadata: pq.FileMetaData) -> None:
    """Raises: InvalidInput for texts that grow while they are read."""
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        for place in range(group.num_columns):
            column = group.column(place)
            if _GROWS in column.encodings:
                words = {"field": column.path_in_schema, "encoding": _GROWS}
                raise InvalidInput(
                    {
                        "file": [
                            _("Column %(field)s is encoded as %(encoding)s. Write it as PLAIN or dictionary.") % words
                        ]
                    }
                )


def _check_texts(batch: pa.RecordBatch) -> None:
    """Raises: InvalidInput where the rows hold more text than a piece may, before any row is made."""
    size = 0
    for column in batch.columns:
        if isinstance(column, pa.DictionaryArray) and not pa.types.is_primitive(column.type.value_type):
            size += pc.sum(pc.binary_length(column.dictionary).take(column.indices)).as_py() or 0
    if size > MOST_TEXT:
        words = {"rows": batch.num_rows}
        raise InvalidInput(
            {"file": [_("%(rows)s of its rows hold more than 64 MB of text. Shorten the texts.") % words]}
        )


def _present(row: Row) -> Row:
    return {name: value for name, value in row.items() if value is not None and value != ""}
