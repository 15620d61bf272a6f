"""Small files worked by hand: what each line becomes, and what is said about those that do not fit."""

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mom.erp.engine import mapping as mappings
from mom.erp.engine.rows import RowReader, RowRefused
from mom.erp.readers import open_table

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
CASES = sorted(path.name for path in GOLDEN.glob("import_*") if (path / "mapping.yml").exists())


def read_case(folder: Path) -> dict[str, Any]:
    mapping = mappings.load((folder / "mapping.yml").read_text())
    rows: list[dict[str, Any]] = []
    problems: list[list[Any]] = []
    with (folder / "input.csv").open("rb") as file, open_table(file, mapping.file) as table:
        reader = RowReader(mapping, table.header, ZoneInfo("UTC"))
        for line, cells in table.lines:
            try:
                row, changes = reader.read(cells)
            except RowRefused as refused:
                problems += [[line, problem.where, problem.value, problem.code.value] for problem in refused.problems]
                continue
            problems += [[line, problem.where, problem.value, problem.code.value] for problem in changes]
            said = {name: value for name, value in row._asdict().items() if value not in ("", None, False)}
            rows.append({"line": line, **{name: plain(value) for name, value in said.items() if plain(value) != "0"}})
    return {"rows": rows, "problems": problems}


def plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat().replace("+00:00", "Z")
    return value if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("case", CASES)
def test_import_reads_golden_case(case: str) -> None:
    folder = GOLDEN / case
    assert read_case(folder) == json.loads((folder / "expected.json").read_text())


def test_import_golden_cases_are_there() -> None:
    assert {"import_german_erp", "import_dst_nights", "import_damaged_cells"} <= set(CASES)
