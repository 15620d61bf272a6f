"""What others call our things, and how new ones are numbered."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mom.accounts.models import Site
from mom.core import aliases, numbers
from mom.core.actor import Actor
from mom.core.engine import numbering
from mom.core.engine.numbering import Resets, WrongPattern
from mom.core.errors import Conflict, InvalidInput
from mom.core.models import NumberRange
from mom.core.testing import acting
from mom.plant.engine.terms import MaterialTracking
from mom.plant.models import MaterialDefinition, MaterialLot
from mom.plant.services import master_data
from tests.factories.plant import make_material

T0 = datetime(2026, 4, 16, 6, tzinfo=UTC)
DAY = date(2026, 4, 16)


def test_alias_resolve_by_system_number_and_instant(site: Site, actor: Actor) -> None:
    first, second = make_material(site), make_material(site)
    with acting() as act:
        alias = aliases.add_alias(act, "material", first, "erp", " 4711 ", valid_from=T0)
    assert aliases.resolve_alias(site.code, "ERP", "material", "4711", T0) == first.pk
    assert aliases.resolve_alias(site.code, "ERP", "lot", "4711", T0) is None
    assert aliases.resolve_alias("P9", "ERP", "material", "4711", T0) is None
    with acting() as act, pytest.raises(InvalidInput) as refused:
        aliases.add_alias(act, "material", second, "ERP", "4711")
    assert refused.value.code == "alias_taken"
    alias.valid_until = T0 + timedelta(hours=1)
    with acting() as act:
        alias.save(update_fields=["valid_until"])
        aliases.add_alias(act, "material", second, "ERP", "4711", valid_from=T0 + timedelta(hours=1))
    later = T0 + timedelta(hours=2)
    assert aliases.resolve_aliases(site.code, "erp", "material", ["4711", "x"], later) == {"4711": second.pk}
    assert aliases.resolve_alias(site.code, "ERP", "material", "4711", T0) == first.pk


def test_alias_add_twice_is_one(site: Site) -> None:
    material = make_material(site)
    with acting() as act:
        first = aliases.add_alias(act, "material", material, "CAD", "X-1")
        assert aliases.add_alias(act, "material", material, "CAD", "X-1").pk == first.pk


@given(
    st.integers(0, 10**6),
    st.dates(date(1970, 1, 1), date(2199, 12, 31)),
    st.dates(date(1970, 1, 1), date(2199, 12, 31)),
)
def test_number_of_another_period_is_another_number(sequence: int, one: date, other: date) -> None:
    """A count that starts again never gives a number twice."""
    for resets, pattern in ((Resets.YEAR, "W{yyyy}-{seq:05}"), (Resets.MONTH, "W{yyyy}{mm}-{seq:05}")):
        numbering.check(pattern, resets)
        if numbering.period(resets, one) != numbering.period(resets, other):
            first, second = (numbering.number(pattern, sequence, day, "P1") for day in (one, other))
            assert first != second


@pytest.mark.parametrize(
    ("pattern", "resets", "kind"),
    [
        ("WO-1", "never", "sequence"),
        ("{seq}{seq}", "never", "sequence"),
        ("{seq:13}", "never", "sequence"),
        ("WO-{day}{seq}", "never", "part"),
        ("WO-{{seq}", "never", "part"),
        ("WO-{seq}", "year", "period"),
        ("{yy}-{seq}", "month", "period"),
    ],
)
def test_number_pattern_refused(pattern: str, resets: str, kind: str) -> None:
    with pytest.raises(WrongPattern) as refused:
        numbering.check(pattern, Resets(resets))
    assert refused.value.kind == kind


def test_number_printed() -> None:
    assert numbering.number("WO-{yy}{mm}{seq:05}/{site}", 42, DAY, "P1") == "WO-260400042/P1"


def test_number_next_counts_and_passes_over_what_is_taken(site: Site) -> None:
    year = f"{datetime.now(UTC).year % 100:02}"
    material = make_material(site)
    with acting() as act:
        MaterialLot.objects.create(site=site, definition=material, code=f"L-{year}00002")
        assert [numbers.next_number(act, site, "lot") for _again in range(2)] == [f"L-{year}00001", f"L-{year}00003"]


@pytest.mark.parametrize("is_gapless", [True, False])
def test_number_range_starts_again_with_the_year(site: Site, is_gapless: bool) -> None:
    row = NumberRange(site=site.code, noun="lot", pattern="L{yy}{seq}", resets="year", is_gapless=is_gapless, first=5)
    with acting() as act:
        row.save()
        act.now = datetime(2026, 12, 31, 22, 59, tzinfo=UTC)  # 23:59 in Stockholm
        assert numbers.preview(row, site, act.now) == "L265"
        assert [numbers.next_number(act, site, "lot") for _again in range(2)] == ["L265", "L266"]
        assert numbers.preview(row, site, act.now) == "L267"
        act.now = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)  # the new year there
        assert numbers.next_number(act, site, "lot") == "L275"


def test_number_range_set_jumps_up_and_keeps_its_way(site: Site, actor: Actor) -> None:
    with acting() as act:
        assert numbers.next_number(act, site, "asset") == "A-00001"
        row = numbers.range_of(site.code, "asset")
        row.first = 500
        row.save()
        assert numbers.next_number(act, site, "asset") == "A-00500"


@pytest.mark.django_db(transaction=True)
def test_number_range_set_refuses_another_way_of_counting(site: Site, actor: Actor) -> None:
    row = numbers.number_range_set(
        actor, site.code, "asset", pattern="A{seq}", resets="never", first=1, is_gapless=True
    )
    with pytest.raises(Conflict):
        numbers.number_range_set(actor, site.code, "asset", version=row.version, is_gapless=False)
    with pytest.raises(InvalidInput):
        numbers.number_range_set(actor, site.code, "asset", version=row.version, pattern="A-{date}")


def test_material_and_lot_without_code_get_a_number(site: Site) -> None:
    with acting() as act:
        material = master_data.add(act, MaterialDefinition, site, name="Ring", tracking=MaterialTracking.LOT)
        lot = master_data.add(act, MaterialLot, site, code="", definition=material)
    assert material.code == "M-00001"
    assert lot.code.startswith("L-")
