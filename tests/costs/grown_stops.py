"""Stops, settings and meanings of the growing plant: what stands at their addresses, and what is sent there."""

import uuid
from collections.abc import Callable
from typing import Any

from django.test import Client

from mom.accounts.models import Site
from mom.core import clock
from mom.floor.models import StateInterval, Stop
from mom.plant.models import Equipment, Reason
from tests.accounts.matrix import Route
from tests.factories.floor import make_listening, make_meaning

Act = Callable[[Client], Any]
_PAGES = {"floor:mapping_change", "floor:mapping_end"}


class GrownStops:
    """`grow` adds a meaning and a setting; the stop is that of the machine that is down."""

    def __init__(self, site: Site, machine: Equipment, stop: Stop, reason: Reason) -> None:
        self.site, self.machine, self.stop, self.reason = site, machine, stop, reason
        self.meaning = make_meaning(site)
        self.listening = make_listening(machine)

    def grow(self, machine: Equipment) -> None:
        """One more of each."""
        make_meaning(self.site)
        make_listening(machine)

    def rows(self) -> dict[str, Any]:
        """The first part of a resource's path -> the row that it is read at."""
        interval = StateInterval.objects.filter(equipment=self.machine).latest("started_at")
        return {
            "floor/intervals": interval,
            "floor/listening": self.listening,
            "floor/state-meanings": self.meaning,
            "floor/stops": self.stop,
        }

    def arguments_of(self, name: str) -> dict[str, object] | None:
        """What stands in the address of a page; None for a page of others."""
        if name in _PAGES:
            return {"pk": self.meaning.pk}
        if name.startswith("floor:stop_"):
            return {"pk": self.stop.pk}
        return {"code": self.machine.code} if name.startswith("floor:listening_") else None

    def body_of(self, route: Route) -> dict[str, Any] | None:
        """What is sent to a route; None for a route of others."""
        resource = route.path.removeprefix("/api/v1/").partition("/{")[0].strip("/")
        key = str(uuid.uuid4())
        bodies: dict[str, dict[str, Any]] = {
            "floor/listening/create": {"site": self.site.code, "machine": self.machine.code, "heartbeat": "PT7M"},
            "floor/state-meanings/create": {
                "site": self.site.code,
                "state_model": "own",
                "code": "NEW-CODE",
                "state": "setup",
                "time_class": "setup",
            },
            "floor/state-meanings/end": {"reason": "Wrong"},
            "floor/stops/explain": {"op_uuid": key, "reason": self.reason.code},
            "floor/stops/reclassify": {"op_uuid": key, "state": "setup"},
            "floor/stops/split": {"op_uuid": key, "at": self._within().isoformat(), "state": "setup"},
        }
        return bodies.get(f"{resource}/{route.action}")

    def _within(self) -> Any:
        return self.stop.started_at + (clock.now() - self.stop.started_at) / 2


def act_of(route: Route, stops: GrownStops) -> Act | None:
    """The request for a route of ours; None for a route of others."""
    body = stops.body_of(route)
    if body is None:
        return None
    resource = route.path.removeprefix("/api/v1/").partition("/{")[0].strip("/")
    address = route.address(stops.rows()[resource].pk) if route.is_detail else route.path
    keyed = {"Idempotency-Key": str(uuid.uuid4())}
    return lambda client: client.post(address, body, content_type="application/json", headers=keyed)
