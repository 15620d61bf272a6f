"""Many property values at once, by code, as imports bring them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _t

from mom.core import nouns
from mom.core.db.constraints import translating
from mom.core.engine.properties import Content
from mom.core.errors import InvalidInput
from mom.core.models import PropertyDefinition, PropertyValue
from mom.core.models.property import columns_of
from mom.core.properties import registry
from mom.core.properties.contents import read_content
from mom.core.properties.refusals import LIMITS_ORDER, REFUSALS
from mom.core.properties.writing import check_instant
from mom.core.use_case import Subject, UseCase


@dataclass(frozen=True)
class PropertyRow:
    """One value of an import, as it was written: the thing and the property by their codes."""

    subject: str
    property: str
    value: str
    unit: str = ""
    lower: str = ""
    upper: str = ""
    target: str = ""


@dataclass(frozen=True)
class RowError:
    """Why a row of an import was left out: its place, counted from 0, its field and a sentence."""

    index: int
    field: str
    sentence: str


@dataclass(frozen=True)
class BulkResult:
    """How many values were set, how many held already, and the rows that were left out."""

    added: int
    unchanged: int
    errors: tuple[RowError, ...]


def property_values_set(
    act: UseCase, site: str, noun: str, rows: Sequence[PropertyRow], *, valid_from: datetime | None = None
) -> BulkResult:
    """Set many values of one noun at once: right rows are set, each wrong one is named. The last of two rows for the
    same property of the same thing counts. Joins the caller's transaction; rights are the caller's to ask.

    Six statements, whatever the number of rows, and one audit entry.
    """
    since = valid_from or act.now
    check_instant(since)
    errors: list[RowError] = []
    wanted = _read_rows(site, noun, rows, errors)
    present, following = _held(noun, wanted, since)
    changed = {
        key: content
        for key, content in wanted.items()
        if key not in present or not present[key].content.says_same_as(content)
    }
    taken = [present[key].pk for key in changed if key in present]
    with translating(REFUSALS):
        PropertyValue.objects.filter(pk__in=taken).update(valid_until=since)
        PropertyValue.objects.bulk_create(
            [
                PropertyValue(
                    site=site,
                    definition_id=definition_id,
                    holder=noun,
                    subject_id=subject_id,
                    valid_from=since,
                    valid_until=following.get((definition_id, subject_id)),
                    set_at=act.now,
                    set_by=act.actor.label[:200],
                    **columns_of(content),
                )
                for (definition_id, subject_id), content in changed.items()
            ],
            batch_size=1000,
        )
    if changed:
        codes = sorted({row.property for row in rows})
        subject = Subject(nouns.get(noun).model._meta.label_lower, "", f"{len(changed)} {_t('property values')}")
        act.record("core.property_values_set", subject=subject, site=site, after={"properties": codes})
    return BulkResult(len(changed), len(wanted) - len(changed), tuple(sorted(errors, key=lambda each: each.index)))


Key = tuple[int, int]


def _read_rows(site: str, noun: str, rows: Sequence[PropertyRow], errors: list[RowError]) -> dict[Key, Content]:
    subjects = nouns.get(noun).ids(site, {row.subject for row in rows})
    definitions: defaultdict[str, list[PropertyDefinition]] = defaultdict(list)
    kinds = registry.kinds_on(noun)
    for each in PropertyDefinition.objects.filter(site=site, noun__in=kinds, code__in={row.property for row in rows}):
        definitions[each.code].append(each)
    wanted: dict[Key, Content] = {}
    for index, row in enumerate(rows):
        named = sorted(definitions[row.property], key=lambda each: (each.noun != noun, each.noun))
        if row.subject not in subjects:
            errors.append(RowError(index, "subject", _t("There is nothing with this code.")))
        if not named:
            errors.append(RowError(index, "property", _t("There is no property with this code.")))
        elif named[0].is_deprecated:
            errors.append(RowError(index, "property", _t("This property is no longer used. Choose another one.")))
        elif row.subject in subjects:
            _read_row(index, row, named[0], subjects[row.subject], wanted, errors)
    return wanted


def _read_row(
    index: int,
    row: PropertyRow,
    definition: PropertyDefinition,
    subject_id: int,
    wanted: dict[Key, Content],
    errors: list[RowError],
) -> None:
    try:
        content = read_content(definition, vars(row))
    except InvalidInput as error:
        errors += [RowError(index, name, str(why)) for name, sentences in error.fields.items() for why in sentences]
        return
    low, high, aim = content.lower, content.upper, content.target
    if any(a is not None and b is not None and a > b for a, b in ((low, high), (low, aim), (aim, high))):
        errors.append(RowError(index, "lower", str(LIMITS_ORDER)))
        return
    wanted[definition.pk, subject_id] = content


def _held(
    noun: str, wanted: Mapping[Key, Content], since: datetime
) -> tuple[dict[Key, PropertyValue], dict[Key, datetime]]:
    """What holds at that instant, locked in the order of keys, and when the next value begins."""
    rows: Iterable[PropertyValue] = (
        PropertyValue.objects.select_for_update(of=("self",))
        .filter(
            holder=noun,
            definition__in={definition for definition, _subject in wanted},
            subject_id__in={subject for _definition, subject in wanted},
        )
        .exclude(valid_until__lte=since)
        .order_by("pk")
    )
    present: dict[Key, PropertyValue] = {}
    following: dict[Key, datetime] = {}
    for row in rows:
        key = (row.definition_id, row.subject_id)
        if row.valid_from <= since:
            present[key] = row
        else:
            following[key] = min(following.get(key, row.valid_from), row.valid_from)
    return present, following
