"""The session of a person on a shared device: bound to it, over after idle time, at its end, or with the device.

The browser's script locks the screen; the server holds the same rule by itself. What a page fetches on its own is no
touch of a person: only pages that are opened, forms that are sent and the script's own word count.
"""

from collections.abc import Callable
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import rotate_token
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from mom.accounts.engine.device import LONGEST_SESSION, DeviceKind
from mom.accounts.middleware import SESSION_SITE
from mom.accounts.models import Device, User
from mom.accounts.services.device import device_find, device_note_use
from mom.core import clock
from mom.core.api.client import client_address
from mom.core.live.hub import Viewer

DEVICE, TOUCHED, UNTIL, ASKED = "device", "touched", "until", "asked"
NOTED_EVERY = 5  # seconds between two notes of a touch
COOKIE_AGE = 400 * 86_400  # the longest that browsers keep one; renewed at each visit of the station
BACKEND = "mom.accounts.backends.PasswordBackend"


class DeviceMiddleware:
    """Sets `request.device` (falsy where the browser is no enrolled device) and ends sessions that are over."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.device = SimpleLazyObject(lambda: device_of(request))  # type: ignore[attr-defined]
        is_shared = settings.DEVICE_COOKIE_NAME in request.COOKIES or DEVICE in request.session
        if is_shared and SESSION_KEY in request.session:
            hold_to_rules(request, clock.now())
        return self.get_response(request)


def device_of(request: HttpRequest) -> Device | None:
    """The live device whose credential the browser holds; noted as seen."""
    secret = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    device = device_find(secret) if secret else None
    if device is not None:
        device_note_use(device, client_address(request), clock.now())
    return device


def live_viewer_of(cookie_header: str) -> Viewer | None:
    """The wall of a Cookie header as a reader of the live stream of its site; None for other devices and nobody.

    The stream only says that something changed; what it is the wall asks for at its own address. Reads the database.
    """
    try:
        morsel = SimpleCookie(cookie_header).get(settings.DEVICE_COOKIE_NAME)
    except CookieError:
        return None
    device = device_find(morsel.value) if morsel is not None and morsel.value else None
    if device is None or device.kind != DeviceKind.WALL:
        return None
    return Viewer(id=f"device:{device.pk}", sites=frozenset({device.site.code}))


def hold_to_rules(request: HttpRequest, now: datetime) -> None:
    """End the person's session where its device, its idle time or its end says so; else note the touch."""
    session, device = request.session, request.device  # type: ignore[attr-defined]
    if DEVICE not in session:
        if device:
            bind(request, device, now, until=now + LONGEST_SESSION)  # came in by password on a shared device
        return
    seconds = int(now.timestamp())
    is_over = (
        not device
        or session[DEVICE] != device.pk
        or seconds >= session.get(UNTIL, 0)
        or seconds - session.get(TOUCHED, 0) >= device.auto_lock_seconds
    )
    if is_over:
        person_leaves(request)
    elif is_touch(request) and seconds - session[TOUCHED] >= NOTED_EVERY:
        session[TOUCHED] = seconds


def is_touch(request: HttpRequest) -> bool:
    """Whether a person did this: not a part that refreshes by itself, not a file."""
    if request.method not in {"GET", "HEAD"}:
        return True
    return not (request.headers.get("HX-Request") or request.headers.get("X-Requested-With"))


def bind(request: HttpRequest, device: Device, now: datetime, *, until: datetime) -> None:
    """Tie the session to the device, from now on and until then."""
    request.session[DEVICE] = device.pk
    request.session[TOUCHED] = int(now.timestamp())
    request.session[UNTIL] = int(until.timestamp())
    request.session[SESSION_SITE] = device.site.code
    request.session.set_expiry(LONGEST_SESSION)


def person_enters(request: HttpRequest, device: Device, user: User, now: datetime, *, until: datetime) -> None:
    """A person takes the device over: whatever session was there is gone, the new one has a new key.

    As Django's `login`, without its signal: the sign-in is in our audit trail, and the lock-out of passwords has no
    part in it.
    """
    person_leaves(request)  # the key is gone with it; a new one is made when the session is saved
    request.session[SESSION_KEY] = str(user.pk)
    request.session[BACKEND_SESSION_KEY] = BACKEND
    request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    request.user = user
    rotate_token(request)
    bind(request, device, now, until=until)


def person_leaves(request: HttpRequest) -> None:
    """Nobody is signed in any more; the session is deleted and its key with it."""
    request.session.flush()
    request.user = AnonymousUser()


def keep_credential(response: HttpResponseBase, secret: str) -> None:
    """Put the device's credential into this browser, where no script reads it."""
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        secret,
        max_age=COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def ask_for(request: HttpRequest, user: User, *, by_badge: bool) -> None:
    """Remember whose PIN is asked for on this device, in a session that is nobody's. A person who was in is out."""
    person_leaves(request)
    request.session[ASKED] = {"user": user.pk, "by_badge": by_badge, "at": int(clock.now().timestamp())}
    request.session.set_expiry(LONGEST_SESSION)


def note_proved(request: HttpRequest) -> None:
    """The one-time PIN was right: what comes next is the person's own."""
    request.session[ASKED] = {**request.session[ASKED], "proved": True}


def asked_for(request: HttpRequest) -> dict[str, Any]:
    """Whose PIN is asked for; empty where nobody's is, or where it was asked for over two minutes ago."""
    asked: dict[str, Any] = request.session.get(ASKED) or {}
    is_fresh = asked and int(clock.now().timestamp()) - asked["at"] < 120
    return asked if is_fresh else {}


def home_of(device: Device) -> str:
    """The one address of a device."""
    return reverse("terminal:wall" if device.kind == DeviceKind.WALL else "terminal:station", args=[device.station])
