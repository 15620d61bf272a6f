"""The transactional outbox: an event is stored with the change it announces, then each subscriber takes it once.

Celery is only the bell: a lost bell is made good by the sweeper, a doubled one finds nothing to do.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mom.events.registry import event_name

if TYPE_CHECKING:
    from mom.core.use_case import UseCase

    Handler = Callable[[UseCase, Any], None]
else:
    Handler = Callable

EVERYTHING = "*"

_subscribers: dict[str, dict[str, Handler]] = {}
_wants: dict[str, Callable[[str], bool]] = {}


def subscribe(event_class: type, *, name: str) -> Callable[[Handler], Handler]:
    """Let a function take every event of a class, once. `name` (`analytics.mark_dirty`) is stable: receipts carry it.

    The function gets an open use case of the actor `outbox` and the event; what it writes commits with its receipt.
    """
    topic = event_name(event_class)

    def register(handler: Handler) -> Handler:
        _subscribers.setdefault(topic, {})[name] = handler
        return handler

    return register


def subscribe_to_all(*, name: str, wants: Callable[[str], bool]) -> Callable[[Handler], Handler]:
    """Let a function take every event whose name it `wants`, once, whatever its class: for what carries events on."""

    def register(handler: Handler) -> Handler:
        _subscribers.setdefault(EVERYTHING, {})[name] = handler
        _wants[name] = wants
        return handler

    return register


def subscribers_of(topic: str) -> dict[str, Handler]:
    """The subscribers of an event's name, by their own name."""
    general = {name: handler for name, handler in _subscribers.get(EVERYTHING, {}).items() if _wants[name](topic)}
    return {**general, **_subscribers.get(topic, {})}
