"""The same thing by several at once, each on a connection of its own, all let go together."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """What each act gave back or raised, in the order of the acts."""
    barrier, found = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int) -> None:
        barrier.wait()
        try:
            found[number] = acts[number]()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            found[number] = error  # type: ignore[call-overload]
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "Somebody waits for ever."
    return found
