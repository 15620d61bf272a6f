"""Lists narrowed by a property: rows whose value meets a rule, their own or inherited. One statement, by index.

Nothing of a request reaches the ORM as a lookup: the rule's grammar is parsed first (`property_rule`), and the columns
and comparisons below are fixed.
"""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Q, QuerySet

from mom.core.engine.properties import DataType
from mom.core.engine.property_rule import BoundRule, DoesNotFit, Operator, PropertyRule
from mom.core.models import PropertyDefinition, PropertyValue
from mom.core.properties import registry
from mom.core.properties.reading import valid_at

_COLUMN = {
    DataType.NUMBER: "base_number",
    DataType.TEXT: "text",
    DataType.CHOICE: "text",
    DataType.BOOLEAN: "boolean",
    DataType.DATE: "date",
}
_LOOKUP = {Operator.LT: "lt", Operator.LTE: "lte", Operator.GT: "gt", Operator.GTE: "gte"}


def definitions_of(noun: str, rule: PropertyRule, sites: Collection[str] | None) -> list[PropertyDefinition]:
    """The properties that a rule names, at the sites of the asker (None: all); several sites may have one of a code."""
    rows = PropertyDefinition.objects.filter(noun=noun, code=rule.code)
    return list(rows if sites is None else rows.filter(site__in=list(sites)))


def met_by(
    noun: str, rule: PropertyRule, definitions: Collection[PropertyDefinition], at: datetime, key: str = "pk"
) -> Q:
    """The condition that a row (whose key stands at `key`) meets the rule at `at`. No statement of its own.

    The nearest level that says anything decides, and all of it must meet the rule. Raises: DoesNotFit where the rule
    fits the type of none of the definitions.
    """
    wanted, fitting, refused = Q(), [], DoesNotFit("type")
    for definition in definitions:
        try:
            bound = rule.bound(DataType(definition.data_type), definition.unit)
        except DoesNotFit as error:
            refused = error
            continue
        fitting.append(definition.pk)
        wanted |= Q(definition=definition.pk) & condition(bound)
    if not fitting:
        raise refused
    values = PropertyValue.objects.filter(valid_at(at), definition__in=fitting).order_by()
    met, undecided = Q(), Q()
    for level, holder in enumerate(registry.get(noun).holders):
        on_holder = values.filter(holder=holder)
        meets = _subjects(noun, level, on_holder.filter(wanted), at, key)
        fails = _subjects(noun, level, on_holder.exclude(wanted), at, key)
        met |= undecided & meets & ~fails
        undecided &= ~meets & ~fails
    return met


def _subjects(noun: str, level: int, values: QuerySet[PropertyValue], at: datetime, key: str) -> Q:
    """Rows for which one of the values stands on that level."""
    holders = values.values("subject_id")
    if level == 0:
        return Q(**{f"{key}__in": holders})
    above = registry.get(noun).inherits[level - 1]
    links: QuerySet[Any] = above.links(at).filter(**{f"{above.holder_id}__in": holders}).order_by()
    return Q(**{f"{key}__in": links.values(above.member)})


def condition(rule: BoundRule) -> Q:
    """The rule over the columns of a value; a value of limits alone meets none."""
    column = _COLUMN[rule.data_type]
    operands = [_exact(each) for each in rule.operands]
    if rule.operator in _LOOKUP:
        return Q(**{f"{column}__{_LOOKUP[rule.operator]}": operands[0]})
    if rule.operator is Operator.BETWEEN:
        return Q(**{f"{column}__gte": operands[0], f"{column}__lte": operands[1]})
    if rule.operator is Operator.NE:
        return ~Q(**{column: operands[0]}) & Q(**{f"{column}__isnull": False})
    return Q(**{f"{column}__in": operands})


def _exact(operand: object) -> object:
    """An amount as the database rounded it: a factor such as 1/60 has no end."""
    if not isinstance(operand, Fraction):
        return operand
    return Decimal(f"{round(operand * 10**20)}e-20")
