"""The nouns that the ground can name without knowing them: properties, aliases and number ranges hang on any of them.

Each app registers its own; references are soft (noun and key).

    from mom.core import nouns
    nouns.register(nouns.Noun("equipment", Equipment, _("Machine"), view="plant.view", change="plant.change",
                              address=equipment_url))

Called in `AppConfig.ready()`. Every registered model has a `site` (with its code) and a `code` of its own there.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise

from mom.core import invariants
from mom.core.actor import Actor
from mom.core.db.prepared import Prepared
from mom.core.errors import NotFound

Text = str | Promise


@dataclass(frozen=True)
class Noun:
    """A kind of thing. `key` is stored and never changes; `pattern` numbers new ones where a site says nothing else."""

    key: str
    model: type[Model]
    label: Text
    view: str
    change: str
    address: Callable[[Any], str] | None = None
    pattern: str = ""

    def get(self, actor: Actor, site: str, code: str) -> Any:
        """The thing with that code at a site, within the actor's rights. Raises: NotFound."""
        rows = self.model._default_manager.filter(site__code=site, code=code).select_related("site")
        found = list(rows[:2]) if actor.may(self.view, site) else []
        if len(found) != 1:  # some nouns have a code within something else: what is not clear is not found
            raise NotFound
        return found[0]

    def ids(self, site: str, codes: Collection[str]) -> dict[str, int]:
        """Code to key of those of a site. One statement."""
        rows = self.model._default_manager.filter(site__code=site, code__in=set(codes))
        return dict(rows.values_list("code", "pk"))

    def has(self, site: str, code: str) -> bool:
        """Whether a site has one of that code."""
        return _named(self.model).first(site=site, code=code) is not None


@cache
def _named(model: type[Model]) -> Prepared[Any]:
    return Prepared(lambda site, code: model._default_manager.filter(site__code=site, code=code).order_by("pk"))


_nouns: dict[str, Noun] = {}


def register(noun: Noun) -> None:
    """Make a noun known; registering the same key again replaces it. Adds the check that what refers to it exists."""
    _nouns[noun.key] = noun
    invariants.register(
        f"core.{noun.key}_references",
        promise="P25",
        sentence=f"Every property value and alias of a {noun.key} belongs to one that exists, at the same site.",
        sql=f"""
            SELECT r.kind, r.id, r.subject_id FROM (
                SELECT 'property value' AS kind, id, subject_id, site FROM core_propertyvalue
                WHERE holder = '{noun.key}'
                UNION ALL SELECT 'alias', id, subject_id, site FROM core_alias WHERE noun = '{noun.key}'
            ) AS r LEFT JOIN ({_keys(noun.model)}) AS n ON n.id = r.subject_id AND n.site = r.site WHERE n.id IS NULL
        """,
    )


def _keys(model: type[Model]) -> str:
    sites: Any = model._meta.get_field("site").related_model
    table, site = model._meta.db_table, sites._meta.db_table
    key = model._meta.pk.column  # the part of a job that a domain has goes by the job's key
    return f"SELECT t.{key} AS id, s.code AS site FROM {table} t JOIN {site} s ON s.id = t.site_id"


def get(key: str) -> Noun:
    """The noun with that key. Raises: LookupError."""
    return _nouns[key]


def named(key: str) -> Noun:
    """The noun that somebody named from outside. Raises: NotFound."""
    if key not in _nouns:
        raise NotFound
    return _nouns[key]


def of_model(model: type[Model]) -> Noun:
    """The noun of a model. Raises: LookupError."""
    for noun in _nouns.values():
        if noun.model is model:
            return noun
    raise LookupError(model)


def registered() -> list[Noun]:
    """Every noun, by key."""
    return sorted(_nouns.values(), key=lambda noun: noun.key)
