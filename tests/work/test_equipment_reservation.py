"""Reservations overlap only up to the capacity, and the refusal says who is in the way."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from mom.core.models import RowVersion
from mom.work.models import EquipmentReservation
from mom.work.services import equipment_reservation
from tests.factories.work import give, job_of, make_machine, make_order

pytestmark = pytest.mark.django_db
SIX = datetime(2026, 4, 16, 6, tzinfo=UTC)


def at(hour: float) -> datetime:
    return SIX + timedelta(hours=hour - 6)


def reserve(actor: Actor, job: Any, start: float, end: float, **more: Any) -> EquipmentReservation:
    return equipment_reservation.reserve(actor, job.pk, start=at(start), end=at(end), **more)


def test_exclusive_machine_is_one_job_s_at_a_time(site: Any, actor: Actor) -> None:
    machine = make_machine(site, "CNC-01")
    first, second = (job_of(make_order(site, code, machine=machine)) for code in ("A", "B"))
    reserve(actor, first, 6, 10)
    with pytest.raises(Conflict) as refused:
        reserve(actor, second, 9, 11)
    assert refused.value.code == "equipment_reserved"
    assert "A-10" in refused.value.sentence
    assert "CNC-01" in refused.value.sentence
    assert reserve(actor, second, 10, 12).started_at == at(10)  # half-open: the end belongs to the next


def test_shared_station_takes_as_many_as_it_has_places(site: Any, actor: Actor) -> None:
    station = make_machine(site, "WASH", capacity_kind="places", capacity_places=2)
    jobs = [job_of(make_order(site, str(number), machine=station)) for number in range(4)]
    reserve(actor, jobs[0], 6, 10)
    reserve(actor, jobs[1], 8, 12)
    with pytest.raises(Conflict) as refused:
        reserve(actor, jobs[2], 9, 11)
    assert refused.value.code == "capacity_exceeded"
    reserve(actor, jobs[2], 10, 12)
    with pytest.raises(Conflict):
        reserve(actor, jobs[3], 5, 13)


def test_furnace_takes_a_quantity(site: Any, actor: Actor) -> None:
    furnace = make_machine(site, "OVEN", capacity_kind="quantity", capacity_quantity=Decimal(500), capacity_unit="KGM")
    first, second = (job_of(make_order(site, code, machine=furnace)) for code in ("A", "B"))
    reserve(actor, first, 6, 10, amount=Decimal(300))
    with pytest.raises(Conflict) as refused:
        reserve(actor, second, 7, 8, amount=Decimal("200.5"))
    assert "kg" in refused.value.sentence
    reserve(actor, second, 7, 8, amount=Decimal(200))


def test_reservation_is_given_back_and_kept_in_the_history(site: Any, actor: Actor) -> None:
    machine = make_machine(site)
    first, second = (job_of(make_order(site, code, machine=machine)) for code in ("A", "B"))
    made = reserve(actor, first, 6, 10)
    key = made.pk
    equipment_reservation.release(actor, key)
    reserve(actor, second, 6, 10)
    versions = RowVersion.objects.filter(table_name="work_equipmentreservation", row_id=str(key))
    assert versions.order_by("id").last().operation.lower() == "delete"  # type: ignore[union-attr]
    with pytest.raises(NotFound):
        equipment_reservation.release(actor, key)


def test_reservation_is_checked(site: Any, other_site: Any, actor: Actor) -> None:
    machine = make_machine(site)
    job = job_of(make_order(site, machine=machine))
    nowhere = job_of(make_order(site, "B"))
    for asked, start, end, more, field in (
        (job, 10, 6, {}, "ended_at"),
        (job, 6, 10, {"amount": Decimal(0)}, "amount"),
        (nowhere, 6, 10, {}, "equipment"),
        (job, 6, 10, {"equipment": make_machine(other_site)}, "equipment"),
    ):
        with pytest.raises(InvalidInput) as refused:
            reserve(actor, asked, start, end, **more)
        assert list(refused.value.fields) == [field]
    give(job, "start", "finish")
    with pytest.raises(Conflict):
        reserve(actor, job, 6, 10)


def test_P33_reservation_needs_its_right(site: Any, actor: Actor, make_actor: Any) -> None:
    job = job_of(make_order(site, machine=make_machine(site)))
    made = reserve(actor, job, 6, 10)
    with pytest.raises(NotAllowed):
        reserve(make_actor("work.execute_job_order"), job, 12, 14)
    with pytest.raises(NotAllowed):
        equipment_reservation.release(make_actor("work.view"), made.pk)
