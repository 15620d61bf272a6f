"""Messages of the growing plant: sources, gaps, what waits in quarantine, files of past ones; and what writes them."""

import uuid
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from mom.accounts.models import Site
from mom.core import clock
from tests.accounts.matrix import Route
from tests.factories.floor import make_archived_day
from tests.factories.messages_in import make_gap, make_history_load, make_message, make_waiting

Act = Callable[[Any], Any]


class GrownMessages:
    """`grow` adds one of each."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.message, self.gap, self.load = make_message(site), make_gap(site), make_history_load(site)
        self.waiting, self.archived = make_waiting(site), make_archived_day(site)

    def grow(self) -> None:
        """One more of each."""
        make_message(self.site)
        make_gap(self.site)
        make_history_load(self.site)
        make_waiting(self.site)
        make_archived_day(self.site)

    def rows(self) -> dict[str, Any]:
        """The first part of a resource's path -> the row that it is read at."""
        return {
            "floor/archived-days": self.archived,
            "floor/gaps": self.gap,
            "floor/history-loads": self.load,
            "floor/messages": self.message,
            "floor/quarantine": self.waiting,
            "floor/sources": self.waiting.source,
        }


def act_of(route: Route, held: GrownMessages) -> Act | None:
    """The request for a writing route of these resources; None for others."""
    name = route.path.removeprefix("/api/v1/").partition("/{")[0].strip("/") + f"/{route.action}"
    key = {"Idempotency-Key": str(uuid.uuid4())}

    def post(address: str, body: Any) -> Act:
        return lambda client: client.post(address, body, content_type="application/json", headers=key)

    machine = held.message.equipment.code
    if name == "floor/messages/create":
        batch = [
            {"id": str(uuid.uuid4()), "machine": machine, "kind": "heartbeat", "at": clock.now().isoformat()}
            for _number in range(20)
        ]
        return post(route.path, {"site": held.site.code, "source": "new", "messages": batch})
    if name == "floor/archived-days/verify/verify":
        return post(route.path, {"site": held.site.code})
    if name == "floor/history-loads/create":
        content = f"machine,kind,at,state\n{machine},state,{clock.now().isoformat()},run\n".encode()
        file = SimpleUploadedFile("old.csv", content)
        return lambda client: client.post(
            route.path, {"file": file, "site": held.site.code, "source": "plc"}, headers=key
        )
    if name == "floor/quarantine/release":
        row = make_waiting(held.site)
        return post(route.address(row.pk), {"corrected": {"machine": machine}})
    if name == "floor/quarantine/discard":
        return post(route.address(make_waiting(held.site).pk), {"reason": "A test rig"})
    if name.endswith("release_machine"):
        make_waiting(held.site, machine)
        return post(route.path, {"site": held.site.code, "machine": machine})
    return None
