"""What the frame of every page needs: navigation, clock, theme. Lazy, so a page without the frame pays nothing."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from mom.core import clock
from mom.core.web import navigation, topbar

THEME_COOKIE = "theme"
THEMES = ("light", "dark", "system")


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context of `base.html`."""
    return {
        "theme": theme(request),
        "shell_menu": SimpleLazyObject(lambda: _menu(request)),
        "plant_now": SimpleLazyObject(lambda: _plant_now(request)),
        "scan_prefix": settings.SCAN_PREFIX,
        "search_text": request.GET.get("q", "") if request.path == "/search/" else "",
    }


def theme(request: HttpRequest) -> str:
    """The theme this person chose on this device; "system" follows the device."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else "system"


def _plant_now(request: HttpRequest) -> datetime:
    site = getattr(request, "site", None)
    return clock.now().astimezone(ZoneInfo(site.time_zone) if site else UTC)


def _menu(request: HttpRequest) -> dict[str, Any]:
    actor, site = getattr(request, "actor", None), getattr(request, "site", None)
    groups = navigation.menu(actor, site.code, request.path) if actor and site else []
    return {
        "main": [group for group in groups if group.place == "main"],
        "foot": [group for group in groups if group.place == "foot"],
        "current": navigation.current_group(groups),
        "head": topbar.parts(actor, site.code) if actor and site else [],
    }
