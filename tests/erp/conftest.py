"""A file goes in with one call."""

from functools import partial

import pytest

from mom.accounts.models import Site
from mom.core import long_work
from mom.core.actor import Actor
from mom.erp.models import ImportRun
from mom.erp.services import applying, running
from mom.erp.services.import_run import HowToRun, NamedMapping, request
from tests.erp.importing import BringIn, reread


@pytest.fixture
def bring_in(actor: Actor, site: Site) -> BringIn:
    """`bring_in(content, mapping_text)`: asked for, checked, and brought in unless `how` says otherwise."""

    def go(
        content: bytes, mapping: str, *, how: HowToRun | None = None, size: int = applying.PIECE, at: Site = site
    ) -> ImportRun:
        who = Actor("user", "1", "Test", {at.code: actor.permissions[site.code]})
        run = request(who, at, file_name="log.csv", content=content, mapping=NamedMapping("test", mapping), how=how)
        long_work.work(run.check_task_id, running.check)
        run = reread(run)
        if run.apply_task_id:
            long_work.work(run.apply_task_id, partial(running.apply, size=size, lanes=1))
        return reread(run)

    return go
