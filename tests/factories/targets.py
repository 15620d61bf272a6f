"""Targets of figures."""

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from analytics.models import KpiTarget, Reckoning
from mom.accounts.models import Site
from mom.core.testing import acting
from tests.factories.plant import make_equipment

_days = itertools.count()
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def make_target(site: Site, **fields: Any) -> KpiTarget:
    """OEE of a machine of its own, since long ago."""
    given = {"kpi": "oee_index", "value": Decimal("0.85"), "valid_from": LONG_AGO, **fields}
    if "equipment" not in given:
        given["equipment"] = make_equipment(site)
    with acting():
        return KpiTarget.objects.create(site=site, **given)


def make_reckoning(site: Site, **fields: Any) -> Reckoning:
    """A day of its own, long ago, on which time without an order was lost."""
    begun = LONG_AGO - timedelta(days=next(_days) + 1)
    given = {"without_order": "lost", "valid_from": begun, "valid_until": begun + timedelta(days=1), **fields}
    with acting():
        return Reckoning.objects.create(site=site, **given)
