"""A silo blend traced with fractions and time windows: every lot that could be in it, and no other."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.engine.blend import Filling, MoreThanThere, Withdrawal, shares
from inventory.models import StorageLocation
from inventory.selectors.genealogy import Direction, Trace, trace
from inventory.services import stock
from inventory.services.job_material import Made, Taken, consume, produce
from mom.core.errors import Conflict, Shortage
from mom.plant.engine.terms import LotDisposition
from mom.plant.models import MaterialDefinition, MaterialLot
from mom.work.engine.terms import JobOrderCommand
from production.services import production_request
from production.services.production_request import NewOrder
from tests.golden.plant import Plant, case, instant

INPUT, EXPECTED = case("silo_blend")
STEPS: list[dict[str, Any]] = INPUT["steps"]


def filling(step: dict[str, Any]) -> Filling:
    return Filling(step["fill"], Fraction(step["quantity"]), instant(step["from"]), instant(step["until"]))


def withdrawal(step: dict[str, Any]) -> Withdrawal:
    return Withdrawal(step["draw"], Fraction(step["quantity"]), instant(step["from"]), instant(step["until"]))


def bounds(found: dict[str, Any]) -> dict[str, tuple[Fraction, Fraction]]:
    return {lot: (Fraction(low), Fraction(high)) for lot, (low, high) in found.items()}


def test_blend_shares_equal_the_hand_worked_case() -> None:
    first = [step for step in STEPS if step.get("fill") != "E" and step.get("draw") != "J5"]
    found = shares(
        reversed([filling(step) for step in first if "fill" in step]),
        reversed([withdrawal(step) for step in first if "draw" in step]),
    )

    for name, parts in found.items():
        assert {share.lot: (share.low, share.high) for share in parts} == bounds(EXPECTED["shares"][name]), name
    assert [share.is_exact for share in found["J1"]] == [True, True]
    assert not any(share.is_exact for share in found["J3"])


START = datetime.fromisoformat("2026-01-01T00:00:00+00:00")


@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.integers(1, 50), st.booleans(), st.integers(0, 3)),
        min_size=1,
        max_size=12,
    )
)
def test_blend_shares_bound_every_order_in_between(events: list[tuple[str, int, bool, int]]) -> None:
    """A plain simulation that lets overlapping fillings flow in before, after or half way stays within the bounds."""
    ins: list[Filling] = []
    outs: list[Withdrawal] = []
    content: dict[str, Fraction] = {}
    drawn: dict[str, dict[str, Fraction]] = {}
    for index, (lot, amount, draws, order) in enumerate(events):
        at = START + timedelta(hours=index)
        arriving = Filling(lot, Fraction(amount), at, at + timedelta(minutes=30))
        ins.append(arriving)
        early = arriving.quantity * Fraction(order, 3)  # how much of it flowed in before the withdrawal
        content[lot] = content.get(lot, Fraction(0)) + early
        total = sum(content.values())
        if draws and total > 0:
            taken = total / 2
            name = f"W{index}"
            outs.append(Withdrawal(name, taken, at + timedelta(minutes=10), at + timedelta(minutes=40)))
            drawn[name] = {each: part / total for each, part in content.items()}
            content = {each: part / 2 for each, part in content.items()}
        content[lot] = content.get(lot, Fraction(0)) + arriving.quantity - early

    for name, parts in shares(ins, outs).items():
        low = {share.lot: share.low for share in parts}
        high = {share.lot: share.high for share in parts}
        assert sum(low.values()) <= 1 <= sum(high.values())
        for lot, part in drawn[name].items():
            assert low.get(lot, 0) <= part <= high.get(lot, 0), (name, lot)


def test_blend_refuses_more_than_there_is_and_withdrawals_that_overlap() -> None:
    one = Filling("A", Fraction(1), START, START)
    hour = timedelta(hours=1)
    with pytest.raises(MoreThanThere):
        shares([one], [Withdrawal("W", Fraction(2), START + hour, START + 2 * hour)])
    twice = [
        Withdrawal("V", Fraction(1, 2), START + hour, START + 3 * hour),
        Withdrawal("W", Fraction(1, 2), START + 2 * hour, START + 4 * hour),
    ]
    with pytest.raises(ValueError, match="overlap"):
        shares([one], twice)


class Mill:
    """A silo of flour, and a job for each withdrawal."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        self.flour = plant.material("FLOUR", "TNE", tracking="lot")
        self.dough = plant.material("DOUGH", "TNE", tracking="lot")
        self.store, self.silo = plant.place("STORE"), plant.place("SILO-1", is_blending=True)
        self.mixer = plant.machine("MIXER-1")
        self.lots: dict[str, MaterialLot] = {}
        self.made: dict[str, MaterialLot] = {}

    def fill(self, step: dict[str, Any]) -> None:
        lot = self.lots[step["fill"]] = self.plant.lot(self.flour, step["fill"])
        self.plant.received(self.store, lot, step["quantity"], "2026-04-15T10:00:00+02:00")
        amount = Decimal(step["quantity"])
        window = {"at": instant(step["from"]), "until": instant(step["until"])}
        stock.transfer(self.plant.actor, lot, self.store, self.silo, amount, op_uuid=uuid.uuid4(), **window)

    def draw(self, step: dict[str, Any]) -> None:
        name, amount = step["draw"], Decimal(step["quantity"])
        order = NewOrder(name, self.dough, amount, equipment=self.mixer)
        production_request.create(self.plant.actor, self.plant.site, order, is_released=True)
        with self.plant.clock_at(step["from"]):
            job = self.plant.give(self.plant.job(f"{name}-10"), JobOrderCommand.START)
        blend = self.inside()
        window = {"at": instant(step["from"]), "until": instant(step["until"])}
        consume(self.plant.actor, job.pk, [Taken(blend, self.silo, amount)], op_uuid=uuid.uuid4(), **window)
        lot = self.made[name] = self.plant.lot(self.dough, name)
        made = [Made(self.plant.output(job), lot, self.store, amount)]
        with self.plant.clock_at(step["until"]):
            produce(self.plant.actor, job.pk, made, op_uuid=uuid.uuid4())
            self.plant.give(job, JobOrderCommand.FINISH)

    def inside(self) -> MaterialLot:
        """The blend that lies in the silo."""
        lot = self.silo.balances.get(quantity__gt=0).lot
        assert lot is not None
        return lot

    def play(self) -> None:
        for step in STEPS:
            self.fill(step) if "fill" in step else self.draw(step)


@pytest.fixture
def mill(plant: Plant) -> Mill:
    mill = Mill(plant)
    mill.play()
    return mill


def shares_of(found: Trace, lots: set[str]) -> dict[str, tuple[Fraction, Fraction]]:
    return {step.parent.code: (step.low, step.high) for step in found.steps if step.parent.code in lots}


def test_silo_blend_traced_backward_names_every_lot_that_could_be_in_it(mill: Mill) -> None:
    for name, lot in mill.made.items():
        found = trace(lot, Direction.BACKWARD)
        assert shares_of(found, set(mill.lots)) == bounds(EXPECTED["shares"][name]), name
    assert mill.plant.there(mill.silo, mill.inside())[0] == Decimal(EXPECTED["left"])


def test_silo_blend_traced_forward_reaches_only_what_could_hold_it(mill: Mill) -> None:
    for name, lot in mill.lots.items():
        reached = {step.child.code for step in trace(lot, Direction.FORWARD).steps}
        assert sorted(reached & set(mill.made)) == EXPECTED["reached"][name], name


def test_silo_blend_steps_say_when_it_flowed(mill: Mill) -> None:
    [step] = [step for step in trace(mill.made["J3"], Direction.BACKWARD).steps if step.child.code == "J3"]

    assert (step.at, step.until) == (instant(STEPS[6]["from"]), instant(STEPS[6]["until"]))
    assert step.job == "J3-10"
    assert step.quantity == 3


def test_trace_costs_the_same_for_two_levels_and_for_many(mill: Mill, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(5):
        trace(mill.made["J4"], Direction.BACKWARD)
    with django_assert_num_queries(5):
        trace(mill.made["J1"], Direction.BACKWARD)


def test_silo_refuses_another_material_and_a_held_lot(plant: Plant) -> None:
    def lot_of(material: MaterialDefinition, code: str, place: StorageLocation, **fields: Any) -> MaterialLot:
        lot = plant.lot(material, code, **fields)
        plant.received(place, lot, "1", "2026-04-15T10:00:00+02:00")
        return lot

    store, silo = plant.place("STORE"), plant.place("SILO-1", is_blending=True)
    flour, rye = plant.material("FLOUR", "TNE"), plant.material("RYE", "TNE")
    good, other = lot_of(flour, "F-1", store), lot_of(rye, "R-1", store)
    held = lot_of(flour, "F-2", store, disposition=LotDisposition.RESTRICTED)
    stock.transfer(plant.actor, good, store, silo, Decimal(1), op_uuid=uuid.uuid4())

    with pytest.raises(Conflict, match="holds FLOUR"):
        stock.transfer(plant.actor, other, store, silo, Decimal(1), op_uuid=uuid.uuid4())
    with pytest.raises(Conflict, match="not released"):
        stock.transfer(plant.actor, held, store, silo, Decimal(1), op_uuid=uuid.uuid4())
    with pytest.raises(Shortage) as short:
        stock.scrap(plant.actor, held, store, Decimal(2), op_uuid=uuid.uuid4(), reason="wet")
    assert short.value.items[0]["lot"] == "F-2"
