"""How a request body is read."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from mom.core.engine import json_strict
from mom.core.errors import TooLarge


class StrictJSONParser(BaseParser):
    """JSON in UTF-8, refused where it is ambiguous, bottomless or unstorable (see `engine.json_strict`)."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The document. Raises: ParseError (400), TooLarge (413)."""
        _refuse_charset(media_type or "")
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge(_("The body is larger than %(limit)s bytes. Send it in pieces.") % {"limit": limit})
        try:
            return json_strict.loads(body)
        except json_strict.RefusedJson as refusal:
            raise ParseError(str(refusal), code="malformed_json") from None


def _refuse_charset(media_type: str) -> None:
    """Raises: ParseError where the content type names another encoding than UTF-8."""
    for parameter in media_type.split(";")[1:]:
        name, _equals, value = parameter.strip().partition("=")
        if name.strip().lower() == "charset" and value.strip(' "').lower() not in {"utf-8", "utf8"}:
            raise ParseError("Bodies are UTF-8 only.", code="malformed_json")
