"""Ideal cycles: one at a time per product and machine; another standard marks the shifts that it judges."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from analytics.models import DayBucket, DirtyStretch, ShiftBucket
from analytics.services.redefinition import mark_next
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotAllowed
from mom.core.models import OutboxEvent
from mom.core.testing import acting
from mom.events.registry import decode
from mom.plant.models import Equipment, MaterialDefinition
from production.models.ideal_cycle import IdealCycle
from production.services import ideal_cycle as service
from tests.factories.plant import make_equipment, make_material

T0 = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def place(site: Site) -> tuple[MaterialDefinition, Equipment]:
    return make_material(site, "P-7"), make_equipment(site, "CNC-7")


Place = tuple[MaterialDefinition, Equipment]


def new(place: Place, seconds: int, at: datetime = T0, pieces: int = 1) -> service.NewCycle:
    return service.NewCycle(*place, timedelta(seconds=seconds), at, Decimal(pieces))


def test_ideal_cycle_new_one_ends_the_one_before(site: Site, actor: Actor, place: Place) -> None:
    service.add(actor, site, new(place, 60))
    service.add(actor, site, new(place, 50, T0 + DAY))
    assert service.add(actor, site, new(place, 50, T0 + 2 * DAY)).valid_from == T0 + DAY  # the same again
    service.add(actor, site, new(place, 55, T0 + DAY / 2))
    found = list(IdealCycle.objects.order_by("valid_from").values_list("duration", "valid_from", "valid_until"))
    assert found == [
        (timedelta(seconds=60), T0, T0 + DAY / 2),
        (timedelta(seconds=55), T0 + DAY / 2, T0 + DAY),
        (timedelta(seconds=50), T0 + DAY, None),
    ]


def test_ideal_cycle_refuses_what_makes_no_sense(
    site: Site, other_site: Site, actor: Actor, place: Place, make_actor: Callable[..., Actor]
) -> None:
    service.add(actor, site, new(place, 60))
    for wrong in (
        new(place, 0),
        new(place, 61),
        new(place, 60, pieces=0),
        new((place[0], make_equipment(other_site)), 60),
    ):
        with pytest.raises(InvalidInput):
            service.add(actor, site, wrong)
    with pytest.raises(NotAllowed):
        service.add(make_actor(), site, new(place, 60, T0 + DAY))


def test_ideal_cycle_ends_once_and_marks_the_shifts_it_judges(site: Site, actor: Actor, place: Place) -> None:
    cycle = service.add(actor, site, new(place, 60))
    service.end(actor, cycle.pk, at=T0 + DAY)
    with pytest.raises(Conflict):
        service.end(actor, cycle.pk, at=T0 + 2 * DAY)
    events = OutboxEvent.objects.filter(topic="production.ideal_cycle_changed").order_by("seq")
    said = [decode(each.topic, each.payload) for each in events]
    assert [(each.since, each.until) for each in said] == [(T0, None), (T0 + DAY, None)]
    with acting():
        ShiftBucket.objects.create(
            site=site, equipment=place[1], day=T0.date(), started_at=T0, ended_at=T0 + DAY, production=1
        )
        DayBucket.objects.create(site=site, equipment=place[1], day=T0.date(), production=1)
    while mark_next(actor):
        pass
    marked = DirtyStretch.objects.filter(equipment=place[1])
    assert min(marked.values_list("started_at", flat=True)) == T0
    assert max(marked.values_list("ended_at", flat=True)) > T0 + 3 * DAY
