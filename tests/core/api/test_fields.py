"""Fields take exactly what the document says."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from rest_framework import serializers as drf
from rest_framework.exceptions import ValidationError

from mom.core.api import serializers as strict


@pytest.mark.parametrize(
    ("field", "given", "expected"),
    [
        (strict.DateTimeField(), "2026-04-16T10:42:00+02:00", datetime(2026, 4, 16, 8, 42, tzinfo=UTC)),
        (strict.DateTimeField(), "2026-04-16T08:42:00.5Z", datetime(2026, 4, 16, 8, 42, 0, 500_000, tzinfo=UTC)),
        (strict.DurationField(), "PT1H30M", timedelta(minutes=90)),
        (strict.IntegerField(), 12, 12),
        (strict.DecimalField(max_digits=18, decimal_places=6), "12.50", Decimal("12.50")),
        (strict.DecimalField(max_digits=18, decimal_places=6), Decimal("0.1"), Decimal("0.1")),
        (strict.DecimalField(max_digits=18, decimal_places=6), 3, Decimal(3)),
        (strict.BooleanField(), False, False),
        (strict.CharField(), "CNC-04", "CNC-04"),
        (strict.ChoiceField(choices=["good", "scrap"]), "good", "good"),
    ],
)
def test_field_accepts(field: Any, given: Any, expected: Any) -> None:
    assert field.run_validation(given) == expected


@pytest.mark.parametrize(
    ("field", "given"),
    [
        *[(strict.DateTimeField(), given) for given in (
            "2026-04-16T10:42:00", "2026-04-16", 1776328920, True, "٢٠٢٦-04-16T10:42:00Z", "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z", "2026-02-30T00:00:00Z", "2026-04-16T10:42:00+99:00", "", [],
        )],
        *[(strict.IntegerField(), given) for given in ("12", True, Decimal("12.0"), 2**63, None, [], "١٢")],
        *[(strict.DecimalField(max_digits=18, decimal_places=6), given) for given in (
            "1e3", "NaN", "Infinity", "1_000", " 1", "١", True, "0.0000001", "9" * 31, [], Decimal("1E+30"),
        )],
        *[(strict.BooleanField(), given) for given in ("true", 1, 0, "yes", [])],
        *[(strict.CharField(), given) for given in (12, True, [], {}, "a\x00b")],
        *[(strict.UUIDField(), given) for given in (True, 12, "{12345678-1234-5678-1234-567812345678}", "1" * 32, [])],
        *[(strict.ChoiceField(choices=[("1", "one")]), given) for given in (1, [], {})],
        *[(strict.DurationField(), given) for given in ("1:30", 90, "P1Y", "", "PT99999999999999S", [])],
        *[(strict.DateField(), given) for given in ("2026-4-16", "2026-02-30", "٢٠٢٦-04-16", 1)],
    ],
)  # fmt: skip
def test_P32_field_refuses(field: Any, given: Any) -> None:
    with pytest.raises(ValidationError):
        field.run_validation(given)


class _Body(strict.Serializer):
    name = strict.CharField()
    status = strict.CharField(read_only=True)


def test_serializer_refuses_a_key_it_does_not_know() -> None:
    body = _Body(data={"name": "a", "nmae": "b"})
    assert not body.is_valid()
    assert set(body.errors) == {"nmae"}


def test_serializer_ignores_what_is_read_only() -> None:
    body = _Body(data={"name": "a", "status": "closed"})
    assert body.is_valid()
    assert dict(body.validated_data) == {"name": "a"}


def test_stock_serializer_would_have_taken_it() -> None:
    """The control: without our base the misspelt key is lost in silence."""
    stock = type("Stock", (drf.Serializer,), {"name": drf.CharField()})(data={"name": "a", "nmae": "b"})
    assert stock.is_valid()
