"""What every test finds on its bench. The parts are in `tests/bench/`."""

from collections.abc import Iterator

import pytest

from mom.core import bell

pytest_plugins = [
    "tests.bench.database",
    "tests.bench.durable",
    "tests.bench.broker",
    "tests.bench.processes",
    "tests.bench.browser",
    "tests.bench.statements",
    "tests.bench.people",
    "tests.bench.gate_hints",
]

# A test that uses one of these is of that kind, whether or not it says so.
MARK_BY_FIXTURE = {"chromium": "browser", "broker_process": "broker"}

SLOW = ("slow", "browser")


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
    slow_files_first(items)


@pytest.fixture(autouse=True)
def _bells_rung() -> Iterator[None]:
    """No test hears the bell of the one before."""
    yield
    bell.wait_for_bells()


def slow_files_first(items: list[pytest.Item]) -> None:
    """Spread over processes, whole files at a time, the long ones must not be left for the end."""
    slow = {item.path for item in items if any(map(item.get_closest_marker, SLOW)) or "costs" in item.path.parts}
    items.sort(key=lambda item: item.path not in slow)
