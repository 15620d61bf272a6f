"""A simulated gateway: it stands before several machines and sends what they did since it last sent. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mom.edge.engine.machine import Chance, Counters, Profile, Rhythm, Segment, Wire, messages, next_segment

Breaks = Callable[[Profile, datetime], Sequence[tuple[datetime, datetime]]]
"""The breaks around an instant in which this machine stands."""


@dataclass
class Connected:
    """One machine behind the gateway: what it does now, and where its counters stood when that began."""

    profile: Profile
    segment: Segment
    counters: Counters = field(default_factory=Counters)
    needs_setup: bool = False


class Gateway:
    """Sends in the order of time, each instant once: `until` goes on where the last call ended.

    `seed` and the machines' present segments decide everything that follows, so a gateway that starts again from the
    same record sends the same.
    """

    def __init__(
        self, connected: Iterable[Connected], since: datetime, seed: str, breaks: Breaks, rhythm: Rhythm
    ) -> None:
        self.machines = {each.profile.code: each for each in connected}
        self.sent_until, self.seed, self.breaks, self.rhythm = since, seed, breaks, rhythm

    def until(self, now: datetime) -> list[Wire]:
        """What all machines did in `[sent_until, now)`, in the order of time."""
        found: list[Wire] = []
        for machine in self.machines.values():
            found += self._of(machine, now)
        self.sent_until = max(self.sent_until, now)
        return sorted(found, key=lambda message: (message["at"], message["id"]))

    def _of(self, machine: Connected, now: datetime) -> list[Wire]:
        found: list[Wire] = []
        while True:
            segment = machine.segment
            found += messages(
                machine.profile, segment, machine.counters, self.sent_until, now, self.rhythm, self.seed
            )  # fmt: skip
            if segment.end > now:
                return found
            machine.counters = machine.counters.after(segment)
            chance = Chance(self.seed, self.breaks(machine.profile, segment.end))
            machine.segment = next_segment(machine.profile, segment, chance, needs_setup=machine.needs_setup)
            if machine.segment.state == "setup":
                machine.needs_setup = False
