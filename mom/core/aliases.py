"""What partners' systems call our things: added, ended, resolved. One number of a system names one thing at a time.

from mom.core import aliases
aliases.resolve_alias("NORTH", "ERP", "material", "100-4420")     # our key, or None
"""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from mom.core import nouns
from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.db.locks import Lock, advisory_lock
from mom.core.db.retry import retrying
from mom.core.errors import Conflict, InvalidInput, MomError, NotFound
from mom.core.models import Alias
from mom.core.models.alias import SYSTEM_PATTERN
from mom.core.use_case import Subject, UseCase, use_case


@retrying()
def alias_add(
    actor: Actor,
    noun: str,
    subject: Any,
    system: str,
    external_id: str,
    *,
    valid_from: datetime | None = None,
    reason: str = "",
) -> Alias:
    """Say what another system calls a thing. Raises: NotAllowed; InvalidInput where that number names another thing."""
    with use_case(actor, reason) as act:
        act.require(nouns.get(noun).change, subject.site.code)
        return add_alias(act, noun, subject, system, external_id, valid_from=valid_from)


def add_alias(
    act: UseCase, noun: str, subject: Any, system: str, external_id: str, *, valid_from: datetime | None = None
) -> Alias:
    """The same within the caller's transaction; rights are the caller's to ask. What holds already is left as it is."""
    system, external_id = system.strip().upper(), external_id.strip()
    _check(system, external_id, valid_from)
    site, since = subject.site.code, valid_from or act.now
    # Who gives one number away at the same moment waits: on the exclusion alone they would stop each other.
    advisory_lock(Lock.ALIAS, f"{site}:{noun}:{system}:{external_id}")
    held = Alias.objects.filter(valid_at(since), site=site, system=system, noun=noun, external_id=external_id).first()
    if held is not None and held.subject_id == subject.pk:
        return held
    with translating({"core_alias_names_one_thing": lambda: _taken(system, external_id)}):
        alias = Alias.objects.create(
            site=site, noun=noun, subject_id=subject.pk, system=system, external_id=external_id, valid_from=since
        )
    act.record("core.alias_added", subject=subject, site=site, after={"system": system, "number": external_id})
    return alias


def alias_end(actor: Actor, alias_id: int, *, at: datetime | None = None, reason: str = "") -> Alias:
    """Let an alias end; its number may then name another thing. Raises: NotAllowed, NotFound, Conflict."""
    with use_case(actor, reason) as act:
        alias = Alias.objects.select_for_update().filter(pk=alias_id).first()
        if alias is None:
            raise NotFound
        noun = nouns.get(alias.noun)
        act.require(noun.change, alias.site)
        at = at or act.now
        if alias.valid_until is not None or at <= alias.valid_from:
            raise Conflict(_("It ended already, or begins later."), code="alias_ended")
        alias.valid_until = at
        alias.save(update_fields=["valid_until"])
        subject = Subject(noun.model._meta.label_lower, str(alias.subject_id), str(alias))
        act.record("core.alias_ended", subject=subject, site=alias.site, before={"number": str(alias)})
        return alias


def valid_at(at: datetime) -> Q:
    """Aliases that hold at an instant."""
    return Q(valid_from__lte=at) & (Q(valid_until=None) | Q(valid_until__gt=at))


def resolve_alias(site: str, system: str, noun: str, external_id: str, at: datetime) -> int | None:
    """The key of the thing that a system's number names at an instant; None where it names none."""
    return resolve_aliases(site, system, noun, [external_id], at).get(external_id)


def resolve_aliases(
    site: str, system: str, noun: str, external_ids: Collection[str], at: datetime
) -> Mapping[str, int]:
    """Number there to our key, for many at once; unknown ones are left out. One statement."""
    rows = Alias.objects.filter(
        valid_at(at), site=site, system=system.upper(), noun=noun, external_id__in=set(external_ids)
    )
    return dict(rows.values_list("external_id", "subject_id"))


def named_by(noun: str, text: str, at: datetime) -> QuerySet[Any]:
    """The keys of the things that `ERP:4711` names, or `4711` in any system; for filters. Raises: InvalidInput."""
    system, colon, number = text.partition(":")
    rows = Alias.objects.filter(valid_at(at), noun=noun)
    if not colon:
        return rows.filter(external_id=text).order_by().values("subject_id")
    if not re.fullmatch(SYSTEM_PATTERN, system.upper()) or not number:
        raise InvalidInput({"alias": [_("Write the system and the number: ERP:4711.")]})
    return rows.filter(system=system.upper(), external_id=number).order_by().values("subject_id")


def aliases_of(noun: str, ids: Collection[int], at: datetime) -> dict[int, list[Alias]]:
    """The aliases of each thing at an instant, by system. One statement."""
    found: dict[int, list[Alias]] = {}
    for alias in Alias.objects.filter(valid_at(at), noun=noun, subject_id__in=list(ids)):
        found.setdefault(alias.subject_id, []).append(alias)
    return found


def _check(system: str, external_id: str, valid_from: datetime | None) -> None:
    wrong: dict[str, list[str]] = {}
    if not re.fullmatch(SYSTEM_PATTERN, system):
        wrong["system"] = [_("Name the system by letters, digits and dashes: ERP, CAD, CUSTOMER-4.")]
    if not external_id or len(external_id) > 200 or not external_id.isprintable():
        wrong["external_id"] = [_("Give the number of that system, up to 200 characters.")]
    if valid_from is not None and not 1970 <= valid_from.year <= 2199:
        wrong["valid_from"] = [_("Give a year from 1970 to 2199.")]
    if wrong:
        raise InvalidInput(wrong)


def _taken(system: str, external_id: str) -> MomError:
    sentence = _("%(system)s calls something else %(number)s. End that alias first.")
    return InvalidInput(
        {"external_id": [sentence % {"system": system, "number": external_id}]}, code="alias_taken", status=409
    )
