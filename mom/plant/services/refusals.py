"""What the database refuses about the plant model, as sentences at the field that they concern."""

from collections.abc import Callable
from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mom.core.errors import InvalidInput, MomError

Text = str | Promise

_CODE_TAKEN = _("This code is taken in this site. Choose another one.")
_CODE_NEEDED = _("A code is needed.")
_CODED = [
    "equipment",
    "equipmentclass",
    "physicalasset",
    "physicalassetclass",
    "person",
    "personnelclass",
    "materialclass",
    "materialdefinition",
    "businesspartner",
    "workcalendar",
    "materiallot",
    "document",
]
_ENDS_AFTER_START = _("The end must come after the start.")

# Constraint: (field or "" for the whole row, code, status, sentence).
_RULES: dict[str, tuple[str, str, int, Text]] = {
    "plant_reason_code_unique_in_site_and_kind": ("code", "code_taken", 409, _CODE_TAKEN),
    "plant_reason_code_not_empty": ("code", "code_missing", 422, _CODE_NEEDED),
    "plant_equipment_level_below_parent": (
        "parent",
        "level_not_below_parent",
        422,
        _("The levels go down along the tree. Put it below something of a higher level, or change its level."),
    ),
    "plant_equipment_capacity_matches_kind": (
        "capacity_kind",
        "capacity_incomplete",
        422,
        _("Give a number of places for several places, and a quantity with its unit for a quantity."),
    ),
    "plant_businesspartner_has_a_role": (
        "is_customer",
        "role_missing",
        422,
        _("Say whether it is a customer, a supplier or both."),
    ),
    "plant_assetassignment_one_place_at_a_time": (
        "equipment",
        "asset_mounted_elsewhere",
        409,
        _("This asset is mounted elsewhere at that time. Dismount it there first."),
    ),
    "plant_mouldcavity_number_unique_in_mould": (
        "number",
        "number_taken",
        409,
        _("The mould has a cavity of this number."),
    ),
    "plant_cavityblock_no_overlap": ("started_at", "cavity_is_closed", 409, _("It is closed at that time already.")),
    "plant_cavityblock_ends_after_start": ("ended_at", "end_before_start", 422, _ENDS_AFTER_START),
    "plant_assetassignment_ends_after_start": ("dismounted_at", "end_before_start", 422, _ENDS_AFTER_START),
    "plant_qualification_no_overlap": (
        "valid_from",
        "qualification_overlaps",
        409,
        _("The person has this skill already on some of these days. End that qualification first."),
    ),
    "plant_qualification_ends_after_start": ("valid_until", "end_before_start", 422, _ENDS_AFTER_START),
    "plant_shift_code_unique_in_calendar": (
        "code",
        "code_taken",
        409,
        _("The calendar has a shift with this code from that day."),
    ),
    "plant_shift_weekdays_are_days": ("weekdays", "weekdays_wrong", 422, _("Choose at least one weekday, 1 to 7.")),
    "plant_shift_ends_after_start": ("valid_until", "end_before_start", 422, _ENDS_AFTER_START),
    "plant_shiftbreak_start_unique_in_shift": ("breaks", "break_twice", 422, _("Two breaks start at the same time.")),
    "plant_workcalendarentry_ends_after_start": ("ended_at", "end_before_start", 422, _ENDS_AFTER_START),
    "plant_reasonclassification_no_overlap": (
        "valid_from",
        "classification_overlaps",
        409,
        _("Another classification holds from then on. Choose a later instant."),
    ),
    "plant_reasonclassification_ends_after_start": (
        "valid_from",
        "classification_overlaps",
        409,
        _("The present classification began later. Choose a later instant."),
    ),
    "plant_rate_target_fits_kind": (
        "kind",
        "rate_target",
        422,
        _("A machine's rate needs its state, a material's its material; nothing else may be named with it."),
    ),
    "plant_rate_amount_not_negative": ("amount", "rate_negative", 422, _("Only scrap may bring money (less than 0).")),
    "plant_rate_ends_after_start": ("valid_from", "end_before_start", 422, _ENDS_AFTER_START),
    "plant_rate_one_at_a_time": (
        "valid_from",
        "rate_overlaps",
        409,
        _("Another rate holds from then on. Choose a later day."),
    ),
    "plant_qualification_level_known": ("level", "level_unknown", 422, _("Choose one of the levels.")),
    "plant_qualification_signed_off_by_another": (
        "trainer",
        "signed_off_by_self",
        422,
        _("Nobody signs off their own skill. Choose another person."),
    ),
    "plant_equipmentclassskill_once": ("personnel_class", "skill_twice", 409, _("The class asks for it already.")),
    "plant_materialunit_code_unique_in_material": ("code", "unit_taken", 409, _("The material has this unit already.")),
    "plant_materialunit_factor_positive": ("factor", "factor_wrong", 422, _("The factor must be more than zero.")),
    "plant_materiallot_potency_is_share": (
        "potency",
        "potency_wrong",
        422,
        _("Potency is a share above 0 and up to 1."),
    ),
    "plant_materialsublot_code_unique_in_material": (
        "code",
        "code_taken",
        409,
        _("The material has this number already."),
    ),
    "plant_materialsublot_code_not_empty": ("code", "code_missing", 422, _CODE_NEEDED),
    "plant_materialsublot_sublot_has_lot": ("lot", "lot_missing", 422, _("A sublot is a part of a lot: name the lot.")),
    "plant_materialsublot_serial_is_one_piece": ("quantity", "serial_is_one", 422, _("A serial number is one piece.")),
    "plant_documentreader_once": ("personnel_class", "reader_twice", 409, _("These readers are named already.")),
    "plant_documentversion_number_once": (
        "",
        "version_raced",
        409,
        _("Somebody added a version at the same moment. Look at it, then add yours again."),
    ),
    "plant_documentversion_no_reading_has_reason": (
        "no_reading_reason",
        "reason_missing",
        422,
        _("Say why nobody has to read it again."),
    ),
    "plant_documentversion_one_in_force": (
        "planned_from",
        "version_in_force",
        409,
        _("Another version is in force then. Choose a later instant."),
    ),
    "plant_readconfirmation_of_approved": (
        "document_version",
        "version_not_approved",
        409,
        _("Only an approved version is confirmed."),
    ),
    **{f"plant_{name}_code_unique_in_site": ("code", "code_taken", 409, _CODE_TAKEN) for name in _CODED},
    **{f"plant_{name}_code_not_empty": ("code", "code_missing", 422, _CODE_NEEDED) for name in _CODED},
}


def _refusal(field: str, code: str, status: int, sentence: Text) -> MomError:
    return InvalidInput({field: [sentence]}, code=code, status=status)


REFUSALS: dict[str, Callable[[], MomError]] = {name: partial(_refusal, *rule) for name, rule in _RULES.items()}


def register(constraint: str, *, field: str, code: str, sentence: Text, status: int = 409) -> None:
    """What a storey above refuses about the plant's rows by a guard of its own; from `AppConfig.ready()`."""
    REFUSALS[constraint] = partial(_refusal, field, code, status, sentence)
