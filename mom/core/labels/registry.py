"""Which things can have a label, and which of their fields may stand on it: apps register their nouns.

    from mom.core import labels
    labels.register(labels.LabelNoun("lot", _("Lot"), permission="plant.view", fields=(...), find=lot_of))

`find(actor, site, code)` gives the thing within the actor's rights, with a text for each field. Raises: NotFound.
Called in `AppConfig.ready()`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from mom.core.errors import NotFound

Text = str | Promise


@dataclass(frozen=True)
class LabelField:
    """One field that may stand on a label; the example stands in its place in previews."""

    key: str
    label: Text
    example: str


@dataclass(frozen=True)
class LabelSubject:
    """The thing that a label is for."""

    id: str
    label: str
    url: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class LabelNoun:
    """A kind of thing that labels are printed for."""

    key: str
    label: Text
    permission: str
    fields: tuple[LabelField, ...]
    find: Callable[[Any, str, str], LabelSubject]

    @property
    def examples(self) -> dict[str, str]:
        """A text for each field."""
        return {field.key: field.example for field in self.fields}


_nouns: dict[str, LabelNoun] = {}


def register(noun: LabelNoun) -> None:
    """Make a noun known; registering the same key again replaces it."""
    _nouns[noun.key] = noun


def registered() -> list[LabelNoun]:
    """Every noun, by key."""
    return [_nouns[key] for key in sorted(_nouns)]


def noun(key: str) -> LabelNoun:
    """The noun with that key. Raises: NotFound."""
    if key not in _nouns:
        raise NotFound
    return _nouns[key]
