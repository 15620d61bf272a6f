"""Samples are judged as they are stored; what is wrong opens one nonconformance and holds what is in doubt."""

import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.models import HeldLot, LotHold
from mom.accounts.models import Site
from mom.core import clock, invariants
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotAllowed
from mom.core.testing import acting
from mom.plant.models import MaterialLot
from mom.work import gate
from mom.work.models import Alert
from quality.models import Inspection, Nonconformance, Sample
from quality.services import inspection as inspections
from quality.services import sample as service
from tests.bench.statements import counting
from tests.factories.plant import next_code
from tests.factories.quality import BOSS, Floor, bore, burr

pytestmark = pytest.mark.django_db


@pytest.fixture
def floor(site: Site) -> Floor:
    return Floor(site)


def broken() -> list[str]:
    """Names of the invariants that don't hold; the audit chain is sealed at a commit, which is still to come."""
    return [each.invariant.name for each in invariants.violations() if each.invariant.name != "core.audit_chain"]


def test_a_sample_in_order_stands_on_its_chart(floor: Floor) -> None:
    frozen = floor.steady()
    made = floor.measure("10.0", "10.1", "9.9")

    assert (made.number, made.limits_id, made.has_signal, made.out_of_limits) == (5, frozen.pk, False, 0)
    assert made.mean == pytest.approx(10.0)
    assert made.range == pytest.approx(0.2)
    assert (made.nonconformance, made.equipment) == (None, floor.machine)
    assert floor.chart().points == 5


def test_without_limits_only_the_tolerance_is_judged(floor: Floor) -> None:
    wide = floor.measure("9.6", "10.4", "10.0")
    assert (wide.limits, wide.z, wide.nonconformance) == (None, None, None)
    out = floor.measure("9.4", "10.4", "10.6")
    assert (out.out_of_limits, out.nonconforming) == (2, 2)
    assert out.nonconformance is not None
    assert out.nonconformance.title == "Bore: 2 of 3 out of tolerance"
    assert (out.nonconformance.severity, out.nonconformance.origin) == ("major", "out_of_limits")


def test_a_signal_opens_a_nonconformance_and_holds_what_was_made_since_the_last_good_sample(floor: Floor) -> None:
    before = floor.produce("L-1")
    floor.steady()
    floor.measure("10.0", "10.1", "9.9")
    after, last = floor.produce("L-2"), floor.produce("L-3", 4)

    made = floor.measure("10.3", "10.4", "10.3")  # within 9.5 to 10.5, and above the control limit

    ncr = made.nonconformance
    assert ncr is not None
    assert (made.out_of_limits, made.rules, ncr.status, ncr.origin) == (0, [1], "contained", "signal")
    assert ncr.title == "Bore: Rule 1: a point beyond a control limit"
    for words in ("Values: 10.3; 10.4; 10.3", "Job: WO-1", "Machine: CNC-03", "Reaction plan: Stop. Measure five."):
        assert words in ncr.description
    assert [(line.lot, line.quantity) for line in ncr.lines.all()] == [(after, 10), (last, 4)]
    held = dict(MaterialLot.objects.values_list("code", "disposition"))
    assert held == {"L-1": "unrestricted", "L-2": "restricted", "L-3": "restricted"}
    assert LotHold.objects.get().reason == f"{ncr.code}: {ncr.title}"
    assert before.pk not in HeldLot.objects.values_list("lot_id", flat=True)
    alert = Alert.objects.get()
    assert (alert.equipment, alert.detail) == (floor.machine, "Stop. Measure five. Call the setter.")
    assert broken() == []


def test_what_comes_while_one_is_open_joins_it(floor: Floor) -> None:
    floor.steady()
    floor.produce("L-1")
    first = floor.measure("10.4", "10.4", "10.4")
    floor.produce("L-2")
    second = floor.measure("10.6", "10.6", "10.4")

    assert first.nonconformance == second.nonconformance
    ncr = Nonconformance.objects.get()
    assert sorted(line.lot.code for line in ncr.lines.all() if line.lot) == ["L-1", "L-2"]
    assert LotHold.objects.count() == 2


def test_without_lots_the_pieces_reported_since_are_in_doubt(floor: Floor) -> None:
    floor.report(30)
    floor.steady()
    floor.report(7)
    made = floor.measure("10.4", "10.4", "10.4")
    assert made.nonconformance is not None
    line = made.nonconformance.lines.get()
    assert (line.lot, line.quantity, line.unit, line.job_order) == (None, 7, "C62", floor.job)


def test_the_next_start_waits_for_the_decision(floor: Floor) -> None:
    floor.steady()
    floor.measure("10.4", "10.4", "10.4")
    other = floor.order("WO-2")

    found = [each for each in gate.blockers(other, clock.now()) if each.source == "quality.nonconformance"]
    assert [(each.code, each.subject) for each in found] == [("nonconformance_open", Nonconformance.objects.get().code)]
    with pytest.raises(Conflict, match="Decide what becomes of the parts"):
        floor.give(other, "start")


def test_the_same_key_is_one_sample(floor: Floor) -> None:
    key = uuid.uuid4()
    first, again = floor.measure("10", "10", "10.1", op_uuid=key), floor.measure("10", "10", "10.1", op_uuid=key)
    assert (first.pk, floor.chart().points) == (again.pk, 1)
    with pytest.raises(Conflict, match="key"):
        service.record(BOSS, service.NewSample(floor.about("2")), op_uuid=key)


def test_counted_and_looked_at(floor: Floor) -> None:
    good = floor.measure(code="2")
    assert (good.size, good.nonconforming, good.nonconformance) == (5, 0, None)
    bad = floor.measure(code="2", size=50, nonconforming=3)
    assert (bad.size, bad.out_of_limits) == (50, 3)
    assert bad.nonconformance is not None
    assert bad.nonconformance.title == "Burr: 3 of 50 out of tolerance"


@pytest.mark.parametrize(
    ("code", "values", "more", "field"),
    [
        ("1", ("10", "10"), {}, "values"),
        ("1", ("10", "10", "10.0000001"), {}, "values"),
        ("1", ("10", "10", "NaN"), {}, "values"),
        ("1", ("10", "10", "10"), {"nonconforming": 1}, "nonconforming"),
        ("2", ("10",), {}, "values"),
        ("2", (), {"size": 3, "nonconforming": 4}, "nonconforming"),
    ],
)
def test_what_does_not_fit_is_refused(
    floor: Floor, code: str, values: tuple[str, ...], more: dict[str, int], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        floor.measure(*values, code=code, **more)
    assert list(refused.value.fields) == [field]
    assert not Sample.objects.exists()


def test_no_rule_looks_across_a_change_of_limits(floor: Floor) -> None:
    floor.steady()
    for _turn in range(8):
        floor.measure("10.1", "10.0", "10.1")
    from quality.services.control_limits import Basis, freeze

    freeze(BOSS, floor.chart().pk, Basis(1, 12), "Steady for a week")
    ninth = floor.measure("10.1", "10.0", "10.1")
    assert ninth.rules == []


def test_nine_on_one_side_are_a_signal(floor: Floor) -> None:
    floor.steady()
    found = [floor.measure("10.1", "10.0", "10.1").rules for _turn in range(9)]
    assert found[:8] == [[]] * 8
    assert found[8] == [2]


def test_the_database_counts_again_and_lets_nothing_bad_in_alone(floor: Floor) -> None:
    good = floor.measure("10", "10", "10.1")
    row = {
        field.attname: getattr(good, field.attname) for field in Sample._meta.concrete_fields if not field.primary_key
    }
    lies = [
        {"values": [Decimal(1), Decimal(1), Decimal(1)]},
        {"values": [Decimal(1), Decimal(1), Decimal(1)], "out_of_limits": 3, "nonconforming": 3},
        {"rules": [1], "has_signal": True},
        {"rules": [1]},
        {"size": 2},
    ]
    for lie in lies:
        with pytest.raises(IntegrityError), transaction.atomic(), acting():
            Sample.objects.create(**{**row, "number": 2, "op_uuid": uuid.uuid4(), **lie})
    with pytest.raises(DatabaseError), transaction.atomic(), acting():
        Sample.objects.filter(pk=good.pk).update(mean=1)


def test_who_may_record(floor: Floor, make_actor: Callable[..., Actor]) -> None:
    new = service.NewSample(floor.about(), [Decimal(10), Decimal(10), Decimal("10.1")])
    with pytest.raises(NotAllowed):
        service.record(make_actor("quality.view"), new, op_uuid=uuid.uuid4())
    service.record(make_actor("quality.record_sample"), new, op_uuid=uuid.uuid4())
    assert Sample.objects.count() == 1


def test_judging_costs_the_same_after_many(site: Site) -> None:
    floor = Floor(site, bore(rules=(1,)))  # noise that is made by a rule would break another
    floor.steady()
    costs = []
    for many in (1, 30):
        for turn in range(many):
            floor.measure("10.0", f"10.{turn % 2}", "9.9")
        with counting() as count:
            floor.measure("10.0", "10.1", "9.9")
        costs.append(len(count))
    assert costs[0] == costs[1], costs


values_of_three = st.lists(st.sampled_from(["9.4", "9.5", "9.9", "10", "10.2", "10.5", "10.6"]), min_size=3, max_size=3)


@given(st.lists(values_of_three, min_size=1, max_size=3), st.integers(0, 5))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_P24_an_inspection_out_of_limits_never_passes(site: Site, samples: list[list[str]], failed: int) -> None:
    floor = Floor(site, bore(), burr(), tag=next_code("H"))
    asked = inspections.ask(BOSS, floor.job.pk)
    for values in samples:
        floor.measure(*values, inspection=asked)
    floor.measure(code="2", nonconforming=failed, inspection=asked)

    asked.refresh_from_db()
    is_out = failed > 0 or any(
        not Decimal("9.5") <= Decimal(value) <= Decimal("10.5") for each in samples for value in each
    )
    assert asked.status == ("failed" if is_out else "passed")
    for status in ("passed", "accepted") if is_out else ():
        with pytest.raises(IntegrityError), transaction.atomic(), acting():
            Inspection.objects.filter(pk=asked.pk).update(status=status)
    assert broken() == []
