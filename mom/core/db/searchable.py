"""The trigger that keeps the entry of the search box beside the thing itself, declared in the thing's `Meta.triggers`.

    triggers = [History(), Searchable("asset", also="serial_number", words=["manufacturer"], retired="NOT {is_active}")]

The entry is written in the same transaction by the same statement, whatever wrote the thing: service, import, raw SQL.
"""

from collections.abc import Sequence
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import connection, models

from mom.core.db.triggers import Guard

_COLUMNS = "noun, object_id, site, code, title, also, folded_code, folded_also, words, is_retired"
_COMPARED = ("site", "code", "title", "also", "words", "is_retired")


class Searchable(Guard):
    """Makes rows of a table with a `site` and a `code` findable as one noun.

    `title`, `also` and `words` are fields (`also` is a second number by which the thing is found like by its code);
    `retired` and `only` are conditions in SQL with fields in braces: what is marked as out of use, what is listed.
    """

    when = pgtrigger.After

    def __init__(
        self,
        noun: str,
        *,
        code: str = "code",
        title: str = "",
        also: str = "",
        words: Sequence[str] = (),
        retired: str = "",
        only: str = "",
        **kwargs: Any,
    ) -> None:
        self.noun, self.code, self.title, self.also = noun, code, title, also
        self.words, self.retired, self.only = tuple(words), retired, only
        self._fields = [
            name for name in (code, title, also, *words, *_named(retired), *_named(only), "site_id") if name
        ]
        update: Any = pgtrigger.UpdateOf  # untyped there
        operation = pgtrigger.Insert | update(*dict.fromkeys(self._fields)) | pgtrigger.Delete
        super().__init__(name=f"searchable_{noun}", operation=operation, **kwargs)

    def get_func(self, model: Any) -> str:
        compared = ", ".join(f"kept.{name}" for name in _COMPARED)
        fresh = ", ".join(f"excluded.{name}" for name in _COMPARED)
        renewed = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS.split(", ")[2:])
        forget = f"DELETE FROM core_searchentry WHERE noun = '{self.noun}' AND object_id"  # noqa: S608
        left_out = (
            f"IF NOT ({_filled(self.only, model, 'NEW')}) THEN {forget} = NEW.id; RETURN NULL; END IF;"
            if self.only
            else ""
        )
        return f"""
            IF TG_OP = 'DELETE' THEN {forget} = OLD.id; RETURN NULL; END IF;
            {left_out}
            INSERT INTO core_searchentry AS kept ({_COLUMNS})
            {self._entry(model, "NEW")}
            ON CONFLICT (noun, object_id) DO UPDATE SET {renewed}
            WHERE ({compared}) IS DISTINCT FROM ({fresh});
            RETURN NULL;
        """

    def _entry(self, model: Any, row: str) -> str:
        """The entry of a row, as a SELECT without FROM of its own but the site's."""

        def text(name: str) -> str:
            return f"coalesce({row}.{_column(model, name)}::text, '')" if name else "''"

        site = model._meta.get_field("site").related_model._meta.db_table
        spoken = " || ' ' || ".join(text(name) for name in (self.code, self.also, self.title, *self.words) if name)
        retired = _filled(self.retired, model, row) if self.retired else "false"
        return f"""SELECT '{self.noun}', {row}.id, s.code, {text(self.code)}, left({text(self.title)}, 200),
                {text(self.also)}, core_fold({text(self.code)}), core_fold({text(self.also)}),
                core_fold_words({spoken} || ' ' || core_fold_tight({text(self.code)})), {retired}
            FROM {site} AS s WHERE s.id = {row}.site_id"""  # noqa: S608 - names of our own tables and columns

    def entries_sql(self, model: Any) -> str:
        """The entries as they must be, computed from the things themselves."""
        table = model._meta.db_table
        only = f"WHERE {_filled(self.only, model, 'thing')}" if self.only else ""
        entry = f"({self._entry(model, 'thing')})"
        names = f"entry({_COLUMNS})"
        return f"SELECT entry.* FROM {table} AS thing CROSS JOIN LATERAL {entry} AS {names} {only}"  # noqa: S608

    def drift_sql(self, model: Any) -> str:
        """Things without their entry, entries without their thing, and entries that say something else."""
        compared = [f"(kept.{name} IS DISTINCT FROM must.{name})" for name in ("noun", "object_id", *_COMPARED)]
        return f"""
            SELECT coalesce(kept.object_id, must.object_id) AS object_id, must.code AS thing, kept.code AS entry
            FROM (SELECT * FROM core_searchentry WHERE noun = '{self.noun}') AS kept
            FULL JOIN ({self.entries_sql(model)}) AS must ON must.object_id = kept.object_id
            WHERE {" OR ".join(compared)}
        """  # noqa: S608

    def rebuild(self, model: Any) -> int:
        """Write the entries of all rows of `model` anew; says how many. Joins the caller's transaction."""
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")  # a million entries take a minute
            cursor.execute("DELETE FROM core_searchentry WHERE noun = %s", [self.noun])
            cursor.execute(f"INSERT INTO core_searchentry ({_COLUMNS}) {self.entries_sql(model)}")
            return int(cursor.rowcount)


def searchables() -> list[tuple[type[models.Model], Searchable]]:
    """Every model with a trigger of this kind, and the trigger."""
    found = []
    for model in apps.get_models():
        found += [(model, each) for each in getattr(model._meta, "triggers", ()) if isinstance(each, Searchable)]
    return found


def _named(condition: str) -> list[str]:
    return [piece.partition("}")[0] for piece in condition.split("{")[1:]]


def _filled(condition: str, model: Any, row: str) -> str:
    return condition.format(**{name: f"{row}.{_column(model, name)}" for name in _named(condition)})


def _column(model: Any, name: str) -> str:
    return f'"{model._meta.get_field(name).column}"'
