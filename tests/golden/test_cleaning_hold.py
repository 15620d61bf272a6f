"""A cleaning hold that expires at night on the clock change, and blocks a start."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from mom.core.errors import Conflict
from mom.core.testing import acting
from mom.plant.models import Equipment
from mom.work import gate
from mom.work.engine.terms import CleaningState, JobOrderCommand
from mom.work.models import CleaningRule, JobOrder
from mom.work.services import equipment_condition
from production.services import production_request
from production.services.production_request import NewOrder
from tests.golden.plant import Plant, case, instant

INPUT, EXPECTED = case("cleaning_hold")
NIGHTS: dict[str, Any] = INPUT["nights"]


@pytest.fixture
def vessel(plant: Plant) -> Equipment:
    """A vessel on which jobs start only while it is clean."""
    assert plant.site.time_zone == INPUT["time_zone"]
    vessel = plant.machine("VESSEL-2")
    hold = timedelta(hours=INPUT["hold_hours"])
    equipment_condition.set_cleaning_rule(plant.actor, vessel.pk, clean_hold=hold)
    return vessel


@pytest.fixture
def job(plant: Plant, vessel: Equipment) -> JobOrder:
    """A released job on the vessel."""
    order = NewOrder("WO-1", plant.material("PASTE", "KGM"), Decimal(100), equipment=vessel)
    production_request.create(plant.actor, plant.site, order, is_released=True)
    return plant.job("WO-1-10")


@pytest.mark.parametrize("night", ["autumn", "spring"])
def test_cleaning_hold_expires_after_its_elapsed_hours(plant: Plant, vessel: Equipment, night: str) -> None:
    at = instant(NIGHTS[night]["cleaned_at"])

    condition = equipment_condition.record_cleaning(plant.actor, vessel.pk, CleaningState.CLEAN, at=at)

    assert condition.expires_at == instant(EXPECTED[night]["expires_at"])


CASES = [
    pytest.param(night, start["at"], may, id=f"{night}: {start['note']}")
    for night, about in NIGHTS.items()
    for start, may in zip(about["starts"], EXPECTED[night]["may_start"], strict=True)
]


@pytest.mark.parametrize(("night", "at", "may_start"), CASES)
def test_cleaning_hold_lets_a_job_start_or_blocks_it(
    plant: Plant, vessel: Equipment, job: JobOrder, night: str, at: str, may_start: bool
) -> None:
    with plant.clock_at(NIGHTS[night]["cleaned_at"]):
        equipment_condition.record_cleaning(plant.actor, vessel.pk, CleaningState.CLEAN)

    with plant.clock_at(at):
        if may_start:
            assert plant.give(job, JobOrderCommand.START).status == "running"
        else:
            with pytest.raises(Conflict) as refused:
                plant.give(job, JobOrderCommand.START)
            assert refused.value.code == "start_blocked"
            assert f"VESSEL-2 was clean until {EXPECTED[night]['printed']}. Clean it again." in refused.value.sentence
            job.refresh_from_db()
            assert job.status == "ready", "a refused start leaves nothing behind"
            assert not job.responses.exists()


def test_cleaning_again_in_the_night_lets_the_job_start(plant: Plant, vessel: Equipment, job: JobOrder) -> None:
    with plant.clock_at(NIGHTS["autumn"]["cleaned_at"]):
        equipment_condition.record_cleaning(plant.actor, vessel.pk, CleaningState.CLEAN)
    with plant.clock_at("2026-10-25T03:30:00+01:00") as at:
        assert [blocker.code for blocker in gate.blockers(job, at)] == ["cleaning_expired"]
        equipment_condition.record_cleaning(plant.actor, vessel.pk, CleaningState.CLEAN)
        assert gate.blockers(job, at) == []
        assert plant.give(job, JobOrderCommand.START).status == "running"


def test_vessel_that_was_never_cleaned_or_is_dirty_blocks(plant: Plant, vessel: Equipment, job: JobOrder) -> None:
    at = instant("2026-10-25T01:00:00+02:00")
    assert [blocker.code for blocker in gate.blockers(job, at)] == ["not_clean"]

    equipment_condition.record_cleaning(plant.actor, vessel.pk, CleaningState.DIRTY, at=at - timedelta(hours=1))
    assert [blocker.sentence for blocker in gate.blockers(job, at)] == ["VESSEL-2 is not clean. Clean it first."]


def test_cleaning_of_the_past_and_a_hold_of_nothing_are_refused(plant: Plant, vessel: Equipment) -> None:
    at = instant("2026-10-25T01:00:00+02:00")
    equipment_condition.record_cleaning(plant.actor, vessel.pk, CleaningState.CLEAN, at=at)
    with pytest.raises(Conflict, match="later state"):
        equipment_condition.record_cleaning(plant.actor, vessel.pk, CleaningState.DIRTY, at=at)

    rule = CleaningRule.objects.get(equipment=vessel)
    rule.clean_hold = timedelta(0)
    with pytest.raises(IntegrityError, match="hold_positive"), transaction.atomic(), acting():
        rule.save()
