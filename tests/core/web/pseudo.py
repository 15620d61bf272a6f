"""The pseudo-language: each translated text in brackets, accented and 40 % longer; what is left plain was forgotten.

It needs no catalogue and so is never out of date: `speak(monkeypatch)` puts a translator in the place of Esperanto's,
which the test settings offer as a language. Names that people gave are data; tests give them in Cyrillic. What no
language changes stands in `translate="no"`, `<code>` or `<kbd>`.
"""

import re
from collections.abc import Iterator
from gettext import NullTranslations
from html.parser import HTMLParser

import pytest
from django.utils.translation import trans_real

LANGUAGE = "eo"
OPEN, CLOSE = "⟦", "⟧"
CONTEXT_SEPARATOR = "\x04"
ACCENTS = str.maketrans("aceginorsuyzACEGINORSUYZ", "áčéğíñöřšúýžÁČÉĞÍÑÖŘŠÚÝŽ")
KEPT = re.compile(r"%\([^)]*\)[#0\- +]*\d*(?:\.\d+)?[a-z]|%%|%[sd]|\{[^}]*\}|<[^>]*>|&\w+;")  # places, tags, entities


class PseudoTranslations(NullTranslations):
    """Translates everything into the pseudo-language."""

    plural = staticmethod(lambda number: int(number != 1))
    domain = "django"

    def language(self) -> str:
        """The language that it stands for."""
        return LANGUAGE

    def to_language(self) -> str:
        """The same, under Django's name for it."""
        return LANGUAGE

    def gettext(self, message: str) -> str:
        return pseudo(message.rpartition(CONTEXT_SEPARATOR)[2])

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def pseudo(message: str) -> str:
    """`message` accented, padded and in brackets; its places for values and its tags stay."""
    if not message.strip():
        return message
    accented, end = "", 0
    for kept in KEPT.finditer(message):
        accented += message[end : kept.start()].translate(ACCENTS) + kept.group()
        end = kept.end()
    accented += message[end:].translate(ACCENTS)
    return f"{OPEN}{accented}{'~' * (len(message) * 2 // 5)}{CLOSE}"


def speak(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pseudo-language is what Esperanto's readers get, for one test."""
    monkeypatch.setitem(trans_real._translations, LANGUAGE, PseudoTranslations())  # type: ignore[attr-defined]


class Reader(HTMLParser):
    """Collects what people read or are read aloud: text, and the attributes that are shown."""

    SILENT = frozenset({"script", "style", "code", "kbd", "template"})
    EMPTY = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
    SHOWN = frozenset({"title", "aria-label", "aria-description", "placeholder", "alt", "aria-valuetext"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[bool] = [False]
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_silent = self.stack[-1] or tag in self.SILENT or given.get("translate") == "no"
        if not is_silent:
            self.found += [value for name, value in attrs if name in self.SHOWN and value]
            if tag == "input" and given.get("type") in {"submit", "button"}:
                self.found.append(given.get("value") or "")
        if tag not in self.EMPTY:
            self.stack.append(is_silent)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.EMPTY and len(self.stack) > 1:
            self.stack.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        if not self.stack[-1] and data.strip():
            self.found.append(data.strip())


WORD = re.compile(r"[A-Za-z]{2,}")
SAME_EVERYWHERE = frozenset({"MOM", "kg", "min", "mm", "kWh", "CSV", "XLSX", "YAML", "API", "KPI", "ID"})
LANGUAGES = frozenset({"English", "Pseudo"})  # a language is named in itself


def plain_words(html: str) -> list[str]:
    """Texts of a page that carry a plain English word, with that word outside of every bracket or without an accent."""
    reader = Reader()
    reader.feed(html)
    return [
        text
        for text in reader.found
        if any(word not in SAME_EVERYWHERE | LANGUAGES for word in WORD.findall("".join(_outside(text))))
    ]


def _outside(text: str) -> Iterator[str]:
    depth = 0
    for character in text:
        depth += (character == OPEN) - (character == CLOSE)
        if depth == 0 and character != CLOSE:
            yield character
        elif depth == 0:
            yield " "
