"""Control plans: added as drafts, approved, never changed after, replaced by the next version; limits are frozen."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed, NotFound
from mom.core.testing import acting
from quality.engine.terms import CharacteristicKind, ChartKind
from quality.models import Characteristic, ControlLimits, ControlPlan
from quality.services import control_limits, control_plan
from quality.services.control_limits import Basis, freeze
from quality.services.control_plan import NewCharacteristic, NewPlan
from tests.factories.quality import BOSS, STEADY, Floor, bore, burr, make_plan
from tests.factories.work import make_material

pytestmark = pytest.mark.django_db


def test_the_next_version_retires_the_one_before_and_charts_go_on(site: Site) -> None:
    floor = Floor(site)
    floor.steady()
    new = NewPlan("CP-1", floor.product, [bore(upper_limit=Decimal("10.4"))])
    second = control_plan.create(BOSS, site, new)
    assert (second.number, second.status) == (2, "draft")
    control_plan.approve(BOSS, second.pk)

    assert list(ControlPlan.objects.order_by("number").values_list("status", flat=True)) == ["retired", "approved"]
    floor.plan = second
    made = floor.measure("10.0", "10.1", "9.9")
    assert (made.number, made.limits is not None) == (5, True)


def test_an_approved_plan_is_not_changed_whoever_writes(site: Site) -> None:
    plan = make_plan(site)
    with pytest.raises(IllegalTransition):
        control_plan.approve(BOSS, plan.pk)
    with pytest.raises(DatabaseError), transaction.atomic(), acting():
        Characteristic.objects.filter(control_plan=plan).update(upper_limit=99)
    with pytest.raises(DatabaseError), transaction.atomic(), acting():
        ControlPlan.objects.filter(pk=plan.pk).update(name="Other")


def test_a_product_has_one_approved_plan(site: Site) -> None:
    first = make_plan(site)
    other = make_plan(site, "CP-2", material=first.material, is_approved=False)
    with pytest.raises(Conflict, match="another approved"):
        control_plan.approve(BOSS, other.pk)


@pytest.mark.parametrize(
    ("characteristics", "words"),
    [
        ([], "at least one"),
        ([bore(), bore()], "twice"),
        ([bore(unit="")], "unit"),
        ([bore(lower_limit=None, upper_limit=None)], "limit"),
        ([bore(lower_limit=Decimal(11))], "above"),
        ([bore(sample_size=1)], "2 to 25"),
        ([bore(chart=ChartKind.I_MR)], "samples of 1"),
        ([bore(rules=(9,))], "1 to 8"),
        ([bore(every_pieces=0)], "at least 1"),
        ([bore(name=" ")], "name"),
        ([NewCharacteristic("1", "Burr", CharacteristicKind.VISUAL, upper_limit=Decimal(1))], "not measured"),
        ([NewCharacteristic("1", "Burr", CharacteristicKind.VISUAL, sample_size=0)], "sample size"),
    ],
)
def test_what_contradicts_itself_is_told(site: Site, characteristics: list[Any], words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        control_plan.create(BOSS, site, NewPlan("CP-1", make_material(site), characteristics))
    assert words in " ".join(refused.value.fields["characteristics"])


def test_who_may_add_and_approve(site: Site, make_actor: Callable[..., Actor]) -> None:
    new = NewPlan("CP-1", make_material(site), [burr()])
    with pytest.raises(NotAllowed):
        control_plan.create(make_actor("quality.view"), site, new)
    plan = control_plan.create(make_actor("quality.change_plan"), site, new)
    with pytest.raises(NotAllowed):
        control_plan.approve(make_actor("quality.change_plan"), plan.pk)
    with pytest.raises(NotFound):
        control_plan.approve(BOSS, plan.pk + 1)
    with pytest.raises(Conflict, match="not approved"):
        Floor.measure(_of(site, plan), code="2")


def _of(site: Site, plan: ControlPlan) -> Floor:
    floor = Floor(site)
    floor.plan = plan
    return floor


def test_limits_are_frozen_of_samples_and_another_phase_replaces_them(site: Site) -> None:
    floor = Floor(site)
    first = floor.steady()
    assert (first.phase, first.basis, first.centre) == (1, 4, pytest.approx(10.0))
    assert (first.upper, first.range_upper) == (pytest.approx(10.2558, abs=1e-4), pytest.approx(0.6436, abs=1e-4))
    floor.measure("10.0", "10.3", "10.1")
    second = freeze(BOSS, floor.chart().pk, Basis(1, 5, frozenset({2})), "Another tool; sample 2 was the old one")
    assert (second.phase, second.basis) == (2, 4)
    with pytest.raises(DatabaseError), transaction.atomic(), acting():
        ControlLimits.objects.filter(pk=first.pk).update(upper=99)


def test_limits_of_single_values(site: Site) -> None:
    floor = Floor(site, bore(chart=ChartKind.I_MR, sample_size=1))
    for value in ("10.0", "10.2", "10.1", "10.4", "10.3"):
        floor.measure(value)
    found = freeze(BOSS, floor.chart().pk, Basis(1, 5), "First run")
    assert (found.centre, found.upper) == (pytest.approx(10.2), pytest.approx(10.2 + 0.175 * 2.658681, abs=1e-6))
    assert floor.measure("9.6").rules == [1]


def test_limits_need_a_right_a_reason_and_samples(site: Site, make_actor: Callable[..., Actor]) -> None:
    floor = Floor(site)
    for values in STEADY:
        floor.measure(*values)
    chart = floor.chart().pk
    with pytest.raises(NotAllowed):
        freeze(make_actor("quality.view"), chart, Basis(1, 4), "Mine")
    for basis, reason in ((Basis(1, 4), " "), (Basis(1, 1), "One"), (Basis(9, 12), "None")):
        with pytest.raises(InvalidInput):
            freeze(BOSS, chart, basis, reason)
    with pytest.raises(NotFound):
        control_limits.freeze(BOSS, chart + 1, Basis(1, 4), "No chart")
    floor.measure(code="2")
    other = floor.chart().__class__.objects.get(characteristic_code="2")
    with pytest.raises(InvalidInput, match="not right"):
        freeze(BOSS, other.pk, Basis(1, 4), "Not measured")


def test_the_database_holds_what_a_characteristic_must_be(site: Site) -> None:
    plan = make_plan(site, is_approved=False)
    row = plan.characteristics.get(code="1")
    for lie in (
        {"lower_limit": 99}, {"unit": ""}, {"sample_size": 30}, {"chart": "i_mr"}, {"kind": "visual"}, {"name": ""},
        {"every_pieces": 0}, {"lower_limit": None, "upper_limit": None},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic(), acting():
            Characteristic.objects.filter(pk=row.pk).update(**lie)
