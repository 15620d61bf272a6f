"""Who is behind a request to the live stream: the Django session of its cookie, read without Django's middleware."""

from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from mom.core.actor import Actor
from mom.core.live.hub import Viewer

ActorForUser = Callable[[AbstractBaseUser], Actor]


def viewer_of(cookie_header: str, actor_for_user: ActorForUser) -> Viewer | None:
    """The signed-in person of a Cookie header and the sites that person has any right at; None for nobody.

    Reads the database: call it outside the event loop.
    """
    key = _session_key(cookie_header)
    if key is None:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(request)
    if not user.is_authenticated or not user.is_active:
        return None
    sites = frozenset(site for site, rights in actor_for_user(user).permissions.items() if rights)
    return Viewer(id=str(user.pk), sites=None if "*" in sites else sites)


def _session_key(cookie_header: str) -> str | None:
    try:
        morsel = SimpleCookie(cookie_header).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    return morsel.value if morsel and morsel.value else None
