"""Every right that exists, by its stable name: each app declares its own, roles are made of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

Text = str | Promise

_NAME = re.compile(r"^[a-z_]+\.[a-z_]+$")


@dataclass(frozen=True)
class Permission:
    """A right that a role may hold at a site."""

    name: str
    """Stable, as in `work.start_job_order`: it stands in stored roles and token scopes."""
    label: Text

    @property
    def app(self) -> str:
        return self.name.partition(".")[0]


_declared: dict[str, Permission] = {}


def declare(name: str, label: Text) -> str:
    """Make the right `name` known and give the name back. Declaring it again with the same name replaces the label.

    Raises: ValueError where the name is not `app.verb_noun`.
    """
    if not _NAME.match(name):
        raise ValueError(f"A permission is named app.verb_noun in small letters, not {name!r}.")
    _declared[name] = Permission(name, label)
    return name


def is_declared(name: str) -> bool:
    """Whether some app declared the right `name`."""
    return name in _declared


def get(name: str) -> Permission:
    """The right of that name. Raises: LookupError where no app declared it."""
    try:
        return _declared[name]
    except KeyError:
        raise LookupError(f"No app declares the permission {name!r}; declare it in its permissions.py.") from None


def declared() -> Mapping[str, Permission]:
    """Every right by name, sorted."""
    return dict(sorted(_declared.items()))
