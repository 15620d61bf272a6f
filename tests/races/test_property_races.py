"""Eight set a property of one machine at once, and eight give one number of the ERP away: one holds, none overlaps."""

from decimal import Decimal
from typing import Any

import pytest

from mom.core import aliases
from mom.core.actor import system_actor
from mom.core.engine.properties import Content
from mom.core.errors import InvalidInput
from mom.core.models import Alias, PropertyValue
from mom.core.properties import writing
from tests.core.properties.saying import define
from tests.factories.plant import make_equipment
from tests.races.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
BOSS = system_actor("test")
THREADS = 8


def test_property_set_by_eight_at_once_never_overlaps(site: Any) -> None:
    machine, power = make_equipment(site), define(site)

    def setting(number: int) -> Any:
        content = Content(Decimal(number), "KWT")
        return lambda: writing.property_set(BOSS, "equipment", machine, power, content)

    results = at_once([setting(number) for number in range(1, THREADS + 1)])
    refused = [each for each in results if isinstance(each, Exception)]
    assert all(isinstance(each, InvalidInput) for each in refused), refused
    rows = list(PropertyValue.objects.order_by("valid_from"))
    assert len(rows) == THREADS - len(refused) >= 1
    assert [row.valid_until for row in rows] == [*(row.valid_from for row in rows[1:]), None]


def test_alias_given_to_eight_at_once_names_one(site: Any) -> None:
    machines = [make_equipment(site) for _again in range(THREADS)]

    def naming(machine: Any) -> Any:
        return lambda: aliases.alias_add(BOSS, "equipment", machine, "ERP", "4711")

    results = at_once([naming(machine) for machine in machines])
    assert sum(isinstance(each, InvalidInput) for each in results) == THREADS - 1
    assert Alias.objects.count() == 1
