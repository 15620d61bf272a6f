"""Templates are data without logic: a placeholder is a registered field, and everything else in braces is refused."""

from typing import Any

import pytest

from mom.core import labels
from mom.core.actor import Actor, system_actor
from mom.core.errors import InvalidInput, NotAllowed, NotFound, Stale
from mom.core.labels import templates
from mom.core.labels.template import Size, TextMark, checked, fill
from mom.core.labels.templates import Look
from mom.core.models import LabelTemplate, LabelTemplateVersion, RowVersion
from tests.factories.accounts import make_site

SIZE = Size(60, 30)
FIELDS = {"code": "A", "name": "B"}
SYSTEM = system_actor("test")


def text(content: Any, **more: Any) -> list[dict[str, Any]]:
    return [{"type": "text", "x": 1, "y": 1, "width": 50, "size": 4, "text": content, **more}]


@pytest.mark.parametrize(
    "hostile",
    [
        "{__class__}", "{code.__class__}", "{code[0]}", "{code!r}", "{code:>99999999}", "{{7*7}}", "{{code}}",
        "{% include 'x' %}", "{0}", "{}", "{ code }", "{CODE}", "{secret}", "{code", "code}", "${code}}", "{code}{",
        "{self.__init__.__globals__}", "{code}\u2028", "a\x00b", "a\r\nb", "", " ", 7, None, ["{code}"],
    ],
)  # fmt: skip
def test_template_with_anything_but_fields_in_braces_is_refused(hostile: Any) -> None:
    with pytest.raises(InvalidInput):
        checked(text(hostile), SIZE, FIELDS)


def test_template_fills_fields_once_and_reads_no_value_as_a_template() -> None:
    elements = checked(text("{code} <{name}> $5 %s \\1"), SIZE, FIELDS)
    (mark,) = fill(elements, SIZE, {"code": "{name}", "name": "{{7*7}} \\g<0> \n x"}).marks

    assert isinstance(mark, TextMark)
    assert mark.text == "{name} <{{7*7}} \\g<0>   x> $5 %s \\1"


@pytest.mark.parametrize(
    "element",
    [
        {"type": "image", "x": 0, "y": 0, "width": 1, "height": 1},
        {"type": "line", "x": 0, "y": 0, "width": 1},
        {"type": "line", "x": 0, "y": 0, "width": 61, "height": 1},
        {"type": "line", "x": 0, "y": 29.5, "width": 1, "height": 1},
        {"type": "line", "x": -1, "y": 0, "width": 1, "height": 1},
        {"type": "line", "x": True, "y": 0, "width": 1, "height": 1},
        {"type": "line", "x": float("nan"), "y": 0, "width": 1, "height": 1},
        {"type": "line", "x": 0, "y": 0, "width": 1, "height": 1, "onload": "x"},
        {"type": "code", "x": 0, "y": 0, "width": 20, "height": 20, "symbology": "aztec", "data": "{code}"},
        {"type": "code", "x": 0, "y": 0, "width": 20, "height": 20, "symbology": "gs1-128", "data": "{code}"},
        {"type": "code", "x": 0, "y": 0, "width": 20, "height": 20, "symbology": "gs1-128", "data": "(05){code}"},
        {"type": "text", "x": 0, "y": 0, "width": 20, "size": 4, "text": "{code}", "align": "justify"},
        "text",
        None,
    ],
)
def test_template_element_of_a_wrong_shape_is_refused(element: Any) -> None:
    with pytest.raises(InvalidInput):
        checked([element], SIZE, FIELDS)


@pytest.mark.parametrize("elements", [[], None, {}, "x", text("a") * 41])
def test_template_has_one_to_forty_elements(elements: Any) -> None:
    with pytest.raises(InvalidInput):
        checked(elements, SIZE, FIELDS)


@pytest.mark.django_db
def test_template_change_makes_a_version_and_keeps_the_old_one() -> None:
    make_site("P1")
    look = Look(60, 30, text("{code}"))
    row = templates.create(SYSTEM, "P1", noun="lot", name="Lot", look=look)
    same = templates.change(SYSTEM, "P1", row.pk, 1, name="Lot", is_active=True, look=look)
    assert same.version == 1
    changed = templates.change(
        SYSTEM, "P1", row.pk, 1, name="Lot", is_active=True, look=Look(60, 30, text("Lot {code}"))
    )

    assert (changed.version, templates.newest(changed).number) == (2, 2)
    assert LabelTemplateVersion.objects.get(number=1).elements[0]["text"] == "{code}"
    with pytest.raises(Stale):
        templates.change(SYSTEM, "P1", row.pk, 1, name="X", is_active=True, look=look)
    with pytest.raises(NotFound):
        templates.change(SYSTEM, "P2", row.pk, 1, name="X", is_active=True, look=look)
    with pytest.raises(InvalidInput):
        templates.create(SYSTEM, "P1", noun="lot", name="Lot", look=look)
    assert RowVersion.objects.filter(table_name="core_labeltemplate").count() == 2


@pytest.mark.django_db
def test_template_is_changed_by_who_may_only() -> None:
    look = Look(60, 30, text("{code}"))
    prints = Actor("user", "1", "Ann", {"P1": frozenset({"core.print_label", "core.view_label"})})
    with pytest.raises(NotAllowed):
        templates.create(prints, "P1", noun="lot", name="Lot", look=look)
    with pytest.raises(InvalidInput):
        templates.create(SYSTEM, "P1", noun="rocket", name="Lot", look=look)
    with pytest.raises(InvalidInput):
        templates.create(SYSTEM, "P1", noun="lot", name="Lot", look=Look(5, 30, text("{code}")))


@pytest.mark.django_db
def test_standard_set_has_a_label_for_each_noun_and_comes_once() -> None:
    nouns = {noun.key for noun in labels.registered()}
    assert nouns >= {"lot", "equipment", "person", "order", "asset", "material"}
    assert templates.add_standard_set(SYSTEM, "P1") == len(nouns)
    assert templates.add_standard_set(SYSTEM, "P1") == 0
    for template in LabelTemplate.objects.filter(site="P1"):
        templates.drawn(templates.newest(template), labels.noun(template.noun).examples)
