"""Wherever a test asks the gate, sources that their hints kept from being asked are asked too: none may know more."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection


@pytest.fixture(scope="session", autouse=True)
def _hints_hide_nothing() -> Iterator[None]:
    """The gate, beside itself without hints. Not where statements are counted: it would count its own."""
    from mom.work import gate
    from mom.work.selectors.gate_rule import levels_at

    found = gate._found

    def compared(*asked: Any) -> Any:
        answer = found(*asked)
        if connection.force_debug_cursor:
            return answer
        job_order, at, person, counting, *among = asked
        levels = levels_at(job_order)
        sources = [each for each in (among[0] if among else gate.sources()) if gate._level(each, levels) in counting]
        whole = gate._signed_for(gate._ask(sources, levels, job_order, at, person), job_order, at)
        assert answer == whole, "a hint of the gate hides what its source would say"
        return answer

    gate._found = compared
    yield
    gate._found = found
