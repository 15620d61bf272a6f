"""Stock of the growing plant, and an override of the gate: what is read, and the acts that add to the ledger."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from inventory.engine.terms import StockClass
from inventory.models import CountLine, CycleCount
from inventory.services import count_plan, cycle_count, stock
from inventory.services.cycle_count import Counted
from mom.accounts.models import Site
from mom.core.actor import system_actor
from mom.plant.models import BusinessPartner
from mom.work.engine.terms import MaterialUse
from production.engine.terms import StepKind
from production.models import OperationsDefinition
from production.services import operations_definition
from production.services.operations_definition import NewDefinition, NewMaterial, NewSegment, NewStep
from tests.accounts.matrix import Route
from tests.factories.counts import Counting, make_count, make_hold, make_move_job, make_place
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
        self.count, self.move, self.hold = make_count(site), make_move_job(site), make_hold(site)
        self.count_class = count_plan.class_set(system_actor("test"), site, StockClass.A, 30)

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
        make_count(self.site)
        make_move_job(self.site)
        make_hold(self.site)

    def counting(self) -> tuple[CycleCount, CountLine]:
        """A count that was started, of a place with one lot."""
        place = make_place(self.site, next_code("GC"))
        stock.transfer(system_actor("test"), self.lot, self.store.shelf, place, Decimal(2), op_uuid=uuid.uuid4())
        begun = Counting(place)
        return begun.count, begun.count.lines.get()

    def counted(self) -> CycleCount:
        """A count that differs and waits for somebody."""
        count, line = self.counting()
        cycle_count.enter(system_actor("test"), count.pk, [Counted(Decimal(1), uuid.uuid4(), line.pk)])
        self.store.give(count.job_order, "finish")
        return CycleCount.objects.get(pk=count.pk)

    def rows(self) -> dict[str, Any]:
        """The first part of a resource's path -> the row that it is read at."""
        balance = self.reservation.balance
        return {
            "inventory/places": balance.location,
            "inventory/balances": balance,
            "inventory/moves": balance.lot.stock_moves.get(),
            "inventory/reservations": self.reservation,
            "inventory/counts": self.count,
            "inventory/count-classes": self.count_class,
            "inventory/move-jobs": self.move,
            "inventory/holds": self.hold,
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
    if resource in {"counts", "count-classes", "move-jobs", "holds", "places"}:
        return _of_store(route, held, resource)
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


def _of_store(route: Route, held: GrownStock, resource: str) -> Act:
    """Counts, jobs that move stock, holds."""
    site, shelf, key = held.site.code, held.store.shelf.equipment.code, str(uuid.uuid4())
    place = held.reservation.balance.location
    count, line = held.counting()
    pks: dict[str, int] = {
        "counts/entries": count.pk, "places/plan": place.pk, "move-jobs/moved": held.move.pk,
        "holds/release": make_hold(held.site).pk,
    }  # fmt: skip
    name = f"{resource}/{route.action}"
    if name in {"counts/post_count", "counts/discard"}:
        pks[name] = held.counted().pk
    body: dict[str, Any] = {
        "counts/create": {"site": site, "place": shelf},
        "counts/entries": {"lines": [{"op_uuid": key, "line": line.pk, "quantity": "2"}]},
        "counts/post_count": {"reason": "Broken"},
        "counts/discard": {"reason": "Wrong shelf"},
        "count-classes/create": {"site": site, "letter": "B", "interval_days": 90},
        "places/plan": {"count_class": "A", "is_inbound": False},
        "move-jobs/create": {"site": site, "lot": held.lot.code, "quantity": "2", "place": shelf,
                             "to": place.equipment.code},
        "move-jobs/moved": {"quantity": "3"},
        "holds/create": {"site": site, "lots": [held.ring.code], "reason": "Drift", "also": "downstream"},
        "holds/release": {"reason": "Measured again"},
    }[name]  # fmt: skip
    address = route.address(pks[name]) if name in pks else route.path
    keyed = {"Idempotency-Key": key}
    return lambda client: client.post(address, body, content_type="application/json", headers=keyed)


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
