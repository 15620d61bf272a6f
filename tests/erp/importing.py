"""What the import tests share: reading an import again, and comparing the model as a whole."""

from collections.abc import Callable
from pathlib import Path

from django.db import connection

from mom.erp.models import ImportRun
from mom.erp.services import running

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
MAPPINGS = Path(running.__file__).resolve().parents[1] / "mappings"

BringIn = Callable[..., ImportRun]


def reread(run: ImportRun) -> ImportRun:
    return ImportRun.objects.select_related("site", "check_task", "apply_task").get(pk=run.pk)


def fingerprint() -> dict[str, tuple[int, str]]:
    """Row count and checksum of every table that holds facts or master data."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(("plant_", "work_", "production_")) or table in {"erp_sourcerow", "erp_stagedrow"}:
                cursor.execute(
                    f"SELECT count(*), coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {table} t"
                )
                found[table] = cursor.fetchone()
    return found


def golden(case: str) -> tuple[bytes, str]:
    """The file and the mapping of a golden case."""
    return (GOLDEN / case / "input.csv").read_bytes(), (GOLDEN / case / "mapping.yml").read_text()
