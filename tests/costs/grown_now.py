"""Machines of the growing plant that send: one is down, every new one runs."""

from typing import Any

from mom.floor.models import Stop
from tests.factories.machines import make_live, send


class GrownNow:
    """`grow` adds a machine that runs; the first one has been down for a while, and nobody said why."""

    def __init__(self, machine: Any, job: Any) -> None:
        send(machine, ("run", 30), ("down", 9), ("down", 0))
        make_live(machine, job=job)
        self.stop = Stop.objects.get(equipment=machine, ended_at=None, withdrawn_at=None)

    def grow(self, machine: Any) -> None:
        """A machine more."""
        send(machine, ("run", 30), ("idle", 20), ("run", 9), ("run", 0))
        make_live(machine)
