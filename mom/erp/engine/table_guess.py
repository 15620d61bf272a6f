"""What a spreadsheet's file says of itself: encoding, separators, which column is which field, how dates are written.

A guess is only ever a proposal: the person sees it, with values from the file beside it, before anything takes effect.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from mom.erp.engine.mapping import FileShape
from mom.erp.engine.table_fields import FIELDS, CellKind, TableKind, fold

DATE_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y")
_DELIMITERS = (";", ",", "\t", "|")


def guess_shape(content: bytes) -> FileShape:
    """Encoding, delimiter and kind of a file by its first bytes. XLSX by its mark; text that is no UTF-8 is cp1252."""
    if content.startswith(b"PK\x03\x04"):
        return FileShape(format="xlsx")
    try:
        content.decode("utf-8-sig")
        encoding = "utf-8-sig"
    except UnicodeDecodeError:
        encoding = "cp1252"
    lines = content[:65_536].decode(encoding, errors="replace").splitlines()[:20]
    return FileShape(encoding=encoding, delimiter=_delimiter(lines), decimal=".")


def _delimiter(lines: Sequence[str]) -> str:
    """The sign that parts the first lines into the same number of cells, the most cells first."""
    best, most = ",", 0
    for sign in _DELIMITERS:
        counts = [line.count(sign) for line in lines if line.strip()]
        if counts and min(counts) == counts[0] and counts[0] > most:
            best, most = sign, counts[0]
    if not most and lines:
        best = max(_DELIMITERS, key=lines[0].count)
    return best


def guess_columns(kind: TableKind, header: Sequence[str]) -> dict[str, str]:
    """Field -> heading, where the heading is one of the names by which the field is known; each column once."""
    folded = {fold(heading): heading for heading in reversed(header)}
    found: dict[str, str] = {}
    for field in FIELDS[kind]:
        for name in (field.key, *field.names):
            heading = folded.get(fold(name))
            if heading is not None and heading not in found.values():
                found[field.key] = heading
                break
    return found


def guess_decimal(texts: Iterable[str], delimiter: str = ",") -> str:
    """The decimal sign of a column of numbers: the last sign of most of its texts.

    `1.250` alone can be both; a file parted by semicolons then speaks for the comma, for it was free as a sign.
    """
    votes: Counter[str] = Counter()
    for text in texts:
        last = re.search(r"[.,](?=[0-9]*$)", text.strip())
        if last is None:
            continue
        sign, after = last.group(), text.strip()[last.end() :]
        other = "," if sign == "." else "."
        if other in text or len(after) != 3:
            votes[sign] += 1
        elif text.count(sign) > 1:
            votes[other] += 1
    return votes.most_common(1)[0][0] if votes else "," if delimiter == ";" else "."


def guess_dates(texts: Iterable[str]) -> list[str]:
    """The date formats in which every text of a column can be read, the likeliest first; none where no format fits."""
    found = [text.strip() for text in texts if text.strip()]
    return [layout for layout in DATE_FORMATS if found and all(_fits(text, layout) for text in found)]


def _fits(text: str, layout: str) -> bool:
    pattern = (
        re.escape(layout).replace("%Y", r"([0-9]{4})").replace("%m", r"([0-9]{1,2})").replace("%d", r"([0-9]{1,2})")
    )
    read = re.fullmatch(pattern + r"(?: 00:00(?::00)?)?", text)
    if read is None:
        return False
    parts = dict(zip(re.findall(r"%([Ymd])", layout), read.groups(), strict=True))
    return 1 <= int(parts["m"]) <= 12 and 1 <= int(parts["d"]) <= 31


def columns_of(kind: TableKind, cell: CellKind, columns: dict[str, str]) -> list[str]:
    """The headings that are read as such cells under a choice of columns."""
    return [columns[field.key] for field in FIELDS[kind] if field.kind is cell and field.key in columns]
