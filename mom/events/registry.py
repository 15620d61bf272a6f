"""The list of everything our software announces: frozen dataclasses under stable names, and their JSON spelling."""

import importlib
import pkgutil
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

import mom.events

_classes: dict[str, type] = {}
_names: dict[type, str] = {}

Cls = TypeVar("Cls", bound=type)


def event(name: str) -> Callable[[Cls], Cls]:
    """Give a frozen dataclass its stable name, as in `work.job_order_started`: that name is stored, the class may move.

    Raises: ValueError where the name is taken.
    """

    def register(cls: Cls) -> Cls:
        taken = _classes.get(name)
        if taken is not None and (taken.__module__, taken.__qualname__) != (cls.__module__, cls.__qualname__):
            raise ValueError(f"Two events want the name {name!r}: {taken.__qualname__} and {cls.__qualname__}.")
        _classes[name], _names[cls] = cls, name
        return cls

    return register


def event_name(event_or_class: Any) -> str:
    """The stable name of an event. Raises: LookupError where its class was not given one with `@event`."""
    cls = event_or_class if isinstance(event_or_class, type) else type(event_or_class)
    try:
        return _names[cls]
    except KeyError:
        raise LookupError(f"{cls.__qualname__} is no event: decorate it with @event('app.noun_verbed').") from None


def event_class(name: str) -> type:
    """The class under a stable name. Raises: LookupError where no installed code knows it."""
    try:
        return _classes[name]
    except KeyError:
        raise LookupError(f"No event is called {name!r} in this version of the software.") from None


def names() -> list[str]:
    """The stable names of all events, sorted, whichever modules this process has needed so far."""
    for module in pkgutil.iter_modules(mom.events.__path__):
        importlib.import_module(f"{mom.events.__name__}.{module.name}")
    return sorted(_classes)


def encode(instance: Any) -> dict[str, Any]:
    """The payload of an event as plain JSON values: decimals, instants and UUIDs as text."""
    return {field.name: _to_plain(getattr(instance, field.name)) for field in fields(instance)}


def decode(name: str, payload: Mapping[str, Any]) -> Any:
    """The event again. A member that this version doesn't know is dropped, one that is missing takes its default.

    Raises: LookupError for an unknown name, ValueError where a member without default is missing or can't be read.
    """
    return _decoded(event_class(name), payload)


def _decoded(cls: Any, payload: Mapping[str, Any]) -> Any:
    hints = typing.get_type_hints(cls)
    values = {}
    for field in fields(cls):
        if field.name in payload:
            values[field.name] = _from_plain(hints[field.name], payload[field.name])
        elif field.default is MISSING and field.default_factory is MISSING:
            raise ValueError(f"{cls.__name__} lacks {field.name}.")
    return cls(**values)


def _to_plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_to_plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return encode(value)
    raise TypeError(f"{type(value).__name__} can't travel in an event: use text, int, Decimal, instants or tuples.")


def _from_plain(hint: Any, value: Any) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        if value is None:
            return None
        return _from_plain(next(each for each in arguments if each is not type(None)), value)
    if origin is tuple:
        hints = [arguments[0]] * len(value) if arguments[1:] == (Ellipsis,) else arguments
        return tuple(_from_plain(each, item) for each, item in zip(hints, value, strict=True))
    if hint in {datetime, date}:
        return hint.fromisoformat(value)
    if hint is Decimal:
        return Decimal(value)
    if hint is UUID or (isinstance(hint, type) and issubclass(hint, Enum)):
        return hint(value)
    return _decoded(hint, value) if is_dataclass(hint) else value
