"""The live stream from NOTIFY to the wire, for the people and sites it is meant for."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from mom.accounts.selectors import actor_for_user
from mom.core.live import stream as stream_module
from mom.core.live.change import tell
from mom.core.live.hub import Viewer
from mom.core.live.session import viewer_of
from mom.core.live.stream import LiveStream
from mom.core.testing import acting
from tests.bench.browser import session_of
from tests.factories.accounts import make_site, make_user

ANN = Viewer("1", frozenset({"P1"}))
NOBODY: Viewer | None = None


class Reader:
    """A browser at one end of the ASGI call."""

    def __init__(self, **headers: str) -> None:
        self.headers = {"host": "localhost", **headers}
        self.status = 0
        self.body = b""
        self.left = asyncio.Event()

    async def read(self, app: LiveStream, query: str = "", method: str = "GET") -> "Reader":
        pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in self.headers.items()]
        scope = {"type": "http", "method": method, "path": "/live/", "query_string": query.encode(), "headers": pairs}
        await app(scope, self._receive, self._send)
        return self

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110 - what is waited for sets no event
                await asyncio.sleep(0.01)

    async def _receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.status = message.get("status", self.status)
        self.body += message.get("body", b"")


def in_own_loop(work: Coroutine[Any, Any, Reader]) -> Reader:
    """Run in a thread: this one may already have the loop of a browser that an earlier test opened."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def refused(viewer: Viewer | None, query: str = "", method: str = "GET", **headers: str) -> tuple[int, str]:
    async def ask() -> Reader:
        return await Reader(**headers).read(LiveStream(lambda _cookie: viewer), query, method)

    reader = in_own_loop(ask())
    return reader.status, json.loads(reader.body)["code"]


def test_stream_is_refused_to_nobody() -> None:
    assert refused(NOBODY) == (401, "not_signed_in")


@pytest.mark.parametrize("query", ["site=P2", "site=P1&site=P2"])
def test_stream_of_a_foreign_site_is_refused(query: str) -> None:
    assert refused(ANN, query) == (403, "not_allowed")


def test_stream_is_refused_to_who_has_no_right_anywhere() -> None:
    assert refused(Viewer("1", frozenset())) == (403, "not_allowed")


def test_stream_is_only_read() -> None:
    assert refused(ANN, method="POST") == (405, "method_not_allowed")


def test_stream_under_a_foreign_host_name_is_refused() -> None:
    assert refused(ANN, host="evil.example") == (400, "unknown_host")


def test_stream_says_when_the_session_cannot_be_read() -> None:
    def broken(_cookie: str) -> Viewer | None:
        raise OSError

    async def ask() -> Reader:
        return await Reader().read(LiveStream(broken))

    assert in_own_loop(ask()).status == 503


def reading(app: LiveStream, act: Callable[[Reader], Awaitable[None]], query: str = "", **headers: str) -> Reader:
    """A stream that is read while `act` runs."""

    async def both() -> Reader:
        reader = Reader(**headers)
        task = asyncio.create_task(reader.read(app, query))
        await reader.until(lambda: reader.status != 0 and len(app.hub) == 1)
        try:
            await act(reader)
        finally:
            reader.left.set()
            await asyncio.wait_for(task, 10)
            app.close()
        assert len(app.hub) == 0
        return reader

    return in_own_loop(both())


def test_stream_beats_while_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "HEARTBEAT", 0.01)
    reader = reading(LiveStream(lambda _cookie: ANN), lambda reader: reader.until(lambda: b":\n\n" in reader.body))
    assert reader.status == 200
    assert reader.body.startswith(b"retry: 2000\n\n")


def test_stream_ends_after_its_lifetime(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "HEARTBEAT", 0.01)
    monkeypatch.setattr(stream_module, "LIFETIME", 0.05)

    async def ask() -> Reader:
        return await asyncio.wait_for(Reader().read(LiveStream(lambda _cookie: ANN)), 10)

    assert in_own_loop(ask()).status == 200


def test_reader_who_comes_back_is_told_to_load_anew() -> None:
    async def nothing(_reader: Reader) -> None:
        await asyncio.sleep(0)

    reader = reading(LiveStream(lambda _cookie: ANN), nothing, last_event_id="9")
    assert b"event: resync" in reader.body


@pytest.mark.django_db(transaction=True)
def test_change_is_told_after_commit_and_not_after_rollback() -> None:
    app = LiveStream(lambda _cookie: ANN)

    def change() -> None:
        with transaction.atomic():
            tell("P1", "job_order", 1, 1)
            transaction.set_rollback(True)
        with transaction.atomic():
            tell("P2", "job_order", 2, 1)
            tell("P1", "run", 3, 1)
            tell("P1", "job_order", 4, 1)
        connection.close()

    async def act(reader: Reader) -> None:
        app.open()
        await reader.until(lambda: b"resync" in reader.body)  # the listener is there
        await asyncio.to_thread(change)
        await reader.until(lambda: b"data: 4:1" in reader.body)

    reader = reading(app, act, "topics=job_order")
    assert b"event: job_order\ndata: 4:1\n\n" in reader.body
    assert reader.body.count(b"event: job_order") == 1


@pytest.mark.django_db(transaction=True)
def test_readers_are_told_to_load_anew_when_the_listener_lost_the_database() -> None:
    app = LiveStream(lambda _cookie: ANN)

    def cut() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                " AND datname = current_database() AND query LIKE 'LISTEN%'"
            )
        connection.close()

    async def act(reader: Reader) -> None:
        app.open()
        await reader.until(lambda: reader.body.count(b"resync") == 1)
        await asyncio.to_thread(cut)
        await reader.until(lambda: reader.body.count(b"resync") == 2)

    reading(app, act)


@pytest.mark.django_db
def test_viewer_is_the_person_of_the_session_with_the_sites_of_the_memberships() -> None:
    owner = make_user("ann", site=make_site(), permissions=["work.view_job_order"])
    cookie = f"theme=dark; {settings.SESSION_COOKIE_NAME}={session_of(owner)}"
    assert who(cookie) == Viewer(str(owner.pk), frozenset({"P1"}))


@pytest.mark.django_db
def test_viewer_with_a_role_everywhere_sees_every_site() -> None:
    user = make_user("eve", permissions=["work.view_job_order"])
    assert who(f"{settings.SESSION_COOKIE_NAME}={session_of(user)}") == Viewer(str(user.pk), None)


@pytest.mark.django_db
@pytest.mark.parametrize("cookie", ["", "theme=dark", "sessionid=", "sessionid=nonsense", "=;=;sessionid"])
def test_viewer_is_nobody_without_a_session(cookie: str) -> None:
    assert who(cookie) is None


@pytest.mark.django_db
def test_viewer_is_nobody_once_the_password_is_new() -> None:
    owner = make_user("ann", site=make_site(), permissions=["work.view_job_order"])
    cookie = f"{settings.SESSION_COOKIE_NAME}={session_of(owner)}"
    with acting():
        owner.set_password("another-long-password")
        owner.save()
    assert who(cookie) is None


who = partial(viewer_of, actor_for_user=actor_for_user)
