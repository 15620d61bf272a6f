"""Sends a label to a printer's raw port. A ZPL printer is asked before and after whether it is ready (~HS).

A raw port answers nothing by itself: without the question a label is done when the printer has taken all bytes and
closed its side, and paper may still be missing.
"""

import base64
import re
import socket
import threading
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from mom.core.delivery.addresses import matches
from mom.core.delivery.sending import Outcome
from mom.core.engine.delivery import PrinterKind
from mom.core.models import Delivery, Printer

CONNECT, READ, WHOLE = 4.0, 8.0, 25.0  # seconds
_STATUS = re.compile(rb"\x02([^\x03]*)\x03")
_MOST_ANSWER = 4096


@dataclass(frozen=True)
class _NotReady(Exception):
    words: str


def is_allowed(host: str) -> bool:
    """Whether the settings let a printer stand there: every address of the name must be in `PRINTER_HOSTS`."""
    try:
        return bool(_addresses(host, 9100))
    except OSError:
        return any(host.lower() == each.lower() for each in settings.PRINTER_HOSTS)


def send(taken: Delivery) -> Outcome:
    """Print one message."""
    printer = taken.printer
    assert printer is not None  # noqa: S101 - core_delivery_target_of_channel
    data = taken.payload.encode()
    if taken.content_type.endswith(";base64"):
        data = base64.b64decode(taken.payload)
    try:
        _print(printer, data)
    except _NotReady as error:
        return Outcome(ok=False, answer=error.words, is_down=True)
    except TimeoutError:
        return Outcome(ok=False, answer=_("The printer does not answer. Is it switched on?"), is_down=True)
    except OSError as error:
        words = _("No connection to %(host)s:%(port)d: %(error)s")
        told = {"host": printer.host, "port": printer.port, "error": error.strerror or type(error).__name__}
        return Outcome(ok=False, answer=words % told, is_down=True)
    return Outcome(ok=True, answer=_("The printer took it."))


def _print(printer: Printer, data: bytes) -> None:
    """Raises: _NotReady, OSError."""
    addresses = _addresses(printer.host, printer.port)
    if not addresses:
        raise _NotReady(_("%(host)s is not among PRINTER_HOSTS. Ask who runs this system.") % {"host": printer.host})
    with socket.create_connection((addresses[0], printer.port), timeout=CONNECT) as sock:
        sock.settimeout(READ)
        has_ended = threading.Event()
        timer = threading.Timer(WHOLE, _cut, [sock, has_ended])
        timer.daemon = True
        timer.start()
        try:
            asks = printer.asks_status and printer.kind == PrinterKind.ZPL
            if asks:
                _require_ready(sock)
            sock.sendall(data)
            if asks:
                _require_ready(sock)
            else:
                sock.shutdown(socket.SHUT_WR)
                while sock.recv(_MOST_ANSWER):
                    pass
        finally:
            timer.cancel()
        if has_ended.is_set():
            raise TimeoutError


def _require_ready(sock: socket.socket) -> None:
    """Ask for the host status and read it. Raises: _NotReady, OSError. Source: ZPL II Programming Guide, ~HS."""
    sock.sendall(b"~HS")
    answer = b""
    while len(lines := _STATUS.findall(answer)) < 3:
        piece = sock.recv(_MOST_ANSWER)
        if not piece or len(answer) > _MOST_ANSWER:
            raise _NotReady(_("The printer hung up without saying how it is. It may not know ~HS."))
        answer += piece
    first, second = lines[0].split(b","), lines[1].split(b",")
    if len(first) < 3 or len(second) < 3:
        raise _NotReady(_("The printer's status can't be read."))
    if first[1] == b"1":
        raise _NotReady(_("The printer has no paper."))
    if first[2] == b"1":
        raise _NotReady(_("The printer is paused."))
    if second[2] == b"1":
        raise _NotReady(_("The printer's head is open."))
    if len(second) > 3 and second[3] == b"1":
        raise _NotReady(_("The printer has no ribbon."))


def _addresses(host: str, port: int) -> list[str]:
    """The allowed addresses of a printer, none where one of them is not allowed. Raises: OSError."""
    import ipaddress

    found = {str(entry[4][0]).partition("%")[0] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    allowed = settings.PRINTER_HOSTS
    return sorted(found) if all(matches(host.lower(), ipaddress.ip_address(each), allowed) for each in found) else []


def _cut(sock: socket.socket, has_ended: threading.Event) -> None:
    has_ended.set()
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
