"""Lists on their way in."""

import hashlib
from dataclasses import asdict
from itertools import count

from mom.accounts.models import Site
from mom.core import clock
from mom.core.models import StoredBlob
from mom.core.testing import acting
from mom.erp.engine.mapping import FileShape
from mom.erp.engine.table_fields import TableKind
from mom.erp.models import TableImport

_numbers = count(1)


def make_table(site: Site, *, is_checked: bool = False) -> TableImport:
    """A list of two materials that nobody has, its columns found; with `is_checked` also counted."""
    number = next(_numbers)
    content = f"code,name\nLIST-{number}-A,A\nLIST-{number}-B,B\n".encode()
    counted = {"rows_total": 2, "rows_new": 2, "checked_at": clock.now()} if is_checked else {}
    with acting():
        digest = hashlib.sha256(content).hexdigest()
        stored = {"size": len(content), "content": content, "created_at": clock.now()}
        return TableImport.objects.create(
            site=site,
            kind=TableKind.MATERIALS,
            blob=StoredBlob.objects.get_or_create(sha256=digest, defaults=stored)[0],
            file_name="parts.csv",
            shape=asdict(FileShape()),
            header=["code", "name"],
            columns={"code": "code", "name": "name"},
            requested_by="Test",
            created_at=clock.now(),
            **counted,
        )
