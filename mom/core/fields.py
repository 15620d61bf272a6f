"""Column types that the house agrees on: exact quantities, unit codes, plant time zones."""

import zoneinfo
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.engine.quantity import UNITS


class QuantityField(models.DecimalField):  # type: ignore[type-arg]
    """An exact quantity: 18 digits, 6 behind the point. Its unit stands in a column beside it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 18)
        kwargs.setdefault("decimal_places", 6)
        super().__init__(*args, **kwargs)


def validate_unit(code: str) -> None:
    """Refuse a code that is not in our table of units. Raises: ValidationError."""
    if code not in UNITS:
        raise ValidationError(
            _("%(code)s is not a known unit code. Use a code such as C62 (piece), KGM or MTR."), params={"code": code}
        )


class UnitField(models.CharField):  # type: ignore[type-arg]
    """A unit by its UN/ECE Recommendation 20 code."""

    default_validators = [validate_unit]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 3)
        super().__init__(*args, **kwargs)


def validate_time_zone(name: str) -> None:
    """Refuse a name that the time zone database doesn't have. Raises: ValidationError."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            _("%(name)s is not a time zone. Use a name such as Europe/Berlin."), params={"name": name}
        )


class TimeZoneField(models.CharField):  # type: ignore[type-arg]
    """A time zone by its IANA name."""

    default_validators = [validate_time_zone]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 64)
        super().__init__(*args, **kwargs)


def zone(name: str) -> zoneinfo.ZoneInfo:
    """The time zone of that name."""
    return zoneinfo.ZoneInfo(name)
