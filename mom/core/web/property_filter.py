"""A page's filter over properties: property, comparison and value as three inputs, one chip."""

from dataclasses import dataclass
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mom.core import clock
from mom.core.engine.properties import DataType
from mom.core.engine.property_rule import SIGN, DoesNotFit, NoRule, Operator, PropertyRule
from mom.core.models import PropertyDefinition
from mom.core.properties.contents import WHY
from mom.core.properties.filtering import met_by


@dataclass(frozen=True)
class ShownRule:
    """A rule that was chosen on a page, with the property it is about."""

    rule: PropertyRule
    definition: PropertyDefinition

    def __str__(self) -> str:
        words = f" {_t('to')} ".join(self.rule.operands) if self.rule.operator is Operator.BETWEEN else ""
        words = words or ", ".join(self.rule.operands)
        return f"{self.definition.name} {SIGN[self.rule.operator]} {words}"


class RuleWidget(forms.MultiWidget):
    """Property, comparison, value: three inputs in one field."""

    part_names: ClassVar[tuple[Any, ...]] = (_("property"), _("comparison"), _("value"))
    suffixes: ClassVar[tuple[str, ...]] = ("code", "is", "value")

    def __init__(self) -> None:
        super().__init__(
            {
                "code": forms.Select(),
                "is": forms.Select(),
                "value": forms.TextInput(attrs={"autocomplete": "off", "placeholder": "10 kW"}),
            }
        )

    def decompress(self, value: Any) -> list[str]:
        """The three parts of a rule."""
        if not isinstance(value, ShownRule):
            return ["", "", ""]
        separator = ".." if value.rule.operator is Operator.BETWEEN else "|"
        return [value.rule.code, str(value.rule.operator), separator.join(value.rule.operands)]


class RuleField(forms.MultiValueField):
    """A rule from three inputs; empty where no property is chosen."""

    widget = RuleWidget

    def __init__(self, **kwargs: Any) -> None:
        self.definitions: dict[str, PropertyDefinition] = {}
        operators = [(each.value, SIGN[each]) for each in Operator]
        fields = (
            forms.ChoiceField(required=False),
            forms.ChoiceField(required=False, choices=operators),
            forms.CharField(required=False, max_length=200),
        )
        super().__init__(fields, require_all_fields=False, **kwargs)
        self.widget.widgets[1].choices = operators  # type: ignore[attr-defined]

    def offer(self, definitions: list[PropertyDefinition]) -> None:
        """Let these properties be chosen."""
        self.definitions = {each.code: each for each in definitions}
        choices = [("", _("any")), *((each.code, each.name) for each in definitions)]
        self.fields[0].choices = choices  # type: ignore[attr-defined]
        self.widget.widgets[0].choices = choices  # type: ignore[attr-defined]

    def compress(self, parts: list[str]) -> ShownRule | None:
        """The rule. Raises: ValidationError where it can't be asked of the property."""
        code, operator, text = (*parts, "", "", "")[:3]
        definition = self.definitions.get(code)
        if definition is None or not text:
            return None
        try:
            rule = PropertyRule.of(code, Operator(operator or "eq"), text)
            rule.bound(DataType(definition.data_type), definition.unit)
        except NoRule:
            raise forms.ValidationError(_("Give a value; from and to as 5..10, several as 5|10.")) from None
        except DoesNotFit as error:
            raise forms.ValidationError(str(WHY[error.kind])) from None
        return ShownRule(rule, definition)


class RuleFilter(django_filters.Filter):
    """A page's filter over the properties of a noun at its site."""

    field_class = RuleField

    def __init__(self, noun: str, key: str = "pk", **kwargs: Any) -> None:
        self.noun, self.key = noun, key
        super().__init__(label=_("Property"), required=False, **kwargs)

    @property
    def field(self) -> Any:
        """The field, with the properties of the page's site. One statement."""
        is_new = not hasattr(self, "_field")
        field = super().field
        if is_new:
            site = self.parent.request.site.code
            field.offer(list(PropertyDefinition.objects.filter(site=site, noun=self.noun).order_by("name")))
        return field

    def filter(self, rows: QuerySet[Any], value: ShownRule | None) -> QuerySet[Any]:
        """The rows that meet the rule."""
        if value is None:
            return rows
        return rows.filter(met_by(self.noun, value.rule, [value.definition], clock.now(), self.key))
