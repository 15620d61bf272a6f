"""One POST to one address that was looked up and checked: no redirect, no waiting without end, no large answer.

The timer ends what a time limit per read doesn't: a receiver that sends one byte every few seconds.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mom.core.delivery.addresses import check_url, resolve

CONNECT, READ, WHOLE = 5.0, 10.0, 20.0  # seconds
MOST_ANSWER = 65_536


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the beginning of the body, and for how long the receiver wants to be left alone."""

    status: int
    text: str
    retry_after: str


class NoAnswer(Exception):
    """Nothing came back that counts: in words."""


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send `body` and read the answer. Raises: Refused (the address), NoAnswer."""
    scheme, host, port, path = check_url(url)
    try:
        sock = _connect(host, port, scheme)
    except ssl.SSLError as error:
        raise NoAnswer(_("No secure connection: %(error)s") % {"error": error.reason or error}) from None
    except OSError as error:
        raise NoAnswer(_("No connection: %(error)s") % {"error": error.strerror or error}) from None
    connection = http.client.HTTPConnection(host, port)
    connection.sock = sock
    has_ended = threading.Event()
    timer = threading.Timer(WHOLE, _cut, [sock, has_ended])
    timer.daemon = True
    timer.start()
    try:
        connection.request("POST", path, body, {**headers, "Host": _host_header(scheme, host, port)})
        answer = connection.getresponse()
        text = answer.read(MOST_ANSWER)
        if has_ended.is_set():
            raise NoAnswer(_("The answer was not complete in time."))
        return Answer(answer.status, _plain(text), answer.headers.get("Retry-After", ""))
    except (OSError, http.client.HTTPException) as error:
        if has_ended.is_set() or isinstance(error, TimeoutError):
            raise NoAnswer(_("No answer in time.")) from None
        raise NoAnswer(_("The connection broke off: %(error)s") % {"error": type(error).__name__}) from None
    finally:
        timer.cancel()
        connection.close()


def _connect(host: str, port: int, scheme: str) -> socket.socket:
    """A connection to one of the addresses that were checked, and to no other. Raises: Refused, OSError."""
    last: OSError | None = None
    for address in resolve(host, port)[:3]:
        try:
            sock = socket.create_connection((address, port), timeout=CONNECT)
        except OSError as error:
            last = error
            continue
        try:
            sock.settimeout(READ)
            if scheme == "https":
                return ssl.create_default_context().wrap_socket(sock, server_hostname=host)
        except BaseException:
            sock.close()
            raise
        return sock
    raise last or OSError(f"{host} has no address")


def _cut(sock: socket.socket, has_ended: threading.Event) -> None:
    has_ended.set()
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _host_header(scheme: str, host: str, port: int) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port == (443 if scheme == "https" else 80) else f"{name}:{port}"


def _plain(text: bytes) -> str:
    """The beginning of an answer as one line that is safe to store and show."""
    shown = text[:2000].decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else " " for letter in shown).strip()[:500]
