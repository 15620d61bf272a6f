"""Whatever order things come in, the lots that holds keep are those of a dictionary of what came of what."""

import uuid
from collections import defaultdict
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from inventory.models import HeldLot
from inventory.services import job_material, lot_hold
from inventory.services.job_material import Taken
from mom.accounts.models import Site
from mom.core.actor import system_actor
from mom.core.errors import Conflict
from mom.plant.models import MaterialLot
from tests.factories.stock import JobStore

pytestmark = pytest.mark.django_db
JOBS = 3

ACTS = st.sampled_from(
    ["receive", "issue", "issue", "produce", "produce", "produce", "hold", "hold", "release", "let out"]
)
STEPS = st.lists(st.tuples(ACTS, st.integers(0, 11), st.integers(0, 11)), min_size=4, max_size=18)


class Model:
    """What jobs took and made, and what each open hold keeps and let out."""

    def __init__(self) -> None:
        self.took: dict[int, set[str]] = defaultdict(set)
        self.made: dict[int, set[str]] = defaultdict(set)
        self.holds: dict[int, tuple[str, set[str], set[str]]] = {}
        self.has_let_out = False

    def affected(self, root: str) -> set[str]:
        found, front = {root}, [root]
        while front:
            lot = front.pop()
            new = {made for job, took in self.took.items() if lot in took for made in self.made[job]} - found
            found |= new
            front += new
        return found

    def produce(self, job: int, lot: str) -> None:
        self.made[job].add(lot)
        for _root, kept, _out in self.holds.values():
            if kept & self.took[job]:
                kept.add(lot)

    @property
    def held(self) -> set[str]:
        return {lot for _root, kept, _out in self.holds.values() for lot in kept}


class Plant:
    """The same acts in the plant and in the model."""

    def __init__(self, site: Site) -> None:
        self.store, self.model = JobStore(site, system_actor("test")), Model()
        routing = self.store.routing()
        self.jobs = [self.store.order(routing, f"WO-{number}")[0] for number in range(JOBS)]
        for job in self.jobs:
            self.store.give(job, "start")
        self.lots = [self.store.lot(self.store.bar, "B-0", 100)]

    def receive(self, _one: int, _other: int) -> None:
        self.lots.append(self.store.lot(self.store.bar, f"B-{len(self.lots)}", 100))

    def issue(self, one: int, other: int) -> None:
        job, lot = one % JOBS, self.lots[other % len(self.lots)]
        if lot.code in self.model.made[job]:
            return  # a job does not take what it made
        taken = [Taken(lot, self.store.shelf, Decimal(1))]
        is_held = lot.code in self.model.held
        try:
            job_material.consume(self.store.actor, self.jobs[job].pk, taken, op_uuid=uuid.uuid4())
        except Conflict:
            assert is_held
        else:
            assert not is_held
            self.model.took[job].add(lot.code)

    def produce(self, one: int, _other: int) -> None:
        lot = self.store.produce(self.jobs[one % JOBS], f"P-{len(self.lots)}", 100)
        self.lots.append(lot)
        self.model.produce(one % JOBS, lot.code)

    def hold(self, one: int, _other: int) -> None:
        lot = self.lots[one % len(self.lots)]
        made = lot_hold.hold_affected(self.store.actor, [lot.pk], "Suspect", also="downstream")
        self.model.holds[made.pk] = (lot.code, self.model.affected(lot.code), set())

    def release(self, one: int, _other: int) -> None:
        if self.model.holds:
            hold = sorted(self.model.holds)[one % len(self.model.holds)]
            lot_hold.release(self.store.actor, hold, "Fine")
            del self.model.holds[hold]

    def let_out(self, one: int, other: int) -> None:
        if not self.model.holds:
            return
        hold = sorted(self.model.holds)[one % len(self.model.holds)]
        _root, kept, _out = self.model.holds[hold]
        code = sorted(kept)[other % len(kept)]
        lot = next(lot for lot in self.lots if lot.code == code)
        lot_hold.release(self.store.actor, hold, "Sorted", lots=[lot.pk])
        self.model.has_let_out = True
        kept.discard(code)
        if not kept:
            del self.model.holds[hold]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
@example([("issue", 0, 0), ("hold", 0, 0), ("produce", 0, 0), ("release", 0, 0), ("produce", 0, 0)])
@example([("issue", 0, 0), ("produce", 0, 0), ("issue", 1, 1), ("hold", 0, 0), ("produce", 1, 0), ("produce", 0, 0)])
@example([("issue", 0, 0), ("produce", 0, 0), ("hold", 0, 0), ("let out", 0, 1), ("issue", 1, 1), ("produce", 1, 0)])
def test_holds_keep_what_a_dictionary_walk_reaches(site: Site, steps: list[tuple[str, int, int]]) -> None:
    before = transaction.savepoint()
    try:
        plant = Plant(site)
        for act, one, other in steps:
            getattr(plant, act.replace(" ", "_"))(one, other)
            kept = set(HeldLot.objects.filter(released_at=None).values_list("lot__code", flat=True))
            assert kept == plant.model.held, (act, one, other)
            restricted = MaterialLot.objects.filter(disposition="restricted").values_list("code", flat=True)
            assert set(restricted) == kept
            if not plant.model.has_let_out:
                roots = [root for root, *_rest in plant.model.holds.values()]
                assert kept == {lot for root in roots for lot in plant.model.affected(root)}
    finally:
        transaction.savepoint_rollback(before)
