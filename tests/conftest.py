"""What every test finds on its bench. The parts are in `tests/bench/`."""

import pytest

pytest_plugins = [
    "tests.bench.database",
    "tests.bench.durable",
    "tests.bench.broker",
    "tests.bench.processes",
    "tests.bench.browser",
    "tests.bench.statements",
    "tests.bench.people",
]

# A test that uses one of these is of that kind, whether or not it says so.
MARK_BY_FIXTURE = {"chromium": "browser", "broker_process": "broker"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-query-budgets",
        action="store_true",
        help="write measured statement counts to tests/query_budgets.json",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for fixture, mark in MARK_BY_FIXTURE.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(mark)
