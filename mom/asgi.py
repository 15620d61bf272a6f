"""The ASGI entries. `application`: one port for everything (`manage.py run`). `live`: the stream alone (the image).

Pages stay on WSGI in a fixed thread pool: there psycopg2's connections persist, under Django's own ASGI they can't.
"""

import os
from typing import Any, cast

import django
from a2wsgi import WSGIMiddleware

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mom.settings.prod")
django.setup()  # before the imports below, which read models

from mom.accounts.device_session import live_viewer_of  # noqa: E402
from mom.accounts.selectors import actor_for_user  # noqa: E402
from mom.core.live.hub import Viewer  # noqa: E402
from mom.core.live.session import viewer_of  # noqa: E402
from mom.core.live.stream import PATH, LiveStream, Receive, Scope, Send  # noqa: E402
from mom.wsgi import application as pages  # noqa: E402

THREADS = 8  # one database connection each


def _viewer_of(cookie_header: str) -> Viewer | None:
    """The person who is signed in, else the wall that the browser is."""
    return viewer_of(cookie_header, cast(Any, actor_for_user)) or live_viewer_of(cookie_header)


_stream = LiveStream(_viewer_of)
_pages: Any = WSGIMiddleware(cast(Any, pages), workers=THREADS)  # the same protocols in other packages' words


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """The live stream under /live/, pages and API everywhere else."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http" and scope["path"] == PATH:
        await _stream(scope, receive, send)
    elif scope["type"] == "http":
        await _pages(scope, receive, send)


async def live(scope: Scope, receive: Receive, send: Send) -> None:
    """The live stream alone; `/live/health` says that it is there, everything else is not found."""
    if scope["type"] == "http" and scope["path"] != PATH:
        status = 204 if scope["path"] == f"{PATH}health" else 404
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})
    else:
        await application(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    _stream.open()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    _stream.close()
    await send({"type": "lifespan.shutdown.complete"})
