"""The content security policy, worked out once: it is the same for all that we answer."""

from functools import cached_property

from csp.constants import HEADER
from csp.middleware import CheckableLazyObject, CSPMiddleware
from csp.utils import build_policy
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class PolicyMiddleware(CSPMiddleware):
    """django-csp builds the header anew for each answer, which takes longer than reading most tokens. An answer that
    says something of its own, or a page that took a nonce, gets what django-csp builds.
    """

    @cached_property
    def _policy(self) -> str:
        return build_policy()

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Set the header."""
        has_its_own = HEADER in response or any(name.startswith("_csp_") for name in vars(response))
        if has_its_own or getattr(request, "_csp_nonce", None):
            return super().process_response(request, response)
        response[HEADER] = self._policy
        request.csp_nonce = CheckableLazyObject(self._csp_nonce_post_response)  # type: ignore[attr-defined]  # too late now
        return response
