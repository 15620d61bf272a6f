"""What a scanner sent, read: GS1 elements, an address of ours, a code with a site's own beginning, or a plain code.

Source: ISO/IEC 15424 (symbology identifiers, `]C1` and others); GS1 General Specifications 5.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from mom.core.engine.gs1 import SEPARATOR, Element, NotGs1, has_check_digit, parse, parse_link

MOST_CHARACTERS = 400
_SYMBOLOGY = re.compile(r"\](?P<letter>[A-Za-z])(?P<modifier>[0-9A-Za-z])", re.ASCII)
_GS1_SYMBOLOGIES = frozenset({"]C1", "]d2", "]Q3", "]e0", "]e1", "]e2", "]J1"})
_RETAIL = {8: "]E4", 12: "]E0", 13: "]E0", 14: "]I1"}
_CONTROL = re.compile(r"[\x00-\x1c\x1e\x1f\x7f-\x9f]")


class UnreadableScan(ValueError):
    """Nothing that can be a scan: empty, too long, or unreadable signs."""


class ScanKind(StrEnum):
    """How the text was understood."""

    GS1 = "gs1"
    LINK = "link"
    ADDRESS = "address"
    PATTERN = "pattern"
    PLAIN = "plain"


@dataclass(frozen=True)
class Pattern:
    """A site's own beginning of codes: "B" of badges, "T-" of tools. `keeps`: the beginning is part of the code."""

    prefix: str
    noun: str
    keeps: bool = False


@dataclass(frozen=True)
class Scan:
    """What was read. `code` is what to look for; `noun` what it must be where a pattern or an address said so."""

    kind: ScanKind
    text: str
    code: str
    noun: str = ""
    path: str = ""
    symbology: str = ""
    elements: tuple[Element, ...] = ()
    fault: str = ""

    def element(self, code: str) -> Element | None:
        """The element of an application identifier."""
        return next((each for each in self.elements if each.code == code), None)


def read(text: str, *, today: date, patterns: Sequence[Pattern] = (), hosts: Sequence[str] = ()) -> Scan:
    """What a scanner sent. `hosts` are our own names: an address at them is the page it names.

    GS1 that breaks a rule (a check digit, a length) comes back as a plain code with `fault`, never as another thing.
    Raises: UnreadableScan.
    """
    text = text.strip(" \t\r\n")
    if not text or len(text) > MOST_CHARACTERS or _CONTROL.search(text) or any("\ud800" <= c <= "\udfff" for c in text):
        raise UnreadableScan
    found = _SYMBOLOGY.match(text)
    symbology, body = (found[0], text[3:]) if found else ("", text)
    if not body.strip(SEPARATOR + " "):
        raise UnreadableScan
    if body.lower().startswith(("http://", "https://")):
        return _address(body, symbology, today, hosts)
    if body.startswith("/") and not body.startswith("//"):
        return Scan(ScanKind.ADDRESS, body, body, path=body, symbology=symbology)
    if symbology in _GS1_SYMBOLOGIES or body.startswith("(") or SEPARATOR in body:
        return _gs1(body, symbology, today)
    matching = [each for each in patterns if each.prefix and body.startswith(each.prefix) and body != each.prefix]
    if matching:
        pattern = max(matching, key=lambda each: len(each.prefix))
        code = body if pattern.keeps else body.removeprefix(pattern.prefix)
        return Scan(ScanKind.PATTERN, body, code, noun=pattern.noun, symbology=symbology)
    if len(body) in _RETAIL and body.isascii() and body.isdigit() and has_check_digit(body):
        elements = (parse(f"(01){body.zfill(14)}", today)[0],)
        return Scan(ScanKind.PLAIN, body, body, symbology=symbology, elements=elements)
    return Scan(ScanKind.PLAIN, body, body, symbology=symbology)


def _gs1(body: str, symbology: str, today: date) -> Scan:
    try:
        elements = parse(body, today)
    except NotGs1 as fault:
        shown = body.replace(SEPARATOR, " ").strip()
        return Scan(ScanKind.PLAIN, shown, shown, symbology=symbology, fault=str(fault))
    shown = "".join(f"({each.code}){each.text}" for each in elements)
    return Scan(ScanKind.GS1, shown, shown, symbology=symbology, elements=tuple(elements))


def _address(body: str, symbology: str, today: date, hosts: Sequence[str]) -> Scan:
    try:
        parts = urlsplit(body)
        host = (parts.netloc or "").lower()
    except ValueError:
        return Scan(ScanKind.PLAIN, body, body, symbology=symbology)
    if host in {each.lower() for each in hosts}:
        path = unquote(parts.path) or "/"
        if not path.startswith("//"):
            return Scan(ScanKind.ADDRESS, body, body, path=path, symbology=symbology)
    try:
        elements = tuple(parse_link(body, today))
    except NotGs1 as fault:
        return Scan(ScanKind.PLAIN, body, body, symbology=symbology, fault=str(fault))
    return Scan(ScanKind.LINK, body, body, symbology=symbology, elements=elements)
