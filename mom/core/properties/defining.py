"""Properties defined and changed: what can be said of a noun at a site."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t

from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.errors import InvalidInput, NotFound, Stale
from mom.core.models import PropertyDefinition
from mom.core.permissions_declared import CHANGE_PROPERTY
from mom.core.properties import registry
from mom.core.properties.refusals import REFUSALS
from mom.core.use_case import UseCase, use_case

_CHANGEABLE = ("name", "data_type", "unit", "choices", "description", "is_deprecated")


def definition_add(actor: Actor, site: str, noun: str, *, reason: str = "", **values: Any) -> PropertyDefinition:
    """Define a property of a noun at a site; `values` are code, name, data_type and what `_CHANGEABLE` names.

    Raises: NotAllowed; InvalidInput with a sentence at each field.
    """
    with use_case(actor, reason) as act:
        act.require(CHANGE_PROPERTY, site)
        return define(act, site, noun, **values)


def define(act: UseCase, site: str, noun: str, **values: Any) -> PropertyDefinition:
    """The same within the caller's transaction; rights are the caller's to ask."""
    if not registry.has(noun):
        raise InvalidInput({"noun": [_t("There are no properties of this.")]})
    definition = PropertyDefinition(site=site, noun=noun, **values)
    _check(definition)
    with translating(REFUSALS):
        definition.save(force_insert=True)
    act.record(
        "core.property_defined",
        subject=definition,
        site=site,
        after={"noun": noun, "type": definition.data_type, "unit": definition.unit, "choices": definition.choices},
    )
    return definition


def definition_change(
    actor: Actor, definition_id: int, *, version: int | None = None, reason: str = "", **changes: Any
) -> PropertyDefinition:
    """Change what a property is called, or its choices; type and unit only while no value contradicts.

    Raises: NotAllowed, NotFound, Stale, InvalidInput.
    """
    with use_case(actor, reason) as act:
        definition = PropertyDefinition.objects.select_for_update().filter(pk=definition_id).first()
        if definition is None:
            raise NotFound
        act.require(CHANGE_PROPERTY, definition.site)
        if version is not None and version != definition.version:
            raise Stale
        differing = {
            name: changes[name]
            for name in _CHANGEABLE
            if name in changes and changes[name] != getattr(definition, name)
        }
        if not differing:
            return definition
        before = {name: getattr(definition, name) for name in differing}
        for name, value in differing.items():
            setattr(definition, name, value)
        definition.version += 1
        _check(definition)
        with translating(REFUSALS):
            definition.save(update_fields=[*differing, "version", "changed_at"])
        act.record("core.property_changed", subject=definition, site=definition.site, before=before, after=differing)
        return definition


def _check(definition: PropertyDefinition) -> None:
    try:
        definition.clean_fields()
    except ValidationError as error:
        raise InvalidInput(error.message_dict) from None
