"""A label printer on loopback: it prints, has no paper, hangs, hangs up, or is switched off."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PRINTS, NO_PAPER, HEAD_OPEN, HANGS, DROPS, DEAF, LOSES = (
    "prints",
    "no paper",
    "head open",
    "hangs",
    "drops",
    "deaf",
    "loses",
)


@dataclass
class FakePrinter:
    """What it does with each connection, the last for ever, and what it printed."""

    script: list[str] = field(default_factory=lambda: [PRINTS])
    port: int = 0
    connections: int = 0
    _printed: list[bytes] = field(default_factory=list)
    _busy: list[threading.Thread] = field(default_factory=list)

    @property
    def printed(self) -> list[bytes]:
        """What lies on its tray when it has worked off all that it was sent: the sender hears earlier."""
        for thread in list(self._busy):
            thread.join(timeout=5)
        return self._printed


def status(*, paper: int = 0, head: int = 0) -> bytes:
    """The three lines of ~HS."""
    return (
        f"\x02030,{paper},0,0577,000,0,0,0,000,0,0,0\x03\r\n\x02000,0,{head},0,0,2,4,0,00000000,1,000\x03\r\n"
        "\x021234,0\x03\r\n"
    ).encode()


@contextmanager
def printing(*script: str) -> Iterator[FakePrinter]:
    """A running printer."""
    here = FakePrinter(list(script) or [PRINTS])
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(5)
    here.port = listener.getsockname()[1]
    is_over = threading.Event()

    def serve() -> None:
        while not is_over.is_set():
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            here.connections += 1
            act = here.script.pop(0) if len(here.script) > 1 else here.script[0]
            thread = threading.Thread(target=_handle, args=(here, connection, act), daemon=True)
            thread.start()
            here._busy.append(thread)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield here
    finally:
        is_over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _handle(here: FakePrinter, connection: socket.socket, act: str) -> None:
    with connection:
        if act == DROPS:
            return
        if act == HANGS:
            time.sleep(2)
            return
        got = b""
        asked = 0
        while True:
            try:
                piece = connection.recv(65536)
            except OSError:
                return
            if not piece:
                break
            got += piece
            while got.count(b"~HS") > asked:
                asked += 1
                if act == LOSES and asked == 2:
                    here._printed.append(_label(got))
                    return
                if act != DEAF:
                    connection.sendall(status(paper=int(act == NO_PAPER), head=int(act == HEAD_OPEN)))
        if _label(got):
            here._printed.append(_label(got))


def _label(got: bytes) -> bytes:
    return got.replace(b"~HS", b"")
