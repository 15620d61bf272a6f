"""Which things take files and notes: each app registers its nouns in `AppConfig.ready()`.

    subjects.register(SubjectKind("plant.equipment", _("Machine"), see=permissions.VIEW, find=find_machine))

What hangs on a thing is seen by who may see the thing: `see` is the right on the noun, at the thing's own site.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.functional import Promise

from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.core.use_case import Subject

Text = str | Promise


@dataclass(frozen=True)
class Found:
    """A thing that files and notes hang on: how it is named, and the page that shows it."""

    subject: Subject
    site: str
    url: str


Find = Callable[[str, str], Found | None]  # site code, key


@dataclass(frozen=True)
class SubjectKind:
    """A noun that takes files and notes. `takes_files` is False where its files come by a way of its own."""

    type: str
    label: Text
    see: str
    find: Find
    takes_files: bool = True


_kinds: dict[str, SubjectKind] = {}


def register(kind: SubjectKind) -> None:
    """Make a noun known; the same type again replaces it."""
    _kinds[kind.type] = kind


def kinds() -> dict[str, SubjectKind]:
    """Every registered noun by its type."""
    return dict(sorted(_kinds.items()))


def subject_get(actor: Actor, site: str, subject_type: str, subject_id: str) -> Found:
    """The thing itself. Raises: NotFound, also where the actor may not see it or it lies at another site."""
    kind = _kinds.get(subject_type)
    if kind is None or not actor.may(kind.see, site):
        raise NotFound
    found = kind.find(site, subject_id)
    if found is None:
        raise NotFound
    return found


def visible(actor: Actor, field: str = "subject_type") -> models.Q:
    """The rows that hang on things which the actor may see, as a condition over `site` and the kind of subject."""
    condition = models.Q(pk__in=[])
    for kind in _kinds.values():
        sites = actor.sites_with(kind.see)
        here = models.Q(**{field: kind.type})
        condition |= here if sites is None else here & models.Q(site__in=sorted(sites))
    return condition


def by_key(model: type[models.Model], url: Callable[[Any], str], site_path: str = "site__code") -> Find:
    """Finds rows of a model by primary key within their site."""

    def find(site: str, key: str) -> Found | None:
        if not key.isascii() or not key.isdigit() or len(key) > 18:
            return None
        row = model._default_manager.filter(pk=int(key), **{site_path: site}).first()
        return None if row is None else Found(Subject.of(row), site, url(row))

    return find
