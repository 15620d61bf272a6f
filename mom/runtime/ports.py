"""The port of the pages. The launcher binds it and hands it down, so a restarting server loses no request."""

import os
import socket

from mom.runtime.messages import Refusal

HOST = "127.0.0.1"
FIRST = 8000
TRIES = 50


def listen() -> socket.socket:
    """A listening socket on PORT, else on the first free port from 8000.

    Raises: Refusal where PORT is no port or is taken.
    """
    named = os.environ.get("PORT", "").strip()
    if not named:
        for port in range(FIRST, FIRST + TRIES):
            if found := _bind(port):
                return found
        raise Refusal(f"The ports {FIRST} to {FIRST + TRIES - 1} are all taken: name another with PORT.")
    if not named.isdecimal() or not 0 < int(named) < 65_536:
        raise Refusal(f"PORT must be a number from 1 to 65535, not {named!r}.")
    found = _bind(int(named))
    if found is None:
        raise Refusal(f"Port {named} is taken by another program, or not allowed to this user: name another with PORT.")
    return found


def _bind(port: int) -> socket.socket | None:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(1024)
    except OSError:
        listener.close()
        return None
    return listener
