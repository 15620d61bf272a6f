"""Many values in one text: PostgreSQL reads from it what was put in."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from mom.core.db.bulk import array
from mom.floor.engine.terms import MachineState


def read_back(values: list[Any], kind: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{kind}[]", [array(values)])
        return list(cursor.fetchone()[0])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("bigint", [1, -2, None, 2**62]),
        ("bool", [True, False, None]),
        ("numeric", [Decimal("0.000001"), Decimal("-1E+3"), None]),
        ("timestamptz", [datetime(2026, 3, 2, 5, 0, 0, 1, tzinfo=UTC), None]),
        ("text", ["", "NULL", None, "a,b", '{"', "\\", " x ", "ä\n", MachineState.RUN]),
        ("bigint", []),
    ],
)
def test_array_is_read_back(kind: str, values: list[Any]) -> None:
    assert read_back(values, kind) == values


@pytest.mark.django_db
@given(st.lists(st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"))))
def test_array_is_read_back_any_text(values: list[str | None]) -> None:
    assert read_back(values, "text") == values
