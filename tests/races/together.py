"""Several database connections doing something at the same moment."""

import threading
from collections.abc import Callable
from typing import TypeVar

from django.db import connections

Result = TypeVar("Result")


def together(*acts: Callable[[], Result]) -> list[Result | Exception]:
    """Run the acts at once, each in a thread with a connection of its own; what each gave or raised, in order."""
    barrier = threading.Barrier(len(acts))
    outcomes: list[Result | Exception] = [RuntimeError("did not run")] * len(acts)

    def run(place: int, act: Callable[[], Result]) -> None:
        try:
            barrier.wait(10)
            outcomes[place] = act()
        except Exception as error:  # noqa: BLE001 - the test looks at what was raised
            outcomes[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


def failures(outcomes: list[Result | Exception]) -> list[Exception]:
    """What was raised."""
    return [outcome for outcome in outcomes if isinstance(outcome, Exception)]
