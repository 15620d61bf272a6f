"""`GET /live/?site=GV&topics=job_order,run`: the ASGI handler of the live stream, without Django on the way."""

import asyncio
import json
import logging
import secrets
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.db import close_old_connections
from django.http.request import split_domain_port, validate_host

from mom.core.live.change import Change
from mom.core.live.hub import RESYNC, Full, Hub, Subscription, Viewer
from mom.core.live.listener import Listener

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

log = logging.getLogger(__name__)
PATH = "/live/"
HEARTBEAT = 15.0
SESSION_THREADS = 2  # one database connection each
LIFETIME = 300.0  # then the browser comes back by itself, and rights are read anew
OPENING = b"retry: 2000\n\n"
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


class LiveStream:
    """An ASGI application. `viewer_of` turns a Cookie header into a Viewer or None; it may block."""

    def __init__(self, viewer_of: Callable[[str], Viewer | None]) -> None:
        self.hub = Hub()
        self._viewer_of = viewer_of
        self._listener: Listener | None = None
        self._threads = ThreadPoolExecutor(SESSION_THREADS, "live-session")

    def open(self) -> None:
        """Start to listen to the database; call it in the event loop that serves the streams."""
        loop = asyncio.get_running_loop()

        def hand_over(changes: Sequence[Change]) -> None:
            loop.call_soon_threadsafe(self.hub.publish, changes)

        self._listener = Listener(hand_over, lambda: _in_loop(loop, self.hub.resync))
        self._listener.start()

    def close(self) -> None:
        """Stop listening."""
        if self._listener is not None:
            self._listener.stop()
        self._threads.shutdown(wait=False)

    def _ask(self, cookie_header: str) -> Viewer | None:
        """In a thread: its database connection is kept between readers, as between requests."""
        close_old_connections()
        try:
            return self._viewer_of(cookie_header)
        finally:
            close_old_connections()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        if scope["method"] != "GET":
            return await _refuse(send, 405, "method_not_allowed", "The live stream is read with GET.")
        if not validate_host(split_domain_port(headers.get(b"host", ""))[0], settings.ALLOWED_HOSTS):
            return await _refuse(send, 400, "unknown_host", "This host name is not served here.")
        try:
            loop = asyncio.get_running_loop()
            viewer = await loop.run_in_executor(self._threads, self._ask, headers.get(b"cookie", ""))
        except Exception:
            log.exception("live stream could not read the session")
            return await _refuse(send, 503, "unavailable", "The session can't be read just now.")
        if viewer is None:
            return await _refuse(send, 401, "not_signed_in", "Sign in first.")
        subscription = _subscription(viewer, scope.get("query_string", b"").decode("latin-1"))
        if subscription is None:
            return await _refuse(send, 403, "not_allowed", "You have no right at this site.")
        try:
            self.hub.add(subscription)
        except Full:
            return await _refuse(send, 429, "too_many_streams", "Too many live streams are open.")
        try:
            await _serve(subscription, receive, send, missed=b"last-event-id" in headers)
        finally:
            self.hub.remove(subscription)


def _subscription(viewer: Viewer, query: str) -> Subscription | None:
    """What the address asks for; None where it names a site that the viewer may not see."""
    asked = parse_qs(query)
    sites = frozenset(asked.get("site", []))
    topics = frozenset(topic for value in asked.get("topics", []) for topic in value.split(",") if topic)
    if (viewer.sites is not None and not viewer.sites) or not all(viewer.sees(site) for site in sites):
        return None
    return Subscription(viewer, sites or None, topics)


async def _serve(subscription: Subscription, receive: Receive, send: Send, *, missed: bool) -> None:
    """Send events until the reader leaves or the stream has lived its time."""
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await _write(send, OPENING + (RESYNC if missed else b""))
    gone = asyncio.ensure_future(_until_gone(receive))
    loop = asyncio.get_running_loop()
    until = loop.time() + LIFETIME * (0.8 + 0.4 * secrets.randbelow(1000) / 1000)
    try:
        while not gone.done() and loop.time() < until:
            next_event = asyncio.ensure_future(subscription.queue.get())
            await asyncio.wait({gone, next_event}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
            if next_event.done():
                await _write(send, next_event.result())
                continue
            next_event.cancel()
            if not gone.done():
                await _write(send, b":\n\n")
        if not gone.done():
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        gone.cancel()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _write(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _refuse(send: Send, status: int, code: str, sentence: str) -> None:
    problem = {"type": "about:blank", "status": status, "code": code, "title": sentence}
    headers = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store")]
    if status in {429, 503}:
        headers.append((b"retry-after", b"10"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(problem).encode()})


def _in_loop(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    loop.call_soon_threadsafe(call)
