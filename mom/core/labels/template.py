"""A label's elements, checked once and filled without logic: a placeholder is a registered field and nothing else.

    {"type": "text", "x": 2, "y": 2, "width": 58, "size": 4, "text": "Lot {code}", "bold": true, "align": "left"}
    {"type": "code", "x": 2, "y": 8, "width": 18, "height": 18, "symbology": "qr", "data": "{code}", "human": false}
    {"type": "line", "x": 2, "y": 7, "width": 58, "height": 0.3}

Lengths are in millimetres from the upper left corner. What a field holds is never read as a placeholder again.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from mom.core.engine.gs1 import IDENTIFIERS
from mom.core.errors import InvalidInput
from mom.core.labels.codes import GS1, LINEAR, Symbol, Symbology, symbol

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}", re.ASCII)
MOST_ELEMENTS = 40
SMALLEST_MODULE = 0.19  # mm; smaller ones are not read from paper
HUMAN = 2.6  # mm; the line that people read under a code
_ALIGN = ("left", "center", "right")
_GS1_ELEMENT = re.compile(r"\((\d{2,4})\)([^(]*)", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True)
class Size:
    """Width and height in millimetres."""

    width: float
    height: float


@dataclass(frozen=True)
class TextMark:
    """A line of text in its place."""

    x: float
    y: float
    width: float
    size: float
    text: str
    is_bold: bool = False
    align: str = "left"


@dataclass(frozen=True)
class CodeMark:
    """A code in its place: `module` is the width of its smallest part."""

    x: float
    y: float
    module: float
    height: float
    symbol: Symbol


@dataclass(frozen=True)
class LineMark:
    """A black bar."""

    x: float
    y: float
    width: float
    height: float


Mark = TextMark | CodeMark | LineMark


@dataclass(frozen=True)
class Drawing:
    """A filled label: its size and what stands where."""

    size: Size
    marks: tuple[Mark, ...]


def checked(elements: Any, size: Size, fields: Collection[str]) -> list[dict[str, Any]]:
    """The elements as they are stored: known kinds and members only, inside the label, known fields only.

    Raises: InvalidInput, naming the element.
    """
    if not isinstance(elements, list) or not 1 <= len(elements) <= MOST_ELEMENTS:
        raise _wrong(_("A label has 1 to %(most)d elements.") % {"most": MOST_ELEMENTS})
    return [_checked(each, number, size, fields) for number, each in enumerate(elements, 1)]


def _checked(element: Any, number: int, size: Size, fields: Collection[str]) -> dict[str, Any]:
    kind = element.get("type") if isinstance(element, dict) else None
    if kind not in {"text", "code", "line"}:
        raise _wrong(_("Element %(number)d: type is text, code or line.") % {"number": number})
    found: dict[str, Any] = {"type": kind}
    for name in ("x", "y", "width", "size" if kind == "text" else "height"):
        found[name] = _length(element.get(name), name, number)
    down = found.get("height", found.get("size", 0.0))
    if found["x"] + found["width"] > size.width + 0.01 or found["y"] + down > size.height + 0.01:
        raise _wrong(_("Element %(number)d reaches over the edge of the label.") % {"number": number})
    if kind == "text":
        found["text"] = _template(element.get("text"), number, fields)
        found["bold"] = element.get("bold") is True
        found["align"] = element.get("align", "left")
        if found["align"] not in _ALIGN:
            raise _wrong(_("Element %(number)d: align is left, center or right.") % {"number": number})
    if kind == "code":
        found["data"] = _template(element.get("data"), number, fields)
        found["human"] = element.get("human") is True
        found["symbology"] = element.get("symbology")
        if found["symbology"] not in set(Symbology):
            raise _wrong(
                _("Element %(number)d: symbology is one of %(names)s.")
                % {"number": number, "names": ", ".join(Symbology)}
            )
        if found["symbology"] in GS1 and not _is_gs1(found["data"]):
            raise _wrong(_("Element %(number)d: give GS1 elements such as (01){gtin}(10){code}.") % {"number": number})
    unknown = sorted(set(map(str, element)) - set(found))
    if unknown:
        raise _wrong(
            _("Element %(number)d: a %(kind)s has no %(name)s.")
            % {"number": number, "kind": kind, "name": unknown[0][:40]}
        )
    return found


def _is_gs1(template: str) -> bool:
    found = _GS1_ELEMENT.findall(template)
    is_whole = "".join(f"({code}){value}" for code, value in found) == template
    return bool(found) and is_whole and all(code in IDENTIFIERS for code, _value in found)


def _length(value: Any, name: str, number: int) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 500:
        raise _wrong(_("Element %(number)d: %(name)s is a length in mm.") % {"number": number, "name": name})
    if name in {"width", "height", "size"} and value <= 0:
        raise _wrong(_("Element %(number)d: %(name)s is more than 0.") % {"number": number, "name": name})
    return round(float(value), 2)


def _template(text: Any, number: int, fields: Collection[str]) -> str:
    if not isinstance(text, str) or not text.strip() or len(text) > 300 or _CONTROL.search(text):
        raise _wrong(_("Element %(number)d: give one line of text.") % {"number": number})
    unknown = [name for name in PLACEHOLDER.findall(text) if name not in fields]
    left = PLACEHOLDER.sub("", text)
    if unknown or "{" in left or "}" in left:
        words = {"number": number, "fields": ", ".join(f"{{{name}}}" for name in sorted(fields))}
        raise _wrong(_("Element %(number)d: in braces stands one of the fields %(fields)s, nothing else.") % words)
    return text


def _wrong(sentence: str) -> InvalidInput:
    return InvalidInput({"elements": [sentence]})


def fill(elements: list[dict[str, Any]], size: Size, values: Mapping[str, str]) -> Drawing:
    """The label with these values. Raises: InvalidInput where a code can't hold its value or has too little room."""
    marks: list[Mark] = []
    for each in elements:
        if each["type"] == "line":
            marks.append(LineMark(each["x"], each["y"], each["width"], each["height"]))
        elif each["type"] == "text":
            text = _filled(each["text"], values)
            marks.append(TextMark(each["x"], each["y"], each["width"], each["size"], text, each["bold"], each["align"]))
        else:
            marks += _code(each, values)
    return Drawing(size, tuple(marks))


def _filled(template: str, values: Mapping[str, str]) -> str:
    text = PLACEHOLDER.sub(lambda found: str(values.get(found[1], "")), template)
    return _CONTROL.sub(" ", text)


def _code(each: Mapping[str, Any], values: Mapping[str, str]) -> list[Mark]:
    kind = Symbology(each["symbology"])
    made = symbol(kind, _gs1(each["data"], values) if kind in GS1 else _filled(each["data"], values))
    room = each["height"] - (HUMAN + 0.6 if each["human"] else 0)
    module = each["width"] / made.width if made.is_linear else min(each["width"] / made.width, room / made.height)
    if module < SMALLEST_MODULE or room <= 2:
        raise InvalidInput(
            sentence=_("The code of %(data)s has too little room on the label.") % {"data": made.human[:40]}
        )
    height = room if made.is_linear else module * made.height
    marks: list[Mark] = [CodeMark(each["x"], each["y"], module, height, made)]
    if each["human"]:
        width = module * made.width if kind in LINEAR else each["width"]
        align = "center" if kind in LINEAR else "left"
        marks.append(TextMark(each["x"], each["y"] + height + 0.6, width, HUMAN, made.human, align=align))
    return marks


def _gs1(template: str, values: Mapping[str, str]) -> list[tuple[str, str]]:
    """The template's elements with their values: brackets in a value begin no element of their own.

    One whose value is empty is left out: a lot without an end of life has no (17).
    """
    filled = [(code, _filled(value, values)) for code, value in _GS1_ELEMENT.findall(template)]
    return [(code, value) for code, value in filled if value]
