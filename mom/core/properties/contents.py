"""What people and partners write as a property's value, read into a content; and a content printed again."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mom.core.engine.properties import Content, DataType
from mom.core.engine.property_rule import DoesNotFit, is_same_kind, read_number, read_operand
from mom.core.errors import InvalidInput
from mom.core.models import PropertyDefinition
from mom.core.web import printing

WHY: Mapping[str, str | Promise] = {
    "type": _("This can't be asked of a property of this type."),
    "unit": _("This unit is of another kind than the property's."),
    "number": _("Enter a number with up to 6 digits behind the point, for example 12 or 12.5 kW."),
    "day": _("Give a day as 2026-04-16."),
    "boolean": _("Say yes or no."),
}
LIMITS = ("lower", "upper", "target")
MOST_TEXT = 500


def read_content(definition: PropertyDefinition, written: Mapping[str, str]) -> Content:
    """The content of `value`, `unit`, `lower`, `upper` and `target` as they were written; empty ones are left out.

    Raises: InvalidInput with a sentence at each field that can't be read.
    """
    given = {name: str(written.get(name) or "").strip() for name in ("value", "unit", *LIMITS)}
    if DataType(definition.data_type) is DataType.NUMBER:
        return _number(definition, given)
    wrong: dict[str, list[Any]] = {
        name: [_t("Only numbers have limits and units.")] for name in ("unit", *LIMITS) if given[name]
    }
    if not given["value"]:
        wrong["value"] = [_t("A value is needed.")]
    elif len(given["value"]) > MOST_TEXT or not given["value"].isprintable():
        wrong["value"] = [_t("A text has at most 500 characters and no line breaks.")]
    elif definition.data_type == DataType.CHOICE and given["value"] not in definition.choices:
        wrong["value"] = [_t("Choose one of: %(choices)s.") % {"choices": ", ".join(definition.choices)}]
    if not wrong:
        try:
            return Content(read_operand(given["value"], DataType(definition.data_type)))
        except DoesNotFit as error:
            wrong["value"] = [WHY[error.kind]]
    raise InvalidInput(wrong)


def _number(definition: PropertyDefinition, given: Mapping[str, str]) -> Content:
    unit = given["unit"] or definition.unit
    wrong: dict[str, list[Any]] = {}
    read: dict[str, tuple[Decimal, str]] = {}
    if not is_same_kind(unit, definition.unit):
        raise InvalidInput({"unit": [WHY["unit"]]})
    for name in ("value", *LIMITS):
        try:
            if given[name]:
                read[name] = read_number(given[name])
                if read[name][1] and not is_same_kind(read[name][1], definition.unit):
                    wrong[name] = [WHY["unit"]]
        except DoesNotFit as error:
            wrong[name] = [WHY[error.kind]]
    written = {code for _number, code in read.values() if code} | ({given["unit"]} if given["unit"] else set())
    if len(written) > 1:
        wrong["unit"] = [_t("Value and limits stand in one unit.")]
    if not read and not wrong:
        wrong["value"] = [_t("A value or a limit is needed.")]
    if wrong:
        raise InvalidInput(wrong)
    numbers = {name: number for name, (number, _code) in read.items()}
    return Content(
        numbers.get("value"),
        next(iter(written), unit),
        numbers.get("lower"),
        numbers.get("upper"),
        numbers.get("target"),
    )


def printed(content: Content) -> str:
    """The value with its unit as people read it; of limits alone their range."""
    if content.value is None:
        return limits(content)
    if isinstance(content.value, bool):
        return _t("yes") if content.value else _t("no")
    if isinstance(content.value, Decimal):
        return printing.quantity(content.value, content.unit)
    return printing.day(content.value) if isinstance(content.value, dt.date) else content.value


def limits(content: Content) -> str:
    """The limits as people read them: "12 to 18 kW", "from 12 kW", ""."""
    lower, upper = content.lower, content.upper
    if lower is not None and upper is not None:
        both = {"lower": printing.number(lower), "upper": printing.quantity(upper, content.unit)}
        return _t("%(lower)s to %(upper)s") % both
    if lower is not None:
        return _t("from %(lower)s") % {"lower": printing.quantity(lower, content.unit)}
    return _t("up to %(upper)s") % {"upper": printing.quantity(upper, content.unit)} if upper is not None else ""


def plain(content: Content) -> str:
    """The exact value for the API, forms and the audit trail."""
    if content.value is None:
        return ""
    if isinstance(content.value, bool):
        return "true" if content.value else "false"
    return plain_number(content.value) if isinstance(content.value, Decimal) else str(content.value)


def plain_number(number: Decimal | None) -> str:
    """A number without the zeros behind its last digit."""
    if number is None:
        return ""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
