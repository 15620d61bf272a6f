"""The demo plant taken out again: all its rows in one transaction, its facts too, and nothing of any other site."""

import json
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, connection
from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.accounts.permissions import MANAGE_SITES
from mom.core.actor import EVERY_SITE, Actor
from mom.core.errors import Conflict, NotFound
from mom.core.use_case import use_case
from mom.demo.services.sign_ins import forget_sign_ins

LOCK_NOT_AVAILABLE = "55P03"


@dataclass(frozen=True)
class Removed:
    """What went: the site's code, and how many rows of which table."""

    site: str
    rows: dict[str, int]

    @property
    def total(self) -> int:
        """All rows together."""
        return sum(self.rows.values())


def remove_demo(actor: Actor) -> Removed:
    """Remove the demo plant and its people. The audit trail and the history of rows stay, and say that it was there.

    Facts are never deleted by the application; a function of the database's owner does it, for a site that was made
    as a demo and for no other. Whoever of the demo left a trace at another site stays, locked.
    Raises: NotAllowed; NotFound without a demo; Conflict while others are writing.
    """
    with use_case(actor, "Demo plant removed") as act:
        act.require(MANAGE_SITES, EVERY_SITE)
        site = Site.objects.filter(is_demo=True).order_by("id").first()
        if site is None:
            raise NotFound(_("There is no demo plant here."))
        rows = _removed(site.code)
        act.record("demo.removed", subject=site, after={"site": site.code, "rows": rows})
        removed = Removed(site.code, rows)
    forget_sign_ins(Path(settings.DATA_DIR))
    return removed


def _removed(code: str) -> dict[str, int]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '120s'")
            cursor.execute("SELECT accounts_remove_demo_site(%s)", [code])
            found = cursor.fetchone()[0]
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") != LOCK_NOT_AVAILABLE:
            raise
        raise Conflict(_("Others are writing at this moment. Try again in a minute."), code="demo_in_use") from None
    rows: dict[str, int] = found if isinstance(found, dict) else json.loads(found)
    return rows
