"""JSON as we accept it: UTF-8 only, no key twice, nothing that a database or a later reader would choke on.

The stock reader was seen to end in a server error on deep nesting, `\\u0000` and lone surrogates, and to accept
duplicate keys, NaN and other encodings in silence. Numbers with a fraction come out as exact decimals.
"""

import json
import re
from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

MAX_DEPTH = 32
MAX_KEYS = 10_000
MAX_DIGITS = 40

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class RefusedJson(ValueError):
    """The body is not JSON as we accept it; the text says in plain words why."""


def loads(body: bytes) -> Any:
    """Read one JSON document. Raises: RefusedJson."""
    text = _decoded(body)
    _refuse_depth(text)
    return _read(text, MAX_KEYS)


def loads_records(body: bytes, most_keys: int) -> Any:
    """Read a document of many small records, as strictly; its depth is measured when it is read, which is quicker.

    Raises: RefusedJson.
    """
    try:
        document = _read(_decoded(body), most_keys)
    except RecursionError:
        raise RefusedJson(f"Nested deeper than {MAX_DEPTH} levels.") from None
    level, depth = [document], 0
    while level := [value for value in level if isinstance(value, dict | list)]:
        depth += 1
        if depth > MAX_DEPTH:
            raise RefusedJson(f"Nested deeper than {MAX_DEPTH} levels.")
        level = [inner for value in level for inner in (value.values() if isinstance(value, dict) else value)]
    return document


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        raise RefusedJson(f"The body is not UTF-8 (byte {error.start}).") from None


def _read(text: str, most_keys: int) -> Any:
    keys = 0

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal keys
        keys += len(items)
        if keys > most_keys:
            raise RefusedJson(f"More than {most_keys} keys.")
        found = dict(items)
        if len(found) != len(items):
            twice = next(name for name, times in Counter(name for name, _ in items).items() if times > 1)
            raise RefusedJson(f"The key {json.dumps(twice[:40])} occurs twice.")
        return found

    try:
        document = json.loads(
            text, object_pairs_hook=pairs, parse_constant=_refuse_constant, parse_int=_whole, parse_float=_fraction
        )
    except json.JSONDecodeError as error:
        raise RefusedJson(f"Not JSON: {error.msg} (line {error.lineno}, column {error.colno}).") from None
    if "\\u" in text:  # raw control characters are refused by the reader itself; only escapes can hide these
        _refuse_unstorable(document)
    return document


def canonical(document: Any) -> bytes:
    """The same document in one spelling: keys sorted, no blanks. Two bodies mean the same if these bytes are equal."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str).encode()


def _refuse_depth(text: str) -> None:
    """Measure nesting before parsing, because the parser recurses. Raises: RefusedJson."""
    depth = 0
    for token in _TOKENS.finditer(text):
        mark = token.group()[0]
        if mark in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise RefusedJson(f"Nested deeper than {MAX_DEPTH} levels.")
        elif mark in "]}":
            depth -= 1


def _refuse_constant(name: str) -> NoReturn:
    raise RefusedJson(f"{name} is not a JSON value.")


def _whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise RefusedJson(f"A number with more than {MAX_DIGITS} digits.")
    return int(digits)


def _fraction(digits: str) -> Decimal:
    if len(digits) > MAX_DIGITS:
        raise RefusedJson(f"A number with more than {MAX_DIGITS} digits.")
    try:
        number = Decimal(digits)
    except InvalidOperation:
        raise RefusedJson("A number out of all bounds.") from None
    if abs(number.adjusted()) > MAX_DIGITS:
        raise RefusedJson("A number out of all bounds.")
    return number


def _refuse_unstorable(value: Any) -> None:
    """Raises: RefusedJson where a key or text holds NUL or half a surrogate pair."""
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            raise RefusedJson("A text holds the character NUL or half a surrogate pair.")
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_unstorable(key)
            _refuse_unstorable(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_unstorable(item)
