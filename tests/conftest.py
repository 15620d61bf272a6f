"""What every test finds on its bench. The parts are in `tests/bench/`."""

pytest_plugins = [
    "tests.bench.database",
]
