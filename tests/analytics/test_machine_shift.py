"""A machine's shift from its facts: the published days, and every rule that iso22400.md section 7 names."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.engine.machine_facts import (
    MICRO,
    Before,
    Energy,
    Made,
    Rate,
    Rates,
    Reading,
    Report,
    ShiftFacts,
    Spell,
    Terms,
    Work,
)
from analytics.engine.machine_lines import totals_of
from analytics.engine.machine_parts import MachineTotals, total
from analytics.engine.machine_shift import reckon
from analytics.engine.machine_stretch import Stretch, stretches, with_orders
from analytics.engine.machine_time import MINOR, RUNNING, Meaning, PlanPiece
from analytics.engine.oee import oee_iso, oee_tpm
from mom.core.engine.interval import Interval
from mom.plant.engine.calendar import ShiftPattern, shifts_in, working_intervals

MINUTE = 60_000_000
JOB, OTHER = Made(1, 10, "C62"), Made(2, 20, "C62")
DOWN = Meaning("down", "planned_stop", "breakdown")
IDLE = Meaning("delay", "planned_stop")
SETUP = Meaning("setup", "setup", "setup_adjustment")
PLAN: tuple[PlanPiece, ...] = ((0, "w"),)


def spell(start: float, end: float | None, state: str = "run", meaning: Meaning = RUNNING, **more: object) -> Spell:
    """A spell in minutes; a stop is whole unless said otherwise."""
    begin = int(start * MINUTE)
    more.setdefault("stop_start", None if state in {"run", "off"} else begin)
    return Spell(begin, None if end is None else int(end * MINUTE), state, meaning, **more)  # type: ignore[arg-type]


def facts(
    length: float, spells: Sequence[Spell], plan: Sequence[tuple[float, str]] = ((0, "w"),), **more: object
) -> ShiftFacts:
    """A shift that starts at minute 0."""
    end = int(length * MINUTE)
    given: dict[str, object] = {
        "equipment_id": 1, "day": date(2026, 3, 2), "shift": "E", "start": 0, "end": end, "until": end,
        "plan": tuple((int(at * MINUTE), letter) for at, letter in plan),
        "hours": tuple(range(0, end, 60 * MINUTE)), "spells": tuple(spells), "work": (Work(0, None, JOB),),
        "terms": Terms("counters"),
    }  # fmt: skip
    return ShiftFacts(**(given | more))  # type: ignore[arg-type]


def made(at: float, value: int, *, is_reject: bool = False) -> Reading:
    return Reading(int(at * MINUTE), is_reject, value * MICRO, is_added=True)


def minutes(totals: MachineTotals, *names: str) -> list[float]:
    return [getattr(totals, name) / MINUTE for name in names]


def test_vorne_shift_published_figures() -> None:
    """480 min, breaks 60, down 47, 60 a minute, 19271 of which 423 rejects: OEE 74.79 %. Source: Vorne."""
    day = facts(
        480,
        [spell(0, 200), spell(200, 247, "down", DOWN), spell(247, 480)],
        plan=[(0, "w"), (100, "b"), (115, "w"), (260, "b"), (290, "w"), (400, "b"), (415, "w")],
        readings=(made(479, 19271), made(479, 423, is_reject=True)),
        rates={10: Rates((Rate(0, 1_000_000),))},
    )
    # The machine stands in its breaks: what it says there is a stop of its own.
    pauses = [(100, 115), (260, 290), (400, 415)]
    pieces = [spell(0, 100), spell(115, 200), spell(200, 247, "down", DOWN), spell(247, 260), spell(290, 400)]
    pieces += [spell(415, 480), *(spell(start, end, "idle", IDLE) for start, end in pauses)]
    stood = ShiftFacts(**{**{f: getattr(day, f) for f in day.__dataclass_fields__}, "spells": tuple(sorted(
        pieces, key=lambda each: each.start))})  # fmt: skip
    totals = reckon(stood).total
    assert minutes(totals, "production", "down", "planned_stop", "unplanned") == [373, 47, 60, 0]
    assert totals.good == 18848
    for oee in (oee_iso(totals), oee_tpm(totals)):
        assert oee.oee.value is not None
        assert round(oee.oee.value * 100, 2) == Decimal("74.79")
        assert [round((each.value or 0) * 100, 2) for each in (oee.availability, oee.performance, oee.quality)] == [
            Decimal("88.81"), Decimal("86.11"), Decimal("97.80"),
        ]  # fmt: skip


def test_rollup_is_a_sum_never_a_mean() -> None:
    """Machines of 74.79, 33.75 and 78 % together have 70.33 %, not the mean of 62.18 %."""
    days = []
    for ppt, run, cycle, pieces, good in (
        (420, 373, Decimal(1) / 60, 19271, 18848), (240, 120, Decimal("0.5"), 180, 162),
        (900, 810, Decimal(2), 360, 351),
    ):  # fmt: skip
        rate = Rate(0, 1_000_000) if cycle < Decimal("0.1") else Rate(0, int(cycle * MINUTE))
        days.append(
            reckon(
                facts(
                    ppt,
                    [spell(0, run), spell(run, ppt, "down", DOWN)],
                    readings=(made(1, pieces), made(1, pieces - good, is_reject=True)),
                    rates={10: Rates((rate,))},
                )
            ).total
        )
    oee = oee_iso(total(days))
    assert oee.oee.value is not None
    assert round(oee.oee.value, 6) == Decimal("0.703291")
    assert [round(each.value or 0, 6) for each in (oee.availability, oee.performance, oee.quality)] == [
        Decimal("0.835256"), Decimal("0.868138"), Decimal("0.969899"),
    ]  # fmt: skip


def test_iso_own_times_and_quantities() -> None:
    """POT 480, PBT 450, ADOT 40, ADET 50, AUST 30, APT 330; GQ 235, SQ 10, RQ 5. Source: iso22400.md section 3.2."""
    found = reckon(
        facts(
            480,
            [
                spell(0, 30, "setup", SETUP), spell(30, 360), spell(360, 410, "idle", IDLE),
                spell(410, 450, "down", DOWN), spell(450, 480, "plan", Meaning("planned_stop", "planned_stop")),
            ],
            reports=tuple(
                Report(400 * MINUTE, kind, amount * MICRO, JOB)
                for kind, amount in (("good", 235), ("scrap", 10), ("rework", 5))
            ),
            rates={10: Rates((Rate(0, 72_000_000),))},
            terms=Terms("reports"),
        )
    ).total  # fmt: skip
    assert minutes(found, "production", "setup", "delay", "down", "planned_stop") == [330, 30, 50, 40, 30]
    assert minutes(found, "planned_busy", "planned_operation", "ideal") == [450, 480, 300]
    oee = oee_iso(found)
    assert oee.oee.value is not None
    assert round(oee.oee.value, 6) == Decimal("0.626667")


def test_break_is_no_loss_and_running_through_it_extends_the_plan() -> None:
    plan = [(0, "w"), (60, "b"), (90, "w")]
    stood = reckon(facts(120, [spell(0, 50), spell(50, 100, "down", DOWN), spell(100, 120)], plan)).total
    assert minutes(stood, "production", "down", "planned_stop", "unplanned") == [70, 20, 30, 0]
    ran = reckon(facts(120, [spell(0, 120)], plan)).total
    assert minutes(ran, "production", "planned_stop", "unplanned") == [120, 0, 30]


def test_work_outside_the_calendar_extends_the_plan_and_idling_there_is_off_shift() -> None:
    found = reckon(facts(120, [spell(0, 40), spell(40, 120, "idle", IDLE)], [(0, "o")])).total
    assert minutes(found, "production", "off_shift", "unplanned", "planned_busy") == [40, 80, 40, 40]


def test_shift_without_order_is_a_planned_stop_but_silence_stays_unknown() -> None:
    found = reckon(facts(120, [spell(0, 60, "down", DOWN)], [(0, "n")], work=())).total
    assert minutes(found, "planned_stop", "unknown", "planned_busy") == [60, 60, 0]
    assert found.stop_count == 0


def test_minor_stop_is_classed_whole_and_counts_apart() -> None:
    found = reckon(facts(60, [spell(0, 10), spell(10, 11, "down", MINOR), spell(11, 60)])).total
    assert minutes(found, "delay", "minor_stop", "down", "uncoded") == [1, 1, 0, 0]
    assert (found.stop_count, found.minor_stop_count, found.failure_count) == (0, 1, 0)


def test_stop_counts_where_it_begins_and_only_there() -> None:
    came_over = spell(-30, 20, "down", DOWN, was_counted=True, stop_start=-30 * MINUTE)
    found = reckon(facts(60, [came_over, spell(20, 60)])).total
    assert (minutes(found, "down"), found.stop_count) == ([20], 0)
    idle_night = spell(-30, 20, "down", DOWN, was_counted=False, stop_start=-30 * MINUTE)
    assert reckon(facts(60, [idle_night, spell(20, 60)])).total.failure_count == 1


def test_two_orders_share_no_instant_twice() -> None:
    """A nest of two jobs: the time goes by their weights; one after the other: to each its own."""
    nest = facts(60, [spell(0, 60)], work=(Work(0, None, JOB, 3 * MICRO), Work(0, None, OTHER, MICRO)))
    by_job = {cut.made: vector for cut, vector in reckon(nest).slices.items()}
    assert [by_job[each][0] / MINUTE for each in (JOB, OTHER)] == [45, 15]
    after = facts(
        60, [spell(0, 60)], work=(Work(0, 20 * MINUTE, JOB), Work(20 * MINUTE, None, OTHER)),
        readings=(made(20, 5), made(30, 7)), rates={10: Rates((Rate(0, MINUTE),)), 20: Rates((Rate(0, 2 * MINUTE),))},
    )  # fmt: skip
    found = {cut.made: totals_of(vector) for cut, vector in reckon(after).slices.items()}
    assert [found[each].good for each in (JOB, OTHER)] == [5, 7]
    assert reckon(after).total.ideal == (5 + 14) * MINUTE


def test_setup_belongs_to_the_job_that_follows() -> None:
    work = (Work(0, 30 * MINUTE, JOB), Work(40 * MINUTE, None, OTHER))
    found = reckon(facts(60, [spell(0, 20), spell(20, 40, "setup", SETUP), spell(40, 60)], work=work))
    of_job = {cut.made: totals_of(vector).setup / MINUTE for cut, vector in found.slices.items()}
    assert of_job[OTHER] == 20
    assert of_job[JOB] == 0


def test_counter_rolls_over_resets_and_is_split_by_a_late_reading() -> None:
    def read(*values: tuple[float, int]) -> MachineTotals:
        readings = tuple(Reading(int(at * MINUTE), False, value * MICRO) for at, value in values)
        terms = Terms("counters", modulus=1000 * MICRO)
        return reckon(
            facts(120, [spell(0, 120)], readings=readings, terms=terms, before=Before(total=990 * MICRO))
        ).total

    assert read((10, 995), (20, 5)).good == 15  # 5 and, over the roll, 10
    assert read((10, 995), (20, 600)).good == 605  # so far back is a reset
    late = read((70, 999))
    split = read((30, 994), (70, 999))
    assert late.good == split.good == 9
    hours = reckon(facts(120, [spell(0, 120)], readings=(Reading(30 * MINUTE, False, 994 * MICRO),
        Reading(70 * MINUTE, False, 999 * MICRO)), before=Before(total=990 * MICRO))).slices  # fmt: skip
    assert sorted((cut.hour // MINUTE, totals_of(vector).good) for cut, vector in hours.items()) == [(0, 4), (60, 5)]


def test_startup_scrap_ends_with_the_first_good_piece() -> None:
    readings = (made(5, 1), made(5, 1, is_reject=True), made(20, 4), made(20, 3, is_reject=True), made(25, 1),
                made(30, 2), made(30, 2, is_reject=True))  # fmt: skip
    found = reckon(facts(60, [spell(0, 10, "setup", SETUP), spell(10, 60)], readings=readings)).total
    assert (found.scrap, found.startup_scrap) == (6, 4)


def test_counter_less_reported_scrap() -> None:
    reports = (Report(30 * MINUTE, "scrap", 3 * MICRO, JOB), Report(30 * MINUTE, "good", 99 * MICRO, JOB))
    found = reckon(
        facts(60, [spell(0, 60)], readings=(made(20, 10),), reports=reports, terms=Terms("counters_less_scrap"))
    ).total
    assert (found.good, found.scrap) == (7, 3)


def test_energy_belongs_to_what_the_machine_did_just_before() -> None:
    found = reckon(
        facts(60, [spell(0, 30), spell(30, 60, "down", DOWN)], energies=(
            Energy(30 * MINUTE, 4 * MICRO), Energy(31 * MINUTE, MICRO), Energy(40 * MINUTE, 0, is_meter=True)))
    ).total  # fmt: skip
    assert (found.energy_production, found.energy_stopped) == (4, 1)


ZONE = ZoneInfo("Europe/Stockholm")


def night(day: date) -> tuple[Stretch, list[Stretch]]:
    """The night shift of a day, 22:00 to 06:00, among its neighbours."""
    pattern = ShiftPattern("N", "Night", time(22), time(6), frozenset(range(1, 8)), ((time(2), time(2, 30)),))
    first = datetime.combine(day - timedelta(days=1), time(0), ZONE).astimezone(UTC)
    last = datetime.combine(day + timedelta(days=3), time(0), ZONE).astimezone(UTC)
    window = Interval(first, last)
    found = stretches(shifts_in([pattern], window, ZONE), working_intervals([pattern], [], window, ZONE), window, ZONE)
    return next(each for each in found if each.day == day and each.shift == "N"), found


@pytest.mark.parametrize(
    ("day", "hours", "clock"), [(date(2026, 3, 28), 7, 7), (date(2026, 10, 24), 9, 9), (date(2026, 3, 2), 8, 8)]
)
def test_P19_night_shift_has_its_true_length(day: date, hours: int, clock: int) -> None:
    """Over the clock change a night has 7 or 9 hours; a break that the clock skips is none."""
    shift, found = night(day)
    assert (shift.end - shift.start) / (60 * MINUTE) == hours
    assert len(shift.hours) == clock
    for before, after in pairwise(found):
        assert before.end == after.start
    running = Spell(shift.start - MINUTE, None, "run", RUNNING)
    of_shift = ShiftFacts(
        1, shift.day, shift.shift, shift.start, shift.end, shift.end, shift.plan, shift.hours, (running,)
    )
    totals = reckon(of_shift).total
    assert totals.production == hours * 60 * MINUTE
    assert totals.calendar == shift.end - shift.start
    assert {cut.hour for cut in reckon(of_shift).slices} == set(shift.hours)


STATES = st.sampled_from([("run", RUNNING), ("down", DOWN), ("idle", IDLE), ("setup", SETUP), ("off", None)])


@settings(max_examples=60, deadline=None)
@given(
    edges=st.lists(st.integers(-60, 540), min_size=1, max_size=12, unique=True).map(sorted),
    states=st.lists(STATES, min_size=12, max_size=12),
    plan=st.lists(st.tuples(st.integers(1, 479), st.sampled_from("wbon")), max_size=6),
    orders=st.lists(st.tuples(st.integers(0, 480), st.integers(1, 200)), max_size=3),
    work=st.lists(st.tuples(st.integers(0, 400), st.integers(1, 300)), max_size=3),
)
def test_every_instant_stands_once(edges: list[int], states: list, plan: list, orders: list, work: list) -> None:
    """The classes of a shift add up to its length, by hour and by job, whatever happened."""
    spells = [
        spell(start, end, state, meaning or RUNNING)
        for start, end, (state, meaning) in zip(edges, [*edges[1:], None], states, strict=False)
        if state != "off"
    ]
    letters = [(0, "w"), *sorted(dict(plan).items())]
    pieces = tuple((at * MINUTE, letter) for at, letter in letters)
    spans = sorted((start * MINUTE, (start + length) * MINUTE) for start, length in orders)
    del spans[1:]
    jobs = tuple(
        Work(start * MINUTE, (start + length) * MINUTE, Made(number, number, "C62"))
        for number, (start, length) in enumerate(work)
    )
    found = reckon(ShiftFacts(
        1, date(2026, 3, 2), "E", 0, 480 * MINUTE, 480 * MINUTE, with_orders(pieces, 480 * MINUTE, spans),
        tuple(range(0, 480 * MINUTE, 60 * MINUTE)), tuple(spells), jobs,
    ))  # fmt: skip
    assert found.total.calendar == 480 * MINUTE
    by_hour: dict[int, int] = {}
    for cut, vector in found.slices.items():
        by_hour[cut.hour] = by_hour.get(cut.hour, 0) + totals_of(vector).calendar
    assert set(by_hour.values()) == {60 * MINUTE}
    lost = sum(duration for duration, _ in found.losses.values())
    stopped = found.total
    inside = stopped.setup + stopped.delay + stopped.down + stopped.planned_maintenance + stopped.planned_stop
    assert lost <= inside
