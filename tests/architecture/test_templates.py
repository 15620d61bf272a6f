"""All that people read in a template goes through gettext, and templates ask the database nothing by name."""

import re

import pytest

from tests.architecture.house import relative, templates

SILENT = re.compile(
    r"\{#.*?#\}|<!--.*?-->|<!doctype[^>]*>"
    r"|\{%\s*comment\b.*?endcomment\s*%\}"
    r"|\{%\s*blocktrans(?:late)?\b.*?endblocktrans(?:late)?\s*%\}"
    r"|<(script|style|code|kbd)\b.*?</\1>",
    re.DOTALL | re.IGNORECASE,
)
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
READ_ALOUD = re.compile(r"""\b(title|aria-label|aria-description|placeholder|alt|label)=(["'])(.*?)\2""", re.DOTALL)
MARKUP = re.compile(r"<[^<>]*>", re.DOTALL)
ENTITY = re.compile(r"&#?\w+;")
WORD = re.compile(r"[^\W\d_]{2,}")
NAMES = {"MOM"}  # proper names are the same in every language


def bare_text(source: str) -> list[str]:
    """Words that people would read untranslated, in text and in attributes that are shown or read aloud."""
    shown = TAG.sub(" ", SILENT.sub(" ", source))
    attributes = [match.group(3) for match in READ_ALOUD.finditer(shown)]
    # A tag may stand inside another's attribute; what is left of a broken pair is no text.
    text = MARKUP.sub("\n", shown)
    words = []
    for piece in [*attributes, *text.splitlines()]:
        plain = ENTITY.sub(" ", piece).strip()
        if any(word not in NAMES for word in WORD.findall(plain)):
            words.append(plain[:80])
    return words


def test_template_text_is_translated() -> None:
    found = [f"{relative(path)}: {text}" for path in templates() for text in bare_text(path.read_text())]
    assert found == []


def query_problems(name: str, source: str) -> list[str]:
    """Calls in a template that ask the database: the view hands over what is shown."""
    asked = re.findall(r"\{[{%][^}%]*\.(?:objects|all|exists)\b[^}%]*[}%]\}", source)
    return [f"{name} asks the database: {tag}" for tag in asked]


def test_template_asks_the_database_nothing() -> None:
    assert [problem for path in templates() for problem in query_problems(relative(path), path.read_text())] == []


@pytest.mark.parametrize(
    "source",
    [
        "<h1>Orders</h1>",
        '<button title="Close this">{% translate "Close" %}</button>',
        "{% if late %}Late by {{ days }}{% endif %}",
        "<input placeholder='Search'>",
    ],
)
def test_text_check_finds_bare_words(source: str) -> None:
    assert bare_text(source)


@pytest.mark.parametrize(
    "source",
    [
        '<h1>{% translate "Orders" %}</h1>',
        "{% blocktranslate %}Late by {{ days }}{% endblocktranslate %}",
        '<a href="/orders/" class="{% if now %}is-now{% endif %}">MOM</a>',
        "<p>&nbsp;·&nbsp;{{ code }} / 2</p>",
        "<script>const words = 1;</script>{# a note #}",
    ],
)
def test_text_check_lets_translated_text_through(source: str) -> None:
    assert bare_text(source) == []


def test_query_check_finds_a_query() -> None:
    assert query_problems("seeded.html", "{% for job in order.job_orders.all %}")
    assert not query_problems("seeded.html", "{% for job in jobs %}{{ totals.counted }}")
