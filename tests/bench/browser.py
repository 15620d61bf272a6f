"""A real Chromium: pages with a signed-in person, and no error on the console."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings

from tests.bench.broker import skip_or_fail

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize

CHROMIUM = Path(os.environ.get("MOM_CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """The browser, started once."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        skip_or_fail("Playwright is not installed here.", variable="MOM_REQUIRE_BROWSER")
    if not CHROMIUM.exists():
        skip_or_fail(f"Chromium is not at {CHROMIUM}; MOM_CHROMIUM names another.", variable="MOM_REQUIRE_BROWSER")
    # Playwright's own loop runs in this thread, and the test reads the database beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(chromium: "Browser", live_app: str) -> Iterator[Callable[..., "Page"]]:
    """`open_page(user, width=1440, height=900, dark=False, **context)`: a page of the running application.

    With a user, that person is signed in. At the end of the test nothing may stand on the console as an error.
    """
    contexts, errors = [], []

    def note(message: "ConsoleMessage") -> None:
        if message.type == "error":
            errors.append(f"{message.text} ({message.location.get('url', '')})")

    def open_for(
        user: Any = None, *, width: int = 1440, height: int = 900, dark: bool = False, **options: Any
    ) -> "Page":
        viewport: ViewportSize = {"width": width, "height": height}
        scheme = "dark" if dark else "light"
        context = chromium.new_context(base_url=live_app, viewport=viewport, color_scheme=scheme, **options)
        contexts.append(context)
        if user is not None:
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": live_app}])
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    open_for.errors = errors  # type: ignore[attr-defined]  # a test that expects one clears it
    yield open_for
    for context in contexts:
        context.close()
    assert errors == [], "The browser's console shows errors."


def session_of(user: Any) -> str:
    """The key of a signed-in session of that person."""
    from django.test import Client

    client = Client()
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value
