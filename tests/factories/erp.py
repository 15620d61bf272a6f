"""Lists on their way in."""

from itertools import count

from mom.accounts.models import Site
from mom.core.actor import system_actor
from mom.erp.engine.table_fields import TableKind
from mom.erp.models import TableImport
from mom.erp.services import table_import as tables

_numbers = count(1)


def make_table(site: Site, *, is_checked: bool = False) -> TableImport:
    """A list of two materials that nobody has, its columns found; with `is_checked` also counted."""
    boss, number = system_actor("test"), next(_numbers)
    content = f"code,name\nLIST-{number}-A,A\nLIST-{number}-B,B\n".encode()
    run = tables.take_in(boss, site, TableKind.MATERIALS, file_name="parts.csv", content=content)
    if is_checked:
        run = tables.check(boss, run.pk, columns=run.columns, decimal=".", date_format="%Y-%m-%d")
    return run
