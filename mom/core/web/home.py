"""What storeys above say on the overview: a sentence with the one act. Registered in `AppConfig.ready()`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise

from mom.core.web.views import Action


@dataclass(frozen=True)
class Notice:
    """One sentence, and where it leads."""

    text: str | Promise
    action: Action


_sources: dict[str, Callable[[HttpRequest], Notice | None]] = {}


def register_notice(name: str, source: Callable[[HttpRequest], Notice | None]) -> None:
    """Add a source; registering the same name again replaces it. It gives None for nothing to say."""
    _sources[name] = source


def notices(request: HttpRequest) -> list[Any]:
    """Everything that is to be said to this person at this site."""
    found = (source(request) for _name, source in sorted(_sources.items()))
    return [notice for notice in found if notice is not None]
