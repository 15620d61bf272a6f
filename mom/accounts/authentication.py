"""Who calls the API: a program by its token, or a person by the session of the pages."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from mom.accounts.models import ApiToken, User
from mom.accounts.selectors import actor_for_token
from mom.accounts.services.api_token import api_token_find, api_token_note_use
from mom.core import clock
from mom.core.api.client import client_address, is_within

KEYWORD = "bearer"


class SessionAuthentication(authentication.SessionAuthentication):
    """The session cookie, with the CSRF check on every unsafe request."""


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer mom_…`, never in the address. Unknown, expired, revoked, from elsewhere: one answer."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The token's person and the token; nothing where none is presented. Raises: AuthenticationFailed."""
        keyword, _blank, secret = request.headers.get("Authorization", "").partition(" ")
        if keyword.lower() != KEYWORD:
            return None
        now, address = clock.now(), client_address(request)
        token = api_token_find(secret.strip(), now)
        if token is None or not token.is_live(now) or (token.networks and not is_within(address, token.networks)):
            raise AuthenticationFailed(_("This token is not valid (any more). Ask an administrator for a new one."))
        api_token_note_use(token, address, now)
        request._request.actor = actor_for_token(token)  # type: ignore[attr-defined]
        return token.user, token

    def authenticate_header(self, request: Any) -> str:
        """What a 401 asks for."""
        return 'Bearer realm="mom"'
