"""What is known of things: their properties at an instant, resolved through their classes. Constant statements."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from mom.core import nouns
from mom.core.engine.interval import Interval
from mom.core.engine.properties import DataType, Resolved, Stated, resolve
from mom.core.engine.property_rule import PropertyRule, matches
from mom.core.models import PropertyDefinition, PropertyValue
from mom.core.properties import registry


@dataclass(frozen=True)
class Known:
    """One property of one thing, and where it comes from."""

    definition: PropertyDefinition
    resolved: Resolved
    sources: tuple[str, ...]
    """The codes of what it is inherited from; empty where it is the thing's own."""


def valid_at(at: datetime) -> Q:
    """Values that hold at an instant."""
    return Q(valid_from__lte=at) & (Q(valid_until=None) | Q(valid_until__gt=at))


def stated(row: PropertyValue) -> Stated:
    """The row as the engine reads it."""
    return Stated(row.pk, row.holder, row.subject_id, Interval(row.valid_from, row.valid_until), row.content)


def properties_of(noun: str, ids: Collection[int], at: datetime) -> dict[int, list[Known]]:
    """Every property that holds for each thing at `at`, by the property's code; things without one are left out.

    Statements: one for each noun it inherits from, one for the values, one for the names of classes.
    """
    kind = registry.get(noun)
    levels = _holders_of(kind, ids, at)
    wanted = Q()
    for holder, members in levels:
        wanted |= Q(holder=holder, subject_id__in={each for found in members.values() for each in found})
    rows = PropertyValue.objects.filter(wanted, valid_at(at), definition__noun=noun).select_related("definition")
    by_holder: defaultdict[tuple[str, int], list[PropertyValue]] = defaultdict(list)
    for row in rows:
        by_holder[row.holder, row.subject_id].append(row)
    definitions = {row.definition_id: row.definition for row in rows}
    found: dict[int, list[tuple[PropertyDefinition, Resolved]]] = {}
    for subject in ids:
        per_definition: dict[int, list[list[Stated]]] = {}
        for level, (holder, members) in enumerate(levels):
            for holder_id in members.get(subject, ()):
                for row in by_holder.get((holder, holder_id), ()):
                    stack = per_definition.setdefault(row.definition_id, [[] for _level in levels])
                    stack[level].append(stated(row))
        resolved = [(definitions[key], resolve(stack, at)) for key, stack in per_definition.items()]
        found[subject] = sorted(
            [(definition, each) for definition, each in resolved if each is not None], key=lambda pair: pair[0].code
        )
    return _named(found)


def _holders_of(
    kind: registry.Propertied, ids: Collection[int], at: datetime
) -> list[tuple[str, dict[int, list[int]]]]:
    """For each level its noun, and thing to the keys of its holders there."""
    levels: list[tuple[str, dict[int, list[int]]]] = [(kind.noun.key, {each: [each] for each in ids})]
    for above in kind.inherits:
        members: defaultdict[int, list[int]] = defaultdict(list)
        links = above.links(at).filter(**{f"{above.member}__in": list(ids)})
        for member, holder_id in links.values_list(above.member, above.holder_id).distinct():
            members[member].append(holder_id)
        levels.append((above.noun, members))
    return levels


def _named(found: dict[int, list[tuple[PropertyDefinition, Resolved]]]) -> dict[int, list[Known]]:
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for pairs in found.values():
        for _definition, resolved in pairs:
            if resolved.is_inherited:
                for each in resolved.candidates:
                    wanted[each.holder].add(each.subject_id)
    codes: dict[tuple[str, int], str] = {}
    for holder, keys in wanted.items():
        rows = nouns.get(holder).model._default_manager.filter(pk__in=keys).values_list("pk", "code")
        codes |= {(holder, pk): code for pk, code in rows}
    return {
        subject: [
            Known(
                definition,
                resolved,
                tuple(codes.get((each.holder, each.subject_id), "") for each in resolved.candidates)
                if resolved.is_inherited
                else (),
            )
            for definition, resolved in pairs
        ]
        for subject, pairs in found.items()
        if pairs
    }


def matches_at(noun: str, subject_id: int, rule: PropertyRule, at: datetime) -> bool:
    """Whether a thing meets a rule at an instant; for rules of the gate. A rule of an unknown property is not met.

    Raises: DoesNotFit for a rule that can't be asked of the property's type.
    """
    for known in properties_of(noun, [subject_id], at).get(subject_id, ()):
        if known.definition.code == rule.code:
            bound = rule.bound(DataType(known.definition.data_type), known.definition.unit)
            return matches(known.resolved, bound)
    return False


def history(holder: str, subject_id: int) -> QuerySet[PropertyValue]:
    """Every value that was ever stated on a holder itself, newest first within its property."""
    return stated_on(holder, [subject_id])


def stated_on(holder: str, subject_ids: Collection[int]) -> QuerySet[PropertyValue]:
    """The same for several holders."""
    rows = PropertyValue.objects.filter(holder=holder, subject_id__in=subject_ids).select_related("definition")
    return rows.order_by("definition__code", "-valid_from")


def definitions_for(site: str, holder: str, *, is_all: bool = False) -> QuerySet[PropertyDefinition]:
    """What may be said on a holder at a site: the properties of the nouns that it speaks for."""
    rows = PropertyDefinition.objects.filter(site=site, noun__in=registry.kinds_on(holder)).order_by("noun", "name")
    return rows if is_all else rows.filter(is_deprecated=False)
