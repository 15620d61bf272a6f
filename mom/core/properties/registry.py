"""Which nouns have properties, and from which classes each of them inherits, nearest first.

    from mom.core.properties import registry
    registry.register("equipment", registry.Inherited("equipment_class", links_of_equipment))

`links(at)` gives rows that link a thing to its class at an instant, with `member` and `holder_id` as the paths to both
keys. Called in `AppConfig.ready()`, after the nouns themselves are registered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from mom.core import nouns


@dataclass(frozen=True)
class Inherited:
    """A noun whose values hold for things that say nothing themselves."""

    noun: str
    links: Callable[[datetime], QuerySet[Any]]
    member: str
    holder_id: str


@dataclass(frozen=True)
class Propertied:
    """A noun that has properties, with what it inherits from, nearest first."""

    noun: nouns.Noun
    inherits: tuple[Inherited, ...]

    @property
    def holders(self) -> tuple[str, ...]:
        """The nouns on which a value of one of its properties may stand: itself first."""
        return (self.noun.key, *(each.noun for each in self.inherits))


_registered: dict[str, Propertied] = {}


def register(noun: str, *inherits: Inherited) -> None:
    """Let a noun have properties. Raises: LookupError for a noun that is not registered."""
    _registered[noun] = Propertied(nouns.get(noun), inherits)


def get(noun: str) -> Propertied:
    """The noun with what it inherits from. Raises: LookupError."""
    return _registered[noun]


def has(noun: str) -> bool:
    """Whether a noun has properties of its own."""
    return noun in _registered


def registered() -> list[Propertied]:
    """Every noun that has properties, by its name."""
    return sorted(_registered.values(), key=lambda each: str(each.noun.label))


def kinds_on(holder: str) -> list[str]:
    """The nouns whose properties may stand on a holder: a material holds its own, and those its lots inherit."""
    return [each.noun.key for each in registered() if holder in each.holders]
