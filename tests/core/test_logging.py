"""Logs carry the request id; secrets and control characters never get in."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from mom.core import logging as our_logging
from mom.core.request_id import accepted_request_id, bound_request_id, new_request_id

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What our configuration writes, line by line."""
    root = logging.getLogger()
    handlers, level, structure = root.handlers[:], root.level, structlog.get_config()
    our_logging.configure({"level": "INFO", "format": "json"})
    structlog.configure(cache_logger_on_first_use=False)
    written = io.StringIO()
    (handler,) = (each for each in root.handlers if isinstance(each.formatter, structlog.stdlib.ProcessorFormatter))
    handler.setStream(written)  # type: ignore[attr-defined]
    root.handlers = [handler]
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.handlers, root.level = handlers, level
    structlog.configure(**structure)


def test_log_lines_of_both_kinds_are_json_with_the_request_id(lines: Lines) -> None:
    with bound_request_id("request-12345"):
        structlog.get_logger("ours").info("order_released", order="A1")
        logging.getLogger("theirs").warning("slow query on %s", "thing")

    ours, theirs = lines()
    assert (ours["event"], ours["order"], ours["request_id"]) == ("order_released", "A1", "request-12345")
    assert (theirs["event"], theirs["level"], theirs["request_id"]) == (
        "slow query on thing",
        "warning",
        "request-12345",
    )


def test_log_hides_secrets_by_name_in_urls_and_in_headers(lines: Lines) -> None:
    structlog.get_logger("ours").info(
        "sign_in",
        password="hunter2-hunter2",
        details={"api_key": "k-123456", "name": "Anna"},
        broker="redis://user:geheim@host:6379/0",
        header="Authorization: Bearer abcdef1234567890",
    )

    text = json.dumps(lines())
    for secret in ("hunter2", "k-123456", "geheim", "abcdef1234567890"):
        assert secret not in text
    assert "Anna" in text


def test_log_escapes_control_characters(lines: Lines) -> None:
    structlog.get_logger("ours").info("named", name="a\n2026 level=error\x1b[31m\u2028")

    assert lines()[0]["name"] == "a\\u000a2026 level=error\\u001b[31m\\u2028"


@pytest.mark.parametrize("offered", ["", "short", "x" * 65, "a b c d e f g", "inject\nme-please"])
def test_request_id_of_the_caller_is_taken_only_if_harmless(offered: str) -> None:
    assert accepted_request_id(offered) != offered
    assert accepted_request_id("trace-0123456789") == "trace-0123456789"
    assert new_request_id() != new_request_id()
