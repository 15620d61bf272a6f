"""Targets of figures."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from analytics.models import KpiTarget
from mom.accounts.models import Site
from mom.core.testing import acting
from tests.factories.plant import make_equipment

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def make_target(site: Site, **fields: Any) -> KpiTarget:
    """OEE of a machine of its own, since long ago."""
    given = {"kpi": "oee_index", "value": Decimal("0.85"), "valid_from": LONG_AGO, **fields}
    if "equipment" not in given:
        given["equipment"] = make_equipment(site)
    with acting():
        return KpiTarget.objects.create(site=site, **given)
