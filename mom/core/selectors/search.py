"""The entries that a text may mean, in one statement: number or alias, its beginning, words, parts, near misses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from django.db import connection
from django.db.models import Q

from mom.core.engine.folding import fold, tight, words
from mom.core.models import Alias, SearchEntry

LEAST_CHARACTERS = 1
MOST_CHARACTERS = 100
ENOUGH = 5  # so many hits by number, and a text with figures or signs is not looked for among the names
LIKE_ENOUGH = 0.45  # the share of trigrams of a near miss: one wrong letter in six, two in ten
CANDIDATES = 1_000  # so many entries are ranked, where more have the words
ALIASES = 300  # so many aliases of a site that begin like the text are read; the exact one is the first


class Match(IntEnum):
    """How an entry answers the text; the lower, the better."""

    EXACT = 0
    PREFIX = 1
    WORD = 2
    PART = 3
    NEAR = 4


@dataclass(frozen=True)
class Entry:
    """One thing that was found, as the search's own table has it."""

    noun: str
    object_id: int
    site: str
    code: str
    title: str
    also: str
    is_retired: bool
    match: Match


_FIELDS = "noun, object_id, site, code, title, also, is_retired"
# Each step asks only where the ones before it have not found enough; a step that need not ask costs nothing.
# Numbers: a few rows of an index per noun, whatever the size of the table. Words and parts: trigrams.
_SEARCH = f"""
WITH scope AS (
    SELECT * FROM unnest(%(sites)s::text[], %(nouns)s::text[], %(subjects)s::text[]) AS asked(site, noun, subject)
),
by_number AS (
    SELECT {_FIELDS}, (folded_code <> %(folded)s)::int AS match FROM scope CROSS JOIN (VALUES (false), (true)) AS r(old)
    CROSS JOIN LATERAL (
        SELECT object_id, code, title, also, is_retired, folded_code FROM core_searchentry e
        WHERE e.site = scope.site AND e.noun = scope.noun AND e.is_retired = r.old AND folded_code LIKE %(prefix)s
        ORDER BY folded_code LIMIT %(limit)s) AS e
    UNION ALL
    SELECT {_FIELDS}, (folded_also <> %(folded)s)::int FROM scope CROSS JOIN LATERAL (
        SELECT object_id, code, title, also, is_retired, folded_also FROM core_searchentry e
        WHERE e.site = scope.site AND e.noun = scope.noun AND folded_also <> '' AND folded_also LIKE %(prefix)s
        ORDER BY folded_also LIMIT %(limit)s) AS e
    UNION ALL
    SELECT e.noun, object_id, e.site, code, title, alias.system || ' ' || external_id, is_retired,
        (external_id <> spelt)::int
    FROM (SELECT DISTINCT site FROM scope) AS place
    CROSS JOIN unnest(%(spellings)s::text[]) AS spelt
    CROSS JOIN LATERAL (
        SELECT a.site, a.noun, subject_id, system, external_id FROM core_alias a
        WHERE a.site = place.site AND external_id >= spelt AND external_id <= spelt || chr(1114111)
        AND starts_with(external_id, spelt) AND valid_from <= %(at)s
        AND (valid_until IS NULL OR valid_until > %(at)s)
        ORDER BY external_id LIMIT {ALIASES}) AS alias
    JOIN scope ON scope.site = alias.site AND scope.subject = alias.noun
    JOIN core_searchentry e ON e.noun = scope.noun AND e.object_id = alias.subject_id AND e.site = alias.site
),
by_word AS (
    SELECT {_FIELDS}, 2 AS match FROM core_searchentry e
    WHERE {{words}} AND (e.site || '', e.noun || '') IN (SELECT site, noun FROM scope) AND NOT EXISTS (
        SELECT FROM by_number WHERE match = 0) AND %(length)s > 1
    AND (%(is_name)s OR (SELECT count(*) FROM by_number) < {ENOUGH})
    LIMIT {CANDIDATES}
),
by_part AS (
    SELECT {_FIELDS}, 3 AS match FROM core_searchentry e
    WHERE {{parts}} AND (e.site || '', e.noun || '') IN (SELECT site, noun FROM scope)
    AND (SELECT count(*) FROM by_number) + (SELECT count(*) FROM by_word) < {ENOUGH} AND %(length)s > 2
    AND NOT EXISTS (SELECT FROM by_number WHERE match = 0)
    LIMIT {CANDIDATES}
),
near AS (
    SELECT {_FIELDS}, 4 AS match, word_similarity(%(near)s, e.words) AS likeness FROM core_searchentry e
    WHERE e.words %%> %(near)s AND (SELECT set_config('pg_trgm.word_similarity_threshold', '{LIKE_ENOUGH}', true)) <> ''
    AND (e.site || '', e.noun || '') IN (SELECT site, noun FROM scope)
    AND %(length)s > 3 AND NOT EXISTS (SELECT FROM by_number) AND NOT EXISTS (SELECT FROM by_word)
    AND NOT EXISTS (SELECT FROM by_part)
    ORDER BY likeness DESC LIMIT %(limit)s
),
best AS (
    SELECT DISTINCT ON (noun, object_id) * FROM (
        SELECT {_FIELDS}, match, 0::real AS likeness FROM by_number
        UNION ALL SELECT {_FIELDS}, match, 0 FROM by_word UNION ALL SELECT {_FIELDS}, match, 0 FROM by_part
        UNION ALL SELECT {_FIELDS}, match, likeness FROM near
    ) AS every ORDER BY noun, object_id, match
)
SELECT {_FIELDS}, match FROM (
    SELECT *, row_number() OVER (
        PARTITION BY noun ORDER BY match, is_retired, likeness DESC,
            CASE WHEN match < 2 OR NOT %(is_name)s THEN length(code) END,
            CASE WHEN match < 2 THEN code END, object_id DESC
    ) AS place FROM best
) AS ranked WHERE place <= %(limit)s ORDER BY noun, place
"""  # noqa: S608 - no value is in it, they are parameters


def search(scope: Sequence[tuple[str, str, str]], text: str, limit: int, at: datetime) -> list[Entry]:
    """The entries of the asked sites and nouns that `text` may mean, at most `limit` of each noun, best first.

    The third of each scope is the noun under which aliases are kept; they are found while they hold (`at`), as typed or
    in capital letters. Without scope or text there is none and no statement.
    """
    text = text.encode(errors="ignore").decode().replace("\x00", "").strip()[:MOST_CHARACTERS]
    folded, parts = fold(text), words(text)
    if not scope or len(folded) < LEAST_CHARACTERS:
        return []
    values: dict[str, Any] = {
        "sites": [site for site, _noun, _subject in scope],
        "nouns": [noun for _site, noun, _subject in scope],
        "subjects": [subject for _site, _noun, subject in scope],
        "spellings": sorted({text, text.upper()}),
        "at": at,
        "folded": folded,
        "prefix": f"{_literal(folded)}%",
        "length": len(tight(text)),
        "is_name": len(folded) > 2 and folded.replace(" ", "").isalpha(),
        "near": " ".join(parts),
        "limit": limit,
    }
    conditions: dict[str, list[str]] = {"words": [], "parts": []}
    for number, word in enumerate(parts[:8]):
        values |= {f"word{number}": f"% {_literal(word)}%", f"part{number}": f"%{_literal(word)}%"}
        conditions["words"].append(f"e.words LIKE %(word{number})s")
        conditions["parts"].append(f"e.words LIKE %(part{number})s")
    filled = {name: " AND ".join(asked) or "false" for name, asked in conditions.items()}
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH.format(**filled), values)
        return [
            Entry(noun, key, site, code, title, also, is_retired, Match(match))
            for noun, key, site, code, title, also, is_retired, match in cursor.fetchall()
        ]


def aliased(site: str, nouns: Mapping[str, str], numbers: Sequence[str], at: datetime) -> list[Entry]:
    """The entries of things that have one of the numbers as an alias then; `nouns`: alias noun -> entry noun."""
    known = Alias.objects.filter(site=site, noun__in=nouns, external_id__in=numbers, valid_from__lte=at)
    held = known.filter(Q(valid_until=None) | Q(valid_until__gt=at)).values_list("noun", "subject_id")
    wanted = Q()
    for noun, key in held[:50]:
        wanted |= Q(noun=nouns[noun], object_id=key)
    if not wanted:
        return []
    rows = SearchEntry.objects.filter(wanted, site=site).order_by("noun", "code", "object_id")
    return [
        Entry(row.noun, row.object_id, row.site, row.code, row.title, row.also, row.is_retired, Match.EXACT)
        for row in rows
    ]


def _literal(text: str) -> str:
    """The text as LIKE takes it by the letter."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
