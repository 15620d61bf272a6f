"""What the costs are measured with of devices: a tablet, a wall, people with badges, and more of each."""

import uuid
from collections.abc import Callable
from typing import Any

from django.test import Client

from mom.accounts.models import Site, User
from mom.accounts.services.device import device_add, device_enrol
from mom.accounts.services.station import note_visit
from mom.core.use_case import use_case
from mom.plant.models import Equipment
from tests.accounts.matrix import Route
from tests.factories.accounts import make_user
from tests.factories.devices import SYSTEM, make_operator


class GrownDevices:
    """An enrolled tablet at a machine and a wall of its area; `grow` adds a device, a person with badge and a visit."""

    def __init__(self, site: Site, machine: Equipment, area: Equipment) -> None:
        self.site, self.machine = site, machine
        common = {"site": site, "auto_lock_seconds": 300}
        _device, code = device_add(SYSTEM, name="Tablet", kind="tablet", station=machine.code, **common)  # type: ignore[arg-type]
        self.tablet, self.tablet_secret = device_enrol(code, "127.0.0.1")
        _device, code = device_add(SYSTEM, name="Wall", kind="wall", station=area.code, **common)  # type: ignore[arg-type]
        self.wall, self.wall_secret = device_enrol(code, "127.0.0.1")

    def grow(self, number: int) -> None:
        """One more of each."""
        device_add(
            SYSTEM, site=self.site, name=f"T-{number}", kind="tablet", station=self.machine.code, auto_lock_seconds=300
        )
        self.person: User = make_operator(self.site, f"holder{number}", f"NPW-{number:05}")
        self.badge = self.person.badges.get()
        with use_case(SYSTEM) as act:
            note_visit(act, self.site, self.machine.code, self.person)


def act_of(route: Route, devices: GrownDevices) -> Callable[[Client], Any] | None:
    """The request for a writing route of badges and devices; None for what is none of them.

    Badges take a right at every site, so who has it sends them.
    """
    why, key = {"reason": "Lost"}, {"Idempotency-Key": str(uuid.uuid4())}
    if route.path.startswith("/api/v1/accounts/devices"):
        body: Any = {"site": devices.site.code, "name": "New", "kind": "tablet", "station": devices.machine.code}
        devices.tablet.refresh_from_db()
        if route.method == "patch":
            body, key = {"name": "Changed"}, {"If-Match": f'"v{devices.tablet.version}"'}
        elif route.is_detail:
            body, key = ({}, {}) if route.action == "code" else (why, key)
        return _sent(route, devices.tablet.pk, body, key)
    if route.path.startswith("/api/v1/accounts/badges"):
        clerk = Client()
        user = make_user(f"clerk{uuid.uuid4().hex[:8]}", permissions=["accounts.view_user", "accounts.manage_badges"])
        clerk.force_login(user, backend="mom.accounts.backends.PasswordBackend")
        body = why if route.is_detail else {"user": devices.person.pk, "code": "NPW-NEW"}
        act = _sent(route, devices.badge.pk, body, key)
        return lambda _browser: act(clerk)
    return None


def _sent(route: Route, pk: int, body: Any, headers: dict[str, str]) -> Callable[[Client], Any]:
    """One request of a program."""
    return lambda client: getattr(client, route.method)(
        route.address(pk), body, content_type="application/json", headers=headers
    )
