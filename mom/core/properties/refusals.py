"""What the database refuses about properties, as sentences at the field that they concern."""

from collections.abc import Callable
from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mom.core.errors import InvalidInput, MomError

Text = str | Promise
LIMITS_ORDER = _("The lower limit is above the upper one, or the target is outside of them.")
_RULES: dict[str, tuple[str, str, int, Text]] = {
    "core_propertydefinition_code_unique": ("code", "code_taken", 409, _("There is a property with this code.")),
    "core_propertydefinition_code_shape": (
        "code",
        "code_shape",
        422,
        _("Write small letters, digits and single underscores, for example spindle_power."),
    ),
    "core_propertydefinition_only_numbers_have_units": ("unit", "unit", 422, _("Only a number has a unit.")),
    "core_propertydefinition_choice_has_choices": (
        "choices",
        "choices",
        422,
        _("A choice needs at least one entry; other types have none."),
    ),
    "core_propertydefinition_fits_its_values": (
        "data_type",
        "property_has_values",
        409,
        _("There are values that would not fit. Take this property out of use and add a new one."),
    ),
    "core_propertyvalue_property_in_use": (
        "property",
        "property_not_used",
        409,
        _("This property is no longer used. Choose another one."),
    ),
    "core_propertyvalue_right_type": ("value", "wrong_type", 422, _("This value is of another type.")),
    "core_propertyvalue_known_choice": ("value", "unknown_choice", 422, _("This is none of the choices.")),
    "core_propertyvalue_same_dimension": ("unit", "wrong_unit", 422, _("This unit is of another kind.")),
    "core_propertyvalue_same_site": ("property", "other_site", 422, _("This property belongs to another site.")),
    "core_propertyvalue_limits_in_order": (
        "lower",
        "limits_order",
        422,
        LIMITS_ORDER,
    ),
    "core_propertyvalue_ends_after_start": (
        "valid_from",
        "end_before_start",
        422,
        _("A value ends after it begins. Choose a later instant."),
    ),
    "core_propertyvalue_one_at_a_time": (
        "valid_from",
        "value_overlaps",
        409,
        _("Another value holds from that instant. Choose a later one."),
    ),
    "core_propertyvalue_end_comes_nearer": ("valid_until", "value_ended", 409, _("It ended before that already.")),
}


def _refusal(field: str, code: str, status: int, sentence: Text) -> MomError:
    return InvalidInput({field: [sentence]}, code=code, status=status)


REFUSALS: dict[str, Callable[[], MomError]] = {name: partial(_refusal, *rule) for name, rule in _RULES.items()}
