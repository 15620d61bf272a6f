"""Every other command: Django's, on the servers of `run` when it runs, else on the same servers for its own length."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from mom.runtime import processes, stack
from mom.runtime.locks import Held, file_lock
from mom.runtime.messages import Refusal, say
from mom.runtime.places import Places, data_places
from mom.runtime.run import read_state
from mom.runtime.stack import django_environment

AS_OWNER = {"migrate", "flush", "dbshell", "pgtrigger"}


def execute(argv: list[str]) -> int:
    """Run a Django command in this process. Raises: Refusal where a setting is missing or bad."""
    with _servers(argv[0]):
        if argv[0] in AS_OWNER and os.environ.get("DATABASE_OWNER_URL"):
            os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]
            os.environ.setdefault("DATABASE_STATEMENT_TIMEOUT", "0")
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line

        try:
            import mom.celery  # noqa: F401 - binds the Celery app before a task is published

            execute_from_command_line(["manage.py", *argv])
        except ImproperlyConfigured as error:
            raise Refusal(str(error)) from None
    return 0


@contextmanager
def _servers(name: str) -> Iterator[None]:
    """Put the servers' addresses into the environment; start them first where nobody else runs them."""
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL") and os.environ.get("SECRET_KEY"):
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mom.settings.dev")
        yield
        return
    places = data_places().make()
    with ExitStack() as held:
        state = _wait_for_turn(places, held, f"{name} (process {os.getpid()})")
        if state is not None:
            addresses = _addresses(state)
            os.environ.update({**addresses, **django_environment(places, {**os.environ, **addresses})})
        else:
            processes.end_left_overs(places.pids)
            os.environ.update(held.enter_context(stack.running(places)).environment)
        yield


def _wait_for_turn(places: Places, held: ExitStack, holder: str) -> dict[str, object] | None:
    """Returns what a running stack told, or None once the data directory is ours (locked until `held` closes)."""
    told = False
    while True:
        if state := read_state(places):
            return state
        try:
            held.enter_context(file_lock(places.lock, holder))
        except Held as other:
            if not told:
                say(f"Waiting for {other}")
            told = True
            time.sleep(0.1)
        else:
            return None


def _addresses(state: dict[str, object]) -> dict[str, str]:
    addresses = dict(state["environment"])  # type: ignore[call-overload]  # written by `run.write_state`
    return {name: value for name, value in addresses.items() if not os.environ.get(name)}
