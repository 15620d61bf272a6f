"""Stock of the growing plant, and an override of the gate: what is read, and the acts that add to the ledger."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from mom.accounts.models import Site
from mom.core.actor import system_actor
from mom.plant.models import BusinessPartner
from mom.work.engine.terms import MaterialUse
from production.engine.terms import StepKind
from production.models import OperationsDefinition
from production.services import operations_definition
from production.services.operations_definition import NewDefinition, NewMaterial, NewSegment, NewStep
from tests.accounts.matrix import Route
from tests.factories.plant import next_code
from tests.factories.signatures import make_gate_override
from tests.factories.stock import JobStore, make_reservation

Act = Callable[[Any], Any]


class GrownStock:
    """`grow` adds one of each."""

    def __init__(self, site: Site, partner: BusinessPartner) -> None:
        self.site, self.partner = site, partner
        self.reservation = make_reservation(site)
        self.store = JobStore(site, system_actor("test"), "G-")
        self.lot, self.ring = self.store.lot(self.store.bar, "G-B", 500), self.store.lot(self.store.ring, "G-R", 500)
        self.routing = self.store.routing()
        self.draft = self.new_draft()
        self.override = make_gate_override(site)

    def new_draft(self) -> OperationsDefinition:
        """The next version of the routing, not approved."""
        code, product = self.routing.code, self.store.pump
        look = NewStep(StepKind.CHECK, "Look at it")
        makes = [NewMaterial(product, Decimal(1), MaterialUse.PRODUCED)]
        steps = [NewSegment("Make", makes, steps=[look]), NewSegment("Pack", makes)]
        return operations_definition.create(
            system_actor("test"), self.site, NewDefinition(code, product, Decimal(1), steps)
        )

    def approve_all(self) -> None:
        """Approve whatever is a draft, so that the next one may be begun."""
        drafts = OperationsDefinition.objects.filter(site=self.site, code=self.routing.code, status="draft")
        for draft in drafts.order_by("number"):
            operations_definition.approve(system_actor("test"), draft.pk)

    def definition_address(self) -> dict[str, object]:
        """Of the approved version."""
        return {"code": self.routing.code, "number": self.routing.number}

    def draft_address(self) -> dict[str, object]:
        """Of the one that waits."""
        return {"code": self.draft.code, "number": self.draft.number}

    def grow(self) -> None:
        """One more of each."""
        self.new_draft()
        make_reservation(self.site)
        make_gate_override(self.site)

    def rows(self) -> dict[str, Any]:
        """The first part of a resource's path -> the row that it is read at."""
        balance = self.reservation.balance
        return {
            "inventory/places": balance.location,
            "inventory/balances": balance,
            "inventory/moves": balance.lot.stock_moves.get(),
            "inventory/reservations": self.reservation,
            "work/gate-overrides": self.override,
            "production/definitions": self.draft,
        }


def act_of(route: Route, held: GrownStock) -> Act | None:
    """The request for a writing route of these resources; None for others."""
    if route.path.startswith("/api/v1/production/definitions/") and route.method == "post":
        return _of_definition(route, held)
    resource, _slash, act = route.path.removeprefix("/api/v1/inventory/").strip("/").partition("/")
    if not route.path.startswith("/api/v1/inventory/") or route.method != "post":
        return None
    store, key = held.store, str(uuid.uuid4())
    amount = {"op_uuid": key, "site": held.site.code, "place": store.shelf.equipment.code, "quantity": "2"}
    lot = {**amount, "lot": held.lot.code}
    job = store.order(held.routing, next_code("WO-G"))[0]
    if act in {"consume", "produce", "let-go"}:
        store.give(job, "start")
        store.reserve(job)
    to = {"to": held.reservation.balance.location.equipment.code}
    body: dict[str, Any] = {
        "moves/receive": {**amount, "material": store.bar.code},
        "moves/transfer": {**lot, **to},
        "moves/scrap": {**lot, "reason": "Dropped"},
        "moves/ship": {**lot, "partner": held.partner.code},
        "moves/consume": {"op_uuid": key, "job_order": job.pk},
        "moves/produce": {"op_uuid": key, "place": amount["place"], "quantity": "2", "job_order": job.pk},
        "reservations/": {"work_request": job.work_request_id},
        "reservations/let-go": {"job_order": job.pk},
    }[f"{resource}/{act}"]
    keyed = {"Idempotency-Key": key}
    return lambda client: client.post(route.path, body, content_type="application/json", headers=keyed)


def _of_definition(route: Route, held: GrownStock) -> Act:
    keyed = {"Idempotency-Key": str(uuid.uuid4())}
    if route.action == "approve":
        address = route.address(held.new_draft().pk)
        return lambda client: client.post(address, {}, content_type="application/json", headers=keyed)
    if route.action == "new_version":
        held.approve_all()
        again = route.address(held.routing.pk)
        return lambda client: client.post(again, {}, content_type="application/json", headers=keyed)
    product, bar = held.store.pump.code, held.store.bar.code
    materials = [{"material": bar, "quantity": "2"}, {"material": product, "use": "produced", "quantity": "1"}]
    body = {
        "site": held.site.code, "code": next_code("DEF"), "material": product, "batch_quantity": "1",
        "operations": [{"name": "Make", "materials": materials}],
    }  # fmt: skip
    if route.action == "rewrite":
        draft = route.address(held.new_draft().pk)
        return lambda client: client.post(draft, body, content_type="application/json", headers=keyed)
    return lambda client: client.post(route.path, body, content_type="application/json", headers=keyed)
