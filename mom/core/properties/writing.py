"""Values of properties set and ended. A new value ends the one before at the instant from which it holds."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _t

from mom.core import nouns
from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.engine.properties import Content
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.models import PropertyDefinition, PropertyValue
from mom.core.models.property import columns_of
from mom.core.properties import registry
from mom.core.properties.contents import plain
from mom.core.properties.refusals import REFUSALS
from mom.core.use_case import Subject, UseCase, use_case


def property_set(
    actor: Actor,
    holder: str,
    subject: Any,
    definition: PropertyDefinition,
    content: Content,
    *,
    valid_from: datetime | None = None,
    reason: str = "",
) -> PropertyValue:
    """Say what a property of a thing or class is from `valid_from` (now) on. What holds then already is left as it is.

    Raises: NotAllowed; InvalidInput where the value doesn't fit, or another one begins at that instant.
    """
    with use_case(actor, reason) as act:
        act.require(nouns.get(holder).change, subject.site.code)
        return set_value(act, holder, subject, definition, content, valid_from=valid_from)


def set_value(
    act: UseCase,
    holder: str,
    subject: Any,
    definition: PropertyDefinition,
    content: Content,
    *,
    valid_from: datetime | None = None,
) -> PropertyValue:
    """The same within the caller's transaction; rights are the caller's to ask."""
    if definition.noun not in registry.kinds_on(holder):
        raise InvalidInput({"property": [_t("This is no property of such a thing.")]})
    since = valid_from or act.now
    check_instant(since)
    values = PropertyValue.objects.filter(definition=definition, holder=holder, subject_id=subject.pk)
    held = list(values.select_for_update().exclude(valid_until__lte=since))
    present = next((each for each in held if each.valid_from <= since), None)
    if present is not None and present.content.says_same_as(content):
        return present
    following = min((each.valid_from for each in held if each.valid_from > since), default=None)
    with translating(REFUSALS):
        if present is not None:
            present.valid_until = since
            present.save(update_fields=["valid_until"])
        new = PropertyValue.objects.create(
            site=subject.site.code,
            definition=definition,
            holder=holder,
            subject_id=subject.pk,
            valid_from=since,
            valid_until=following,
            set_at=act.now,
            set_by=act.actor.label[:200],
            **columns_of(content),
        )
    act.record(
        "core.property_set",
        subject=subject,
        site=subject.site.code,
        before={definition.code: _said(present.content)} if present is not None else {},
        after={definition.code: _said(content)},
    )
    return new


def property_end(actor: Actor, value_id: int, *, at: datetime | None = None, reason: str = "") -> PropertyValue:
    """Let a value end, without a new one. Raises: NotAllowed, NotFound; InvalidInput where it ended already."""
    with use_case(actor, reason) as act:
        value = PropertyValue.objects.select_for_update(of=("self",)).select_related("definition").filter(pk=value_id)
        found = value.first()
        if found is None:
            raise NotFound
        act.require(nouns.get(found.holder).change, found.site)
        at = at or act.now
        check_instant(at)
        if found.valid_until is not None and found.valid_until <= at:
            raise Conflict(_t("It ended before that already."), code="value_ended")
        found.valid_until = at
        with translating(REFUSALS):
            found.save(update_fields=["valid_until"])
        noun = nouns.get(found.holder)
        subject = noun.model._default_manager.filter(pk=found.subject_id).first()
        act.record(
            "core.property_ended",
            subject=subject or Subject(noun.model._meta.label_lower, str(found.subject_id), ""),
            site=found.site,
            before={found.definition.code: _said(found.content)},
        )
        return found


def _said(content: Content) -> dict[str, str]:
    said = {
        "value": plain(content), "unit": content.unit, "lower": content.lower, "upper": content.upper,
        "target": content.target,
    }  # fmt: skip
    return {name: str(value) for name, value in said.items() if value not in (None, "")}


def check_instant(at: datetime) -> None:
    if not 1970 <= at.year <= 2199:
        raise InvalidInput({"valid_from": [_t("Give a year from 1970 to 2199.")]})
