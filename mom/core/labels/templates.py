"""Use cases of label templates: made, changed as a new version, and the set that a new plant begins with."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.errors import InvalidInput, NotFound, Stale
from mom.core.labels import registry
from mom.core.labels.template import Drawing, Size, checked, fill
from mom.core.models import LabelTemplate, LabelTemplateVersion
from mom.core.permissions_declared import MANAGE_LABELS
from mom.core.use_case import UseCase, use_case


@dataclass(frozen=True)
class Look:
    """What a label looks like: its size in millimetres and its elements."""

    width: float
    height: float
    elements: Any


def create(actor: Actor, site: str, *, noun: str, name: str, look: Look) -> LabelTemplate:
    """Add a template with its first version. Raises: NotAllowed, InvalidInput."""
    with use_case(actor) as act:
        act.require(MANAGE_LABELS, site)
        return add(act, site, noun=noun, name=name, look=look)


def add(act: UseCase, site: str, *, noun: str, name: str, look: Look) -> LabelTemplate:
    """The same within the caller's transaction; rights are the caller's to ask."""
    known = {each.key for each in registry.registered()}
    if noun not in known:
        raise InvalidInput({"noun": [_("There are no labels for %(noun)s.") % {"noun": noun[:40]}]})
    if not name.strip():
        raise InvalidInput({"name": [_("A name is needed.")]})
    elements = _looked_at(noun, look)
    row = LabelTemplate(site=site, noun=noun, name=name.strip(), created_at=act.now)
    _save(row)
    _version(act, row, 1, look, elements)
    act.record("core.label_template_added", subject=row, site=site, after={"noun": noun, "name": row.name})
    return row


def change(
    actor: Actor, site: str, pk: int, version: int | None, *, name: str, is_active: bool, look: Look
) -> LabelTemplate:
    """Change a template; another look becomes its next version, and what was printed keeps the old one.

    Raises: NotAllowed, NotFound, Stale, InvalidInput.
    """
    with use_case(actor) as act:
        act.require(MANAGE_LABELS, site)
        row = LabelTemplate.objects.select_for_update().filter(site=site, pk=pk).first()
        if row is None:
            raise NotFound
        if version is not None and version != row.version:
            raise Stale
        if not name.strip():
            raise InvalidInput({"name": [_("A name is needed.")]})
        before = {"name": row.name, "is_active": row.is_active}
        elements = _looked_at(row.noun, look)
        last = newest(row)
        is_new = (float(last.width), float(last.height), last.elements) != (look.width, look.height, elements)
        after: dict[str, Any] = {"name": name.strip(), "is_active": is_active}
        if after == before and not is_new:
            return row
        row.name, row.is_active = after["name"], is_active
        row.version += 1
        _save(row)
        if is_new:
            _version(act, row, last.number + 1, look, elements)
            after["look"] = f"version {last.number + 1}"
        act.record("core.label_template_changed", subject=row, site=site, before=before, after=after)
        return row


def newest(template: LabelTemplate) -> LabelTemplateVersion:
    """How the template looks now."""
    return template.versions.order_by("-number")[0]


def drawn(version: LabelTemplateVersion, values: dict[str, str]) -> Drawing:
    """The label with these values. Raises: InvalidInput."""
    return fill(version.elements, Size(float(version.width), float(version.height)), values)


def _looked_at(noun: str, look: Look) -> list[dict[str, Any]]:
    """The elements as they are stored, proven by a label of examples. Raises: InvalidInput."""
    if not 10 <= look.width <= 300 or not 5 <= look.height <= 420:
        raise InvalidInput({"width": [_("A label is 10 to 300 mm wide and 5 to 420 mm high.")]})
    size, examples = Size(look.width, look.height), registry.noun(noun).examples
    elements = checked(look.elements, size, examples)
    try:
        fill(elements, size, examples)
    except InvalidInput as error:
        raise InvalidInput({"elements": [error.sentence]}) from None
    return elements


def _version(act: UseCase, row: LabelTemplate, number: int, look: Look, elements: list[dict[str, Any]]) -> None:
    LabelTemplateVersion.objects.create(
        template=row,
        number=number,
        width=Decimal(str(look.width)),
        height=Decimal(str(look.height)),
        elements=elements,
        created_at=act.now,
        created_by=act.actor.label,
    )


def _save(row: LabelTemplate) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "core_labeltemplate_name_in_site" not in str(error):
            raise
        raise InvalidInput({"name": [_("There is a label of this name already. Choose another one.")]}) from None


def add_standard_set(actor: Actor, site: str) -> int:
    """Give a site one label for each noun that has none yet; says how many. Raises: NotAllowed."""
    with use_case(actor) as act:
        act.require(MANAGE_LABELS, site)
        return standard_set(act, site)


def standard_set(act: UseCase, site: str) -> int:
    """The same within the caller's transaction; rights are the caller's to ask."""
    have = set(LabelTemplate.objects.filter(site=site).values_list("noun", flat=True))
    wanted = [noun for noun in registry.registered() if noun.key not in have]
    for noun in wanted:
        add(act, site, noun=noun.key, name=str(noun.label), look=standard_look(noun))
    return len(wanted)


def standard_look(noun: registry.LabelNoun) -> Look:
    """A label of 62 x 29 mm: a QR code of the number, the number, and as many other fields as there is room for."""
    others: Sequence[registry.LabelField] = [
        each for each in noun.fields if each.key not in {"code", "site", "printed"} and not each.key.startswith("gs1")
    ][:4]
    elements: list[dict[str, Any]] = [
        {"type": "code", "x": 0, "y": 2, "width": 25, "height": 25, "symbology": "qr", "data": "{code}",
         "human": False},
        {"type": "text", "x": 24, "y": 2.5, "width": 36.5, "size": 5.5, "bold": True, "text": "{code}"},
    ]  # fmt: skip
    for at, each in enumerate(others):
        elements.append(
            {"type": "text", "x": 24, "y": 9.5 + at * 4, "width": 36.5, "size": 3.2, "text": f"{{{each.key}}}"}
        )
    elements.append({"type": "text", "x": 24, "y": 25.6, "width": 36.5, "size": 2.2, "text": "{site}"})
    return Look(62.0, 29.0, elements)
