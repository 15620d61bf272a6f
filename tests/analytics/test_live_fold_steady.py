"""Running shifts that the one statement for all carries on are what the facts give; what it can't carry, it leaves."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from analytics.services import live_fold_steady
from mom.core.testing import acting
from mom.plant.models import Equipment
from mom.work.models import JobOrder
from production.models import IdealCycle
from tests.analytics.test_live_fold import (
    MINUTE,
    START,
    assert_fold_is_rebuild,
    at,
    begin,
    counted,
    make_counting,
    parts,
    plant,  # noqa: F401 - a fixture
    say,
    state,
    stored,
)


@pytest.fixture
def carried(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many machines the statement carried on, batch by batch."""
    found: list[int] = []
    as_it_is = live_fold_steady.carry_on

    def watched(said: Any, moved: Any, beside: Any) -> Any:
        gone_on, result = as_it_is(said, moved, beside)
        found.append(len(gone_on))
        return gone_on, result

    monkeypatch.setattr(live_fold_steady, "carry_on", watched)
    return found


def make_cycle(machine: Equipment, job: JobOrder, seconds: Decimal, pieces: Decimal) -> None:
    with acting():
        IdealCycle.objects.create(
            site=machine.site, definition=job.work_request.production_request.definition, equipment=machine,
            duration=timedelta(microseconds=int(seconds * 1_000_000)), pieces_per_cycle=pieces,
            valid_from=START - timedelta(days=1),
        )  # fmt: skip


def every_minute(first: int, last: int) -> Iterator[int]:
    return iter(range(first, last + 1))


@pytest.mark.parametrize("source", ["counters", "counters_less_scrap", "reports"])
@pytest.mark.parametrize("has_cycle", [False, True])
def test_steady_shift_is_carried_on_with_its_pieces(
    plant: Equipment,  # noqa: F811
    carried: list[int],
    source: str,
    has_cycle: bool,
) -> None:
    machine = make_counting(plant, source=source)
    job = begin(machine, at(-5))
    if has_cycle:
        make_cycle(machine, job, Decimal("7.000001"), Decimal(3))
    say(machine, state(0, "run"), counted(0, 100), counted(0, 5, "reject"), now=at(0))
    carried.clear()
    for minute in every_minute(1, 20):
        told = [state(minute, "run"), counted(minute, 100 + 7 * minute), counted(minute, 5 + minute // 3, "reject")]
        say(machine, *told, now=at(minute))
        assert_fold_is_rebuild(machine)
    assert carried == [1] * 20
    found = parts(machine)
    assert found["production"] == 20 * 60_000_000
    expected = {"counters": 140 - 6, "counters_less_scrap": 140, "reports": 0}[source]
    assert found.get("good", 0) == stored(machine)["job_good"] == expected
    assert bool(found.get("ideal")) == (has_cycle and source != "reports")
    assert bool(found.get("unjudged")) == (not has_cycle and source != "reports")


@pytest.mark.parametrize(
    ("word", "reason", "part", "others"),
    [
        ("run", "", "production", {}),
        ("down", "", "down", {"uncoded", "breakdown"}),
        ("down", "JAM", "down", {"breakdown"}),
        ("idle", "", "delay", {"uncoded"}),
        ("setup", "", "setup", {}),
    ],
)
def test_steady_state_has_its_time(
    plant: Equipment,  # noqa: F811
    carried: list[int],
    word: str,
    reason: str,
    part: str,
    others: set[str],
) -> None:
    machine = make_counting(plant)
    begin(machine, at(-5))
    say(machine, state(0, word, reason), now=at(0))
    say(machine, state(5, word, reason), now=at(5))  # a stop begins to count
    carried.clear()
    say(machine, {"at": 10, "kind": "heartbeat"}, now=at(10))
    say(machine, state(15, word, reason), now=at(15))
    assert_fold_is_rebuild(machine)
    assert carried == [1, 1]
    assert {name: amount for name, amount in parts(machine).items() if amount > 1} == dict.fromkeys(
        {part, *others}, 15 * 60_000_000
    )


def test_work_in_a_break_extends_the_plan_and_its_edges_are_left_to_the_fold(
    plant: Equipment,  # noqa: F811
    carried: list[int],
) -> None:
    machine = make_counting(plant)
    begin(machine, at(-5))
    for minute in every_minute(170, 215):  # the break is from 180 to 210
        say(machine, state(minute, "run"), now=at(minute))
        assert_fold_is_rebuild(machine)
    assert [place for place, many in enumerate(carried) if not many] == [0, 10, 40]
    assert parts(machine)["unplanned"] == 30 * 60_000_000


def test_what_is_not_steady_is_left_to_the_fold(plant: Equipment, carried: list[int]) -> None:  # noqa: F811
    machine = make_counting(plant, modulus=Decimal(1000))
    begin(machine, at(-5))
    say(machine, state(0, "run"), counted(0, 990), now=at(0))
    told: list[list[dict[str, Any]]] = [
        [counted(1, 2)],  # a roll-over
        [counted(2, 3), counted(2.5, 4)],  # two readings
        [counted(3, 2, "total_added")],
        [{"at": 4, "kind": "energy", "value": 2}],
        [state(5, "down")],
        [state(6, "down")],  # the stop begins to count
        [state(7, "setup")],
        [counted(8, 6)],  # the first piece after a set-up
        [counted(7.5, 5)],  # late
    ]
    for batch in told:
        carried.clear()
        say(machine, *batch, now=at(max(each["at"] for each in batch)))
        assert_fold_is_rebuild(machine)
        assert not any(carried), batch
    carried.clear()
    begin(machine, at(8.5))  # another job
    say(machine, counted(9, 8), now=at(9))
    assert carried == [0]
    assert_fold_is_rebuild(machine)


@settings(
    max_examples=10,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps=st.lists(st.tuples(st.sampled_from([0.5, 1, 7, 25]), st.integers(0, 9), st.integers(0, 2),
                             st.sampled_from(["run", "run", "run", "down", "idle"])), min_size=5, max_size=25),
    source=st.sampled_from(["counters", "counters_less_scrap"]),
    seconds=st.decimals("0.000001", 90, places=6),
    per_cycle=st.decimals("0.000001", 9, places=6),
)  # fmt: skip
def test_P17_fold_equals_rebuild_with_ideal_cycles(
    plant: Equipment,  # noqa: F811
    steps: list[tuple[float, int, int, str]],
    source: str,
    seconds: Decimal,
    per_cycle: Decimal,
) -> None:
    """In order, with counters that rise by any fraction of a piece: to the last digit what the facts give."""
    machine = make_counting(plant, source=source)
    make_cycle(machine, begin(machine, at(-30)), seconds, per_cycle)
    minute, total, reject = 0.0, Decimal("0.000001"), Decimal(0)
    say(machine, state(0, "run"), now=at(0))
    for length, made, rejected, word in steps:
        minute, total, reject = minute + length, total + made + Decimal("0.333333"), reject + rejected
        told = [{"at": minute, "kind": "count", "name": "total", "value": str(total)},
                {"at": minute, "kind": "count", "name": "reject", "value": str(reject)}]  # fmt: skip
        say(machine, state(minute, word), *told, now=at(minute) + MINUTE / 10)
        assert_fold_is_rebuild(machine)
