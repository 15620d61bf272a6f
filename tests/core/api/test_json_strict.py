"""The body as we accept it (P32)."""

import contextlib
import json
from decimal import Decimal
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mom.core.engine.json_strict import MAX_DEPTH, MAX_KEYS, RefusedJson, canonical, loads, loads_records

_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
_leaf = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | _text
_document = st.recursive(_leaf, lambda inner: st.lists(inner) | st.dictionaries(_text, inner), max_leaves=30)


@given(_document)
def test_P32_document_survives_reading(document: Any) -> None:
    assert loads(json.dumps(document).encode()) == document


@given(st.binary(max_size=200))
def test_P32_any_bytes_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(RefusedJson):
        loads(body)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "deeper"),
        (b"[" * 100_000, "deeper"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"a": {"b": 1, "\\u0062": 2}}', "twice"),
        (b'{"a": "\\u0000"}', "NUL"),
        (b'["\\ud800"]', "surrogate"),
        (b'{"\\udc00": 1}', "surrogate"),
        (b'["a\x00b"]', "Not JSON"),
        ('{"a": "ä"}'.encode("latin-1"), "UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "UTF-8"),
        (b"\xef\xbb\xbf{}", "Not JSON"),
        (b"[NaN]", "NaN"),
        (b"[-Infinity]", "Infinity"),
        (b"[" + b"9" * 5000 + b"]", "digits"),
        (b"[1e999999999]", "bounds"),
        (b"[0.1e-999999999999999999999]", "bounds"),
        (b"", "Not JSON"),
        (b"{} {}", "Not JSON"),
        (b"{'a': 1}", "Not JSON"),
        (("{" + ",".join(f'"k{n}":0' for n in range(MAX_KEYS + 1)) + "}").encode(), "keys"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else None,
)
def test_P32_document_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(RefusedJson, match=why):
        loads(body)


def test_document_reads_fractions_exactly() -> None:
    assert loads(b"[0.1, 1e3]") == [Decimal("0.1"), Decimal("1E+3")]


def test_document_keeps_brackets_in_texts() -> None:
    body = json.dumps(["[" * 100, '\\"[[[', "{" * 50])
    assert loads(body.encode()) == json.loads(body)


def test_document_keeps_a_surrogate_pair() -> None:
    assert loads(b'["\\ud83d\\ude00"]') == ["\U0001f600"]


@given(st.dictionaries(_text, _leaf))
def test_P02_canonical_ignores_the_order_of_keys(document: dict[str, Any]) -> None:
    turned = dict(reversed(document.items()))
    assert canonical(document) == canonical(turned)


def test_P02_canonical_tells_types_apart() -> None:
    assert (
        len({canonical(["1"]), canonical([1]), canonical([True]), canonical([None]), canonical([Decimal("1.0")])}) == 5
    )


def test_P32_a_key_twice_among_very_many_is_found_at_once() -> None:
    body = ("{" + ",".join(f'"k{number}":0' for number in range(60_000)) + ',"k59999":1}').encode()
    start = process_time()
    with pytest.raises(RefusedJson, match=r"k59999.*twice"):
        loads_records(body, 160_000)
    assert process_time() - start < 5  # seconds; each key beside each other took half a minute
