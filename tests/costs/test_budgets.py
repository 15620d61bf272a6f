"""The file of budgets itself: modest, and a guard that fails."""

import json
from pathlib import Path

import pytest

from tests.bench.statements import BUDGETS, Count, QueryBudgets
from tests.costs.budgets import grown, problems

# Kind of address -> the statements that are enough; and where there may be more.
ENOUGH = {
    "page ": 15,
    "GET ": 8,
    "POST ": 25,
    "PATCH ": 25,
    "DELETE ": 25,
    "send ": 25,
    "job of an order ": 15,
    "admin ": 15,
    "device ": 26,  # a sign-in is two transactions: the counted check, then the session with its station
}

# Pages that show a thing with all that hangs on it (facts, jobs, figures, properties, numbers, files, notes, stock),
# the state of every part of the system, and an order that is made, released and begun in one act.
MORE = {
    "GET /api/v1/status/": 17,
    "page analytics:overview": 25,  # the shift of all machines, their needs, orders in work
    "page analytics:machine_now": 28,  # state, timeline, losses, reasons, cycles, signals and log of a machine
    "page analytics:kpi_list": 34,  # every record of the site once: reports, machines, orders, plans, stock, charts
    "page analytics:kpi_detail": 20,
    "page analytics:why": 40,  # all facts of a machine, as the buckets read them
    "GET /api/v1/kpis/{id}/csv/": 18,
    "GET /api/v1/kpis/{id}/parquet/": 18,
    "GET /api/v1/kpis/{id}/values/": 18,  # beside values: units, targets, sources of pieces, the rule of reckoning
    "GET /api/v1/kpis/{id}/why/": 36,
    "page analytics:board": 17,
    "page analytics:shift_report": 23,  # the shift, its hours and stops, first passes, planned jobs and due dates
    "GET /api/v1/analytics/boards/{code}/": 17,  # hours, plans, stops and entries of a line's shift
    "GET /api/v1/analytics/shift-reports/": 24,  # as the page: first passes, planned jobs, due dates
    "GET /api/v1/work/job-orders/{pk}/can-start/": 14,  # every source of the gate once, and the rules of the area
    "POST /api/v1/floor/messages/": 45,  # stored, laid into the timeline, folded into the running shift: once a batch
    "POST /api/v1/floor/quarantine/release-machine/": 53,  # and how many wait on
    "POST /api/v1/floor/quarantine/{pk}/release/": 52,
    "page plant:machine_detail": 52,  # the same, and all that hangs on a machine
    "page plant:material_detail": 20,
    "page production:log_work_at": 18,
    "page production:order_detail": 18,
    "page web:status": 19,
    "page maintenance:job_detail": 16,  # steps, parts, waits, people, photos and signature of a job
    "page work:job_detail": 24,  # and what of its material is reserved, and what was made of it
    "POST /api/v1/production/definitions/{pk}/new-version/": 31,  # all operations, materials and steps read and written
    "POST /api/v1/production/definitions/{pk}/rewrite/": 32,
    "POST /api/v1/production/jobs/{pk}/replace/": 32,  # scrap reported, the job ended, another one made and awaited
    "send production:log_work_start": 42,
    "POST /api/v1/floor/stops/{pk}/explain/": 63,  # the word, the timeline around it, the running shift with it
    "POST /api/v1/floor/stops/{pk}/reclassify/": 61,
    "POST /api/v1/floor/stops/{pk}/split/": 64,
    "send floor:stop_reason": 61,  # the word kept, the timeline folded anew around it, the running shift with it
}


def test_budget_is_modest() -> None:
    numbers = json.loads(BUDGETS.read_text())
    limits = {name: [limit for kind, limit in ENOUGH.items() if name.startswith(kind)] for name in numbers}
    assert [name for name, limit in limits.items() if not limit] == []
    assert [
        f"{name}: {numbers[name]}" for name, limit in limits.items() if numbers[name] > MORE.get(name, limit[0])
    ] == []


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ({"page a": 1}, "page a costs 2 statements; its budget is 1"),
        ({"page a": 3}, "page a costs 2, below its budget of 3"),
        ({}, "page a has no budget"),
        ({"page a": 2, "page b": 1}, "page b has a budget and is no more"),
        ({"page a": 2, "GET b": 1}, ""),
    ],
)
def test_budgets_find_what_is_over_under_missing_and_gone(tmp_path: Path, budget: dict[str, int], said: str) -> None:
    file, count = tmp_path / "budgets.json", Count()
    file.write_text(json.dumps(budget))
    count.statements = ["SELECT 1", "SELECT 2"]
    found = problems(QueryBudgets(file, update=False), {"page a": count}, "page ")
    assert len(found) == bool(said)
    assert all(said in each for each in found)
    assert not problems(QueryBudgets(file, update=True), {"page a": count}, "page ")
    assert json.loads(file.read_text()) == {"page a": 2} | {name: 1 for name in budget if name == "GET b"}


def test_growth_is_found() -> None:
    few, many = Count(), Count()
    few.statements, many.statements = ["SELECT 1"], ["SELECT 1", "SELECT 2"]
    assert grown({"page a": few}, {"page a": few}) == []
    assert grown({"page a": few}, {"page a": many}, but_one={"page a"}) == []
    assert [each.partition("\n")[0] for each in grown({"page a": few}, {"page a": many})] == [
        "page a: few rows cost 1, many cost 2"
    ]
