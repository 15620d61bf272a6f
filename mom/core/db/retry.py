"""Again, where two transactions got in each other's way and one of them had to yield.

It stands at the edge, where a request begins to write and nothing of it is committed yet: around the transaction of an
API request with its Idempotency-Key, around PATCH and DELETE, and around `FormPage.submit`. Tasks are run again by
their queue.
"""

import functools
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError

from mom.core.db.at_hand import fetching

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_YIELDED = frozenset({"40001", "40P01"})
_EXCLUSION = "23P01"


def retrying(attempts: int = 3) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """Run a whole act again after a deadlock, a serialization failure or a race on an exclusion constraint.

    Only for functions that open one transaction of their own and may run twice: what failed is rolled back as a whole.
    It also runs again with what it needs from outside the database (`at_hand`).
    """

    def decorate(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        @functools.wraps(function)
        @fetching
        def wrapper(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
            for attempt in range(1, attempts):
                try:
                    return function(*args, **kwargs)
                except (OperationalError, IntegrityError) as error:
                    if getattr(error.__cause__, "pgcode", None) not in _YIELDED | {_EXCLUSION}:
                        raise
                    time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311 - jitter, no secret
            return function(*args, **kwargs)

        return wrapper

    return decorate
