"""Every page and every GET of the API: within its budget, and the same with two rows of everything as with twenty.

A new address has no budget and fails: `pytest tests/costs --update-query-budgets`, and look at the difference.
"""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.bench.statements import Count, QueryBudgets, counting
from tests.costs.addresses import pages, reads
from tests.costs.budgets import problems
from tests.costs.grown_plant import GrownPlant

FEW, MANY = 2, 20
BEFORE_SIGN_IN = {"page accounts:sign_in"}
WITHOUT_BROKER = {"page healthz"}  # answers 503 where no broker and no worker are
# One statement more, whatever comes: how many acts are left out, where the log is longer than the page shows.
COUNTS_WHAT_IS_LEFT_OUT = {"page work:job_detail", "page production:order_detail"}


def costs(browser: Client, addresses: dict[str, str]) -> dict[str, Count]:
    """What each address costs, what is kept once a process being warm. Raises: AssertionError for a refusal."""
    found = {}
    for name, address in addresses.items():
        client = Client() if name in BEFORE_SIGN_IN else browser
        client.get(address)
        with counting() as count:
            answer = client.get(address)
        assert answer.status_code == 200 or name in WITHOUT_BROKER, f"{name} {address}: {answer.status_code}"
        found[name] = count
    return found


@pytest.mark.parametrize(("kind", "prefix"), [(pages, "page "), (reads, "GET ")], ids=["pages", "api"])
def test_read_keeps_its_budget_and_does_not_grow(
    plant: GrownPlant,
    browser: Client,
    query_budgets: QueryBudgets,
    kind: Callable[[GrownPlant], dict[str, str]],
    prefix: str,
) -> None:
    plant.grow(FEW - 1)
    few = costs(browser, kind(plant))
    plant.grow(MANY - FEW)
    many = costs(browser, kind(plant))
    wrong = [
        f"{name}: {FEW} rows cost {len(few[name])}, {MANY} cost {len(many[name])}\n{few[name]}\n---\n{many[name]}"
        for name in few
        if len(many[name]) != len(few[name]) + (name in COUNTS_WHAT_IS_LEFT_OUT)
    ]
    wrong += problems(query_budgets, many, prefix)
    assert not wrong, "\n\n".join(wrong)
