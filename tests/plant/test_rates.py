"""Rates: laws of pricing over made-up timelines, and what services and the database hold."""

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import DatabaseError
from hypothesis import given
from hypothesis import strategies as st

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.db.constraints import constraint_name
from mom.core.engine.interval import Interval
from mom.core.errors import InvalidInput
from mom.core.testing import acting
from mom.plant.engine import rates
from mom.plant.engine.rates import RateLine, price_quantity, price_time, total
from mom.plant.engine.terms import EquipmentLevel, RateKind, RateState
from mom.plant.models import EquipmentClass, Rate
from mom.plant.selectors.rate import machine_levels
from mom.plant.services import rate as services
from mom.plant.services.rate import NewRate
from tests.factories.plant import make_equipment, make_material

T0 = datetime(2026, 4, 16, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)


def line(amount: str, start: int = 0, end: int | None = None, *, id: int = 1, currency: str = "EUR") -> RateLine:  # noqa: A002
    return RateLine(
        id, Decimal(amount), currency, Interval(T0 + start * HOUR, None if end is None else T0 + end * HOUR)
    )


@st.composite
def timelines(draw: st.DrawFn) -> list[RateLine]:
    """Rates that follow each other, as the database lets them."""
    edges = sorted(draw(st.sets(st.integers(0, 40), min_size=2, max_size=8)))
    pairs = itertools.pairwise(edges)
    amounts = draw(st.lists(st.decimals(0, 1000, places=2), min_size=len(edges), max_size=len(edges)))
    return [
        RateLine(index, amounts[index], "EUR", Interval(T0 + a * HOUR, T0 + b * HOUR))
        for index, (a, b) in enumerate(pairs)
        if draw(st.booleans())
    ]


minutes = st.integers(0, 40 * 60)


@given(timelines(), timelines(), minutes, minutes)
def test_rate_pieces_tile_the_stretch(own: list[RateLine], site: list[RateLine], one: int, other: int) -> None:
    start, end = sorted((one, other))
    if start == end:
        return
    span = Interval(T0 + timedelta(minutes=start), T0 + timedelta(minutes=end))
    pieces = price_time(span, [own, site])
    assert (pieces[0].start, pieces[-1].end) == (span.start, span.end)
    assert all(a.end == b.start and a.line != b.line for a, b in itertools.pairwise(pieces))
    assert sum(piece.units for piece in pieces) == Fraction(end - start, 60)


@given(timelines(), minutes, minutes, minutes)
def test_rate_price_of_a_stretch_is_the_sum_of_its_parts(own: list[RateLine], a: int, b: int, c: int) -> None:
    first, middle, last = sorted((a, b, c))
    if first == middle or middle == last:
        return

    def cost(start: int, end: int) -> rates.Total:
        span = Interval(T0 + timedelta(minutes=start), T0 + timedelta(minutes=end))
        return total(price_time(span, [own]))

    whole, parts = cost(first, last), [cost(first, middle), cost(middle, last)]
    assert whole.cost == sum(part.cost for part in parts)
    assert whole.unpriced == sum(part.unpriced for part in parts)


def test_rate_change_in_the_night_splits_the_shift() -> None:
    """By hand: 6 h at 60 and 2 h at 72 are 504; the quarter hour before any rate is said to have none."""
    old, new = line("60", 0, 6), line("72", 6, id=2)
    span = Interval(T0 - timedelta(minutes=15), T0 + 8 * HOUR)
    pieces = price_time(span, [[old, new]])
    assert [(piece.units, piece.cost) for piece in pieces] == [(Fraction(1, 4), None), (6, 360), (2, 144)]
    summed = total(pieces)
    assert (summed.rounded(), summed.currency, summed.unpriced) == (Decimal("504.00"), "EUR", Fraction(1, 4))


def test_rate_nearest_level_wins_only_while_it_holds() -> None:
    pieces = price_time(Interval(T0, T0 + 4 * HOUR), [[line("90", 1, 2)], [line("50", id=2)]])
    assert [piece.cost for piece in pieces] == [50, 90, 100]


def test_rate_of_two_classes_that_differ_is_no_rate() -> None:
    with pytest.raises(rates.RatesContradict):
        price_quantity(Decimal(1), T0, [[line("5"), line("6", id=2)]])
    assert price_quantity(Decimal(1), T0, [[line("5"), line("5.00", id=2)]]).cost == 5


def test_rate_sum_over_two_currencies_is_refused() -> None:
    pieces = [price_quantity(Decimal(1), T0, [[each]]) for each in (line("5"), line("5", currency="SEK"))]
    with pytest.raises(rates.CurrenciesDiffer):
        total(pieces)


def test_rate_thirds_round_once() -> None:
    """20 minutes three times are one hour: nothing is lost between."""
    third = [price_time(Interval(T0, T0 + HOUR / 3), [[line("10")]])[0] for _again in range(3)]
    assert total(third).rounded() == Decimal("10.00")
    assert total(third[:1]).rounded() == Decimal("3.33")


def refused(**fields: Any) -> str:
    given = {"currency": "EUR", "valid_from": T0, "amount": 1, "unit": "HUR", **fields}
    with pytest.raises(DatabaseError) as error, acting():
        Rate.objects.create(**given)
    return constraint_name(error.value)  # type: ignore[arg-type]


def test_rate_guard_refuses(site: Site) -> None:
    machine, material = make_equipment(site), make_material(site)
    running = {"site": site, "kind": "machine", "state": "running", "equipment": machine}
    assert refused(**{**running, "state": ""}) == "plant_rate_target_fits_kind"
    assert refused(**{**running, "definition": material}) == "plant_rate_target_fits_kind"
    assert refused(**{**running, "unit": "MIN"}) == "plant_rate_target_fits_kind"
    assert refused(site=site, kind="material", unit="C62") == "plant_rate_target_fits_kind"
    assert refused(site=site, kind="energy", unit="HUR") == "plant_rate_target_fits_kind"
    assert refused(**{**running, "amount": -1}) == "plant_rate_amount_not_negative"
    assert refused(**{**running, "currency": "eur"}) == "plant_rate_currency_shape"
    assert refused(**{**running, "valid_until": T0}) == "plant_rate_ends_after_start"
    with acting():
        rate = Rate.objects.create(**running, amount=1, unit="HUR", currency="EUR", valid_from=T0)
        Rate.objects.create(
            **{**running, "equipment": None}, amount=1, unit="HUR", currency="EUR", valid_from=T0
        )  # fmt: skip
    assert refused(**running) == "plant_rate_one_at_a_time"
    assert refused(**{**running, "equipment": None}) == "plant_rate_one_at_a_time"
    with pytest.raises(DatabaseError) as error, acting():
        Rate.objects.filter(pk=rate.pk).update(amount=2)
    assert constraint_name(error.value) == "plant_rate_frozen"  # type: ignore[arg-type]


def add(site: Site, amount: str, at: datetime, **fields: Any) -> Rate:
    with acting() as act:
        return services.add(act, site, NewRate(RateKind.MACHINE, Decimal(amount), at, state="running", **fields))


def test_rate_add_ends_the_one_before_and_keeps_its_currency(site: Site) -> None:
    first = add(site, "50", T0)
    with acting():
        site.currency = "SEK"
        site.save()
    second = add(site, "600", T0 + HOUR)
    first.refresh_from_db()
    assert (first.valid_until, first.currency, second.currency) == (T0 + HOUR, "EUR", "SEK")
    between = add(site, "55", T0 + HOUR / 2)
    assert between.valid_until == T0 + HOUR


def test_rate_levels_go_from_the_machine_up(site: Site) -> None:
    area = make_equipment(site, "HALL", level=EquipmentLevel.AREA)
    machine = make_equipment(site, "M1", parent=area)
    with acting():
        group = EquipmentClass.objects.create(site=site, code="5AX")
        machine.classes.add(group)
    wanted = []
    for amount, fields in (
        ("10", {}),
        ("20", {"equipment": area}),
        ("30", {"equipment_class": group}),
        ("40", {"equipment": machine}),
    ):
        add(site, amount, T0, **fields)
        found = rates.rate_at(T0, machine_levels(machine, RateState.RUNNING))
        wanted.append(int(found.amount) if found else 0)
    assert wanted == [10, 20, 30, 40]
    assert rates.rate_at(T0, machine_levels(machine, RateState.DOWN)) is None


FILE = """kind;state;machine;skill;material;tariff;unit;amount;valid_from
machine;running;M1;;;;;84,50;2026-05-01
labour;;;;;;;42;2026-05-01
energy;;;;;night;;0.18;2026-05-01
"""


@pytest.mark.django_db(transaction=True)
def test_rate_import_all_or_none(site: Site, actor: Actor) -> None:
    make_equipment(site, "M1")
    assert services.rates_import(actor, site, FILE) == 3
    rate = Rate.objects.get(kind="machine")
    assert (rate.amount, rate.unit, rate.currency) == (Decimal("84.5"), "HUR", "EUR")
    assert rate.valid_from == datetime(2026, 4, 30, 22, tzinfo=UTC)  # midnight in Stockholm
    wrong = FILE + "machine;;M1;;;;;1;2026-06-01\nlabour;;;X;;;;1;2026-06-01\n"
    with pytest.raises(InvalidInput) as refusal:
        services.rates_import(actor, site, wrong)
    assert "Line 6" in str(refusal.value.fields["file"])
    assert Rate.objects.count() == 3
    assert services.rates_import(actor, site, FILE) == 0
