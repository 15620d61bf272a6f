"""Several jobs at one counter: the pieces are of the job begun last, the time is shared; fold and rebuild agree."""

from decimal import Decimal

import pytest
from django.db.models import Sum

from analytics.models import ShiftBucket
from analytics.selectors.machine_now import due_of
from mom.core import clock
from mom.plant.models import Equipment
from tests.analytics.test_live_fold import (
    assert_fold_is_rebuild,
    at,
    begin,
    counted,
    make_counting,
    parts,
    plant,  # noqa: F401
    say,
    state,
)
from tests.analytics.test_why import compute


@pytest.mark.parametrize("source", ["counters", "counters_less_scrap"])
def test_counter_of_two_jobs_counts_for_the_one_begun_last(
    plant: Equipment,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    source: str,
) -> None:
    machine = make_counting(plant, source=source)
    left = begin(machine, at(0))
    say(machine, state(0, "run"), counted(0, 100), now=at(1))
    say(machine, counted(9, 130), now=at(9))
    assert due_of(machine, left.pk)[1] == 1
    right = begin(machine, at(10))
    say(machine, counted(10, 134), now=at(10))
    assert_fold_is_rebuild(machine)
    for minute in range(11, 31):
        say(machine, counted(minute, 134 + 2 * (minute - 10)), now=at(minute))
    assert_fold_is_rebuild(machine)
    assert parts(machine)["good"] == 74
    assert due_of(machine, left.pk)[1] == 2
    say(machine, *({"at": minute, "kind": "heartbeat"} for minute in range(40, 600, 15)), now=at(600))
    monkeypatch.setattr(clock, "now", lambda: at(700))
    compute(machine)
    rows = ShiftBucket.objects.filter(equipment=machine, production__gt=0)
    good = {row["job_order"]: row["good"] for row in rows.values("job_order").annotate(good=Sum("good"))}
    assert good == {left.pk: Decimal(34), right.pk: Decimal(40)}, "what was counted up to its beginning is the first's"
    time = {row["job_order"]: row["spent"] for row in rows.values("job_order").annotate(spent=Sum("production"))}
    assert time[left.pk] - time[right.pk] == 10 * 60 * 1_000_000, "shared since the second began"
