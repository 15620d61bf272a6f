"""Every page and every GET of the API: within its budget, and the same with two rows of everything as with twenty.

A new address has no budget and fails: `pytest tests/costs --update-query-budgets`, and look at the difference.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from mom.accounts.models import Role
from tests.bench.statements import Count, QueryBudgets, counting
from tests.costs.addresses import admin_pages, pages, reads
from tests.costs.budgets import grown, problems
from tests.costs.grown_plant import GrownPlant
from tests.factories.accounts import make_membership, make_user

FEW, MANY = 2, 20
BEFORE_SIGN_IN = {"page accounts:sign_in"}
WITHOUT_BROKER = {"page healthz"}  # answers 503 where no broker and no worker are
# One statement more, whatever comes: how many acts are left out, where the log is longer than the page shows.
COUNTS_WHAT_IS_LEFT_OUT = {
    "page work:job_detail",
    "page production:order_detail",
    "GET /api/v1/work/job-orders/",  # more than a page of them
    "GET /api/v1/work/work-requests/",
}


def costs(browser: Client, addresses: dict[str, str]) -> dict[str, Count]:
    """What each address costs, what is kept once a process being warm. Raises: AssertionError for a refusal."""
    found = {}
    for name, address in addresses.items():
        client = Client() if name in BEFORE_SIGN_IN else browser
        client.get(address)
        with counting() as count:
            answer: Any = client.get(address)
            if answer.streaming:
                assert b"".join(answer.streaming_content)
        assert answer.status_code == 200 or name in WITHOUT_BROKER, f"{name} {address}: {answer.status_code}"
        found[name] = count
    return found


Kind = Callable[[GrownPlant], dict[str, str]]


def wrong_costs(plant: GrownPlant, browser: Client, budgets: QueryBudgets, kind: Kind, prefix: str) -> list[str]:
    """What grows, and what is not within its budget."""
    plant.grow(FEW - 1)
    few = costs(browser, kind(plant))
    plant.grow(MANY - FEW)
    many = costs(browser, kind(plant))
    return grown(few, many, but_one=COUNTS_WHAT_IS_LEFT_OUT) + problems(budgets, many, prefix)


@pytest.mark.parametrize(("kind", "prefix"), [(pages, "page "), (reads, "GET ")], ids=["pages", "api"])
def test_read_keeps_its_budget_and_does_not_grow(
    plant: GrownPlant, browser: Client, query_budgets: QueryBudgets, kind: Kind, prefix: str
) -> None:
    wrong = wrong_costs(plant, browser, query_budgets, kind, prefix)
    assert not wrong, "\n\n".join(wrong)


def test_admin_keeps_its_budget_and_does_not_grow(
    plant: GrownPlant, browser: Client, query_budgets: QueryBudgets
) -> None:
    root = make_user("root")
    make_membership(root, Role.objects.get(code="admin"), None)
    browser.force_login(root, backend="mom.accounts.backends.PasswordBackend")
    wrong = wrong_costs(plant, browser, query_budgets, admin_pages, "admin ")
    assert not wrong, "\n\n".join(wrong)
