"""How an answer is written."""

from collections.abc import Iterable

from rest_framework import renderers
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class JSONRenderer(renderers.JSONRenderer):
    """Compact UTF-8 JSON; decimals are texts, so that no reader rounds them."""

    charset = None


class LenientNegotiation(DefaultContentNegotiation):
    """Answers in the first format where the client accepts none of ours: JSON that can be read beats a bare 406."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The renderer and its media type."""
        try:
            chosen: tuple[BaseRenderer, str] = super().select_renderer(request, renderers, format_suffix)
        except NotAcceptable:
            first = next(iter(renderers))
            return first, first.media_type or ""
        return chosen
