"""A receiver of webhooks on loopback that does what receivers do: it answers, fails, hangs, hangs up, redirects."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LOST, HANG, DRIP = "lost", "hang", "drip"


@dataclass
class Got:
    """One request as it came in."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What it will do next, the last for ever, and what it got. `script` holds statuses, (status, headers) or words."""

    script: deque[Any] = field(default_factory=lambda: deque([200]))
    got: list[Got] = field(default_factory=list)
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self) -> Any:
        with self.lock:
            return self.script.popleft() if len(self.script) > 1 else self.script[0]


@contextmanager
def receiving(*script: Any) -> Iterator[Receiver]:
    """A running receiver."""
    here = Receiver()
    if script:
        here.script = deque(script)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with here.lock:
                here.got.append(Got({name.lower(): value for name, value in self.headers.items()}, body))
            act = here.next()
            if act == LOST:
                self.close_connection = True
                self.connection.close()
                return
            if act == HANG:
                time.sleep(3)
                return
            if act == DRIP:
                for letter in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100:
                    self.wfile.write(bytes([letter]))
                    time.sleep(0.1)
                return
            status, headers, text = (act, {}, b"ok") if isinstance(act, int) else (*act, b"")[:3]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args: object) -> None:
            """Quiet."""

        def handle(self) -> None:
            try:
                super().handle()
            except (ConnectionError, ValueError, OSError):
                return

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: object) -> None:
            """The sender may hang up."""

    server = Server(("127.0.0.1", 0), Handler)
    here.url = f"http://127.0.0.1:{server.server_address[1]}/hooks/mom"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
