"""Columns of a list that are properties of its things: a changed value is a new version from the import on."""

import re
from collections.abc import Mapping
from typing import Any

from mom.core import clock, nouns
from mom.core.engine.properties import Content, DataType
from mom.core.errors import InvalidInput
from mom.core.models import PropertyDefinition, PropertyValue
from mom.core.properties.bulk import PropertyRow, property_values_set
from mom.core.properties.contents import WHY, read_content
from mom.core.use_case import UseCase
from mom.erp.engine.problems import Problem, ProblemCode
from mom.erp.engine.table_fields import TableKind, fold
from mom.erp.models import TableImport
from mom.erp.services.tables.planned import Fate, Planned, taken

GROUPED = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{3})+(?![0-9.])")
NOUNS = {
    TableKind.MACHINES: ("equipment", "code"),
    TableKind.PEOPLE: ("person", "code"),
    TableKind.MATERIALS: ("material", "code"),
    TableKind.STOCK: ("lot", "lot"),
}
"""Kind of list -> the noun that has the properties, and the field that names the thing."""


def definitions_for(site: str, kind: str) -> list[PropertyDefinition]:
    """The properties that a list of this kind may fill, by code."""
    noun = NOUNS.get(TableKind(kind))
    if noun is None:
        return []
    return list(PropertyDefinition.objects.filter(site=site, noun=noun[0], is_deprecated=False).order_by("code"))


def guess_property_columns(site: str, kind: str, header: list[str], used: Mapping[str, str]) -> dict[str, str]:
    """Property -> heading, where a free heading is the property's code or name."""
    free = {fold(name): name for name in reversed(header) if name and name not in used.values()}
    found: dict[str, str] = {}
    for each in definitions_for(site, kind):
        heading = free.get(fold(each.code)) or free.get(fold(each.name))
        if heading is not None and heading not in found.values():
            found[each.code] = heading
    return found


def plan_properties(run: TableImport, planned: list[Planned], columns: Mapping[str, str]) -> None:
    """Refuse rows whose values do not fit their property; a row that changes only a property is a changed one."""
    if not columns:
        return
    noun, key = NOUNS[TableKind(run.kind)]
    definitions = {each.code: each for each in definitions_for(run.site.code, run.kind) if each.code in columns}
    contents = {id(each): _contents(each, definitions, columns, run.decimal) for each in taken(planned)}
    unchanged = [each for each in taken(planned) if each.fate == Fate.SAME]
    subjects = nouns.get(noun).ids(run.site.code, {str(each.row.values.get(key, "")) for each in unchanged})
    held = _held(noun, list(definitions.values()), list(subjects.values()))
    for each in unchanged:
        subject = subjects.get(str(each.row.values.get(key, "")))
        for code, content in contents[id(each)].items():
            present = held.get((definitions[code].pk, subject or 0))
            if present is None or not present.says_same_as(content):
                each.fate = Fate.CHANGED


def _contents(
    each: Planned, definitions: Mapping[str, PropertyDefinition], columns: Mapping[str, str], decimal: str
) -> dict[str, Content]:
    found: dict[str, Content] = {}
    for code, text in each.row.properties.items():
        try:
            found[code] = read_content(definitions[code], {"value": _written(definitions[code], text, decimal)})
        except InvalidInput as refused:
            each.fate = Fate.REFUSED
            sentence = str(next(iter(refused.fields.values()))[0])
            each.problems.append(Problem(ProblemCode.PROPERTY_BAD, columns[code], text, sentence))
    return found


def _written(definition: PropertyDefinition, text: str, decimal: str) -> str:
    """The text as properties are written, with a point. Raises: InvalidInput where a point parts no thousands."""
    if definition.data_type != DataType.NUMBER or decimal != ",":
        return text
    if "." in text and not GROUPED.match(text):
        raise InvalidInput({"value": [WHY["number"]]})
    return text.replace(".", "").replace(",", ".")


def _held(noun: str, definitions: list[Any], subjects: list[int]) -> dict[tuple[int, int], Content]:
    rows = PropertyValue.objects.filter(
        holder=noun, definition__in=definitions, subject_id__in=subjects, valid_from__lte=clock.now()
    ).exclude(valid_until__lte=clock.now())
    return {(row.definition_id, row.subject_id): row.content for row in rows}


def apply_properties(act: UseCase, run: TableImport, planned: list[Planned]) -> None:
    """Set the values of the rows that come in; values that hold already stay as they are."""
    if TableKind(run.kind) not in NOUNS:
        return
    noun, key = NOUNS[TableKind(run.kind)]
    definitions = {each.code: each for each in definitions_for(run.site.code, run.kind)}
    rows = [
        PropertyRow(str(each.row.values[key]), code, _written(definitions[code], text, run.decimal))
        for each in planned
        if each.fate in {Fate.NEW, Fate.CHANGED} and each.row.values.get(key)
        for code, text in each.row.properties.items()
    ]
    if rows:
        property_values_set(act, run.site.code, noun, rows)
