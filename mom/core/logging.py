"""Structured logs: one event a line with its request id; no secret and no control character gets in."""

import logging
import logging.config
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from mom.core.request_id import request_id

__all__ = ["configure", "request_id"]

_SECRET_NAME = re.compile(
    r"pass(word|phrase)|secret|token|authorization|cookie|api_?key|\bpin\b|session_?id", re.IGNORECASE
)
_SECRET_IN_URL = re.compile(r"(\w+://[^\s:/@]*):[^\s@]+@")
_SECRET_IN_TEXT = re.compile(r"\b(Bearer|Token|Basic)\s+[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_HIDDEN = "***"

Event = MutableMapping[str, Any]


def _add_request_id(_logger: Any, _method: str, event: Event) -> Event:
    current = request_id.get()
    if current:
        event.setdefault("request_id", current)
    return event


def _hide_secrets(_logger: Any, _method: str, event: Event) -> Event:
    return {name: _without_secret(name, value) for name, value in event.items()}


def _without_secret(name: str, value: Any) -> Any:
    if _SECRET_NAME.search(name) and not isinstance(value, bool | int | float):
        return _HIDDEN
    if isinstance(value, str):
        return _SECRET_IN_TEXT.sub(rf"\1 {_HIDDEN}", _SECRET_IN_URL.sub(rf"\1:{_HIDDEN}@", value))
    if isinstance(value, Mapping):
        return {key: _without_secret(str(key), item) for key, item in value.items()}
    return value


def _escape_control_characters(_logger: Any, _method: str, event: Event) -> Event:
    return {name: _escaped(name, value) for name, value in event.items()}


def _escaped(name: str, value: Any) -> Any:
    if isinstance(value, str) and name != "exception":  # a traceback keeps its lines; JSON escapes them anyway
        return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", value)
    return value


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _add_request_id,
    structlog.processors.format_exc_info,
    _hide_secrets,
    _escape_control_characters,
]


def configure(config: Mapping[str, Any]) -> None:
    """Set up structlog and the standard library's logging alike: `level`, and `format` json or console."""
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
        if config.get("format", "json") == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        "foreign_pre_chain": _SHARED,
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"structured": formatter},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": config.get("level", "INFO")},
            "loggers": {"django.server": {"level": "WARNING", "propagate": True}},
        }
    )
