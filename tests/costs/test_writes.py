"""Every writing route of the API and the main acts on pages: within their budgets."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from mom.work.engine.terms import WorkRequestCommand
from mom.work.services import work_request_command
from tests.bench.statements import Count, QueryBudgets, counting
from tests.costs.budgets import problems
from tests.costs.grown_plant import SYSTEM, GrownPlant
from tests.costs.writes import WHY, Act, api_writes, page_writes, sent
from tests.factories.work import make_chain

ORDERS = "/api/v1/work/work-requests/"
AT_ORDERS: dict[str, tuple[str, ...]] = {"hold": (), "resume": ("hold",), "cancel": ()}


def cost(browser: Client, name: str, prepare: Callable[[], Act]) -> Count:
    """What it costs, undone afterwards. Raises: AssertionError for a refusal."""
    point = connection.savepoint() or ""
    act = prepare()
    with counting() as count:
        answer = act(browser)
    assert answer.status_code in {200, 201, 202, 204, 302}, f"{name}: {answer.status_code} {answer.content[:2000]!r}"
    connection.savepoint_rollback(point)
    return count


@pytest.mark.parametrize(
    ("kind", "prefixes"),
    [(api_writes, ("DELETE ", "PATCH ", "POST ")), (page_writes, ("send ",))],
    ids=["api", "pages"],
)
def test_write_keeps_its_budget(
    plant: GrownPlant,
    browser: Client,
    query_budgets: QueryBudgets,
    kind: Callable[[GrownPlant], dict[str, Callable[[], Act]]],
    prefixes: tuple[str, ...],
) -> None:
    browser.get("/")
    costs, refused = {}, []
    for name, prepare in kind(plant).items():
        try:
            costs[name] = cost(browser, name, prepare)
        except AssertionError as error:
            refused.append(str(error))
    wrong = problems(query_budgets, costs, prefixes)
    assert not refused + wrong, "\n\n".join(refused + wrong)


@pytest.mark.parametrize("command", list(AT_ORDERS))
def test_command_to_an_order_costs_each_job_the_same(
    plant: GrownPlant, browser: Client, query_budgets: QueryBudgets, command: str
) -> None:
    """Every job takes the command for itself, with its audit entry and its event; so much each, and not more."""
    costs = []
    for jobs in (2, 20, 38):
        order = make_chain(plant.site, *(f"Step {number}" for number in range(jobs)), code=f"CHAIN-{jobs}")[
            0
        ].work_request
        for before in AT_ORDERS[command]:
            work_request_command.command(SYSTEM, order.pk, WorkRequestCommand(before), reason="Wait")
        costs.append(cost(browser, command, lambda pk=order.pk: sent("post", f"{ORDERS}{pk}/{command}/", WHY)))  # type: ignore[misc]
    first, second = len(costs[1]) - len(costs[0]), len(costs[2]) - len(costs[1])
    assert first == second
    each = Count()
    each.statements = costs[1].statements[: first // 18]
    query_budgets.hold(f"job of an order {command}", each)
