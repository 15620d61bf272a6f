"""`?property=spindle_power__gte:10 KWT` and `?alias=ERP:4711` of API lists."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _t
from rest_framework.exceptions import ValidationError

from mom.core import aliases, clock, nouns
from mom.core.engine.property_rule import DoesNotFit, NoRule, PropertyRule
from mom.core.errors import InvalidInput
from mom.core.properties.contents import WHY
from mom.core.properties.filtering import definitions_of, met_by

MOST_RULES = 5
GRAMMAR = "A rule over a property, repeatable: `code__operator:value unit`, as in `spindle_power__gte:10 KWT`."


def _values(filter_: Any, name: str, value: str) -> list[str]:
    """Every value of a parameter that may be repeated."""
    data = filter_.parent.data
    return [each for each in data.getlist(name) if each] if hasattr(data, "getlist") else [value]


class NoProperty(LookupError):
    """A rule over a property that is not defined."""


class PropertyFilter(django_filters.CharFilter):
    """Rows that meet one or more rules over properties of a noun. `key`: the path to the key of the thing."""

    def __init__(self, noun: str, key: str = "pk", **kwargs: Any) -> None:
        self.noun, self.key = noun, key
        super().__init__(label=GRAMMAR, **kwargs)

    def filter(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows that meet every rule. Raises: ValidationError."""
        if not value:
            return rows
        texts = _values(self, "property", value)
        if len(texts) > MOST_RULES:
            raise ValidationError({"property": [_t("Ask for five properties at most.")]})
        sites = self.parent.request.actor.sites_with(nouns.get(self.noun).view)
        now = clock.now()
        for text in texts:
            try:
                rule = PropertyRule.parse(text)
                definitions = definitions_of(self.noun, rule, sites)
                if not definitions:
                    raise NoProperty
                rows = rows.filter(met_by(self.noun, rule, definitions, now, self.key))
            except NoProperty:
                raise ValidationError({"property": [_t("There is no such property.")]}) from None
            except NoRule:
                raise ValidationError({"property": [_t("Write it as spindle_power__gte:10 KWT.")]}) from None
            except DoesNotFit as error:
                raise ValidationError({"property": [str(WHY[error.kind])]}) from None
        return rows


class AliasFilter(django_filters.CharFilter):
    """Rows that another system calls so: `?alias=ERP:4711`."""

    def __init__(self, noun: str, key: str = "pk", **kwargs: Any) -> None:
        self.noun, self.key = noun, key
        super().__init__(label="A number in another system, as ERP:4711.", **kwargs)

    def filter(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows named so. Raises: ValidationError."""
        if not value:
            return rows
        try:
            return rows.filter(**{f"{self.key}__in": aliases.named_by(self.noun, value, clock.now())})
        except InvalidInput as error:
            raise ValidationError(error.details()["fields"]) from None
