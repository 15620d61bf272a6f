"""Where enrolled devices stand: accounts asks, the storey that knows equipment answers (registered in `apps.ready()`).

from mom.accounts import stations
stations.register(stations_of_plant)
"""

from dataclasses import dataclass
from typing import Protocol

from mom.accounts.engine.device import DeviceKind
from mom.accounts.models import Site


@dataclass(frozen=True)
class Station:
    """A place by its code: a station for a tablet, an area for a wall."""

    code: str
    name: str


class Stations(Protocol):
    """What a source of stations answers."""

    def __call__(self, site: Site, kind: DeviceKind) -> list[Station]:
        """Where a device of that kind can stand at the site, in the order of the plant."""


_sources: list[Stations] = []


def register(source: Stations) -> None:
    """Make a source known; the same one again changes nothing."""
    if source not in _sources:
        _sources.append(source)


def station_list(site: Site, kind: DeviceKind) -> list[Station]:
    """Where a device of that kind can stand."""
    return [station for source in _sources for station in source(site, kind)]
