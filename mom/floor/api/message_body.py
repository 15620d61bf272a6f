"""How a body of messages is read: JSON or a line a message (NDJSON), plain or gzip."""

from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

from mom.core.engine.json_strict import RefusedJson
from mom.core.errors import TooLarge
from mom.floor.engine import message_parsing as parsing


class _BodyParser(BaseParser):
    """Reads no more than the limits allow."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The document. Raises: ParseError (400), TooLarge (413), UnsupportedMediaType (415)."""
        for parameter in (media_type or "").split(";")[1:]:
            name, _equals, value = parameter.strip().partition("=")
            if name.strip().lower() == "charset" and value.strip(' "').lower() not in {"utf-8", "utf8"}:
                raise ParseError("Bodies are UTF-8 only.", code="malformed_json")
        headers = (parser_context or {})["request"].headers
        encoding = headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in {"identity", "gzip"}:
            raise UnsupportedMediaType(f"Content-Encoding: {encoding[:40]}")
        body = stream.read(parsing.MOST_BODY + 1)
        if len(body) > parsing.MOST_BODY:
            raise TooLarge(
                _("The body is larger than %(limit)s bytes. Send it in pieces.") % {"limit": parsing.MOST_BODY}
            )
        try:
            return self.read(parsing.unpacked(body) if encoding == "gzip" else body)
        except parsing.TooMuch as refusal:
            raise TooLarge(str(refusal)) from None
        except RefusedJson as refusal:
            raise ParseError(str(refusal), code="malformed_json") from None

    def read(self, body: bytes) -> Any:
        """The document of the unpacked body."""
        raise NotImplementedError


class MessageJSONParser(_BodyParser):
    """One document: site, source, session, messages."""

    media_type = "application/json"

    def read(self, body: bytes) -> Any:
        return parsing.read_document(body)


class MessageLinesParser(_BodyParser):
    """A message a line; site, source and session stand in the address."""

    media_type = "application/x-ndjson"

    def read(self, body: bytes) -> Any:
        return {"messages": parsing.read_lines(body)}
