"""What a figure opens to adds up to it exactly: any timeline, plan, jobs, counters and reports."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.engine.kpi_why import explain
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
from analytics.engine.machine_parts import MachineTotals, total
from analytics.engine.machine_shift import reckon
from analytics.engine.machine_time import MINOR, RUNNING, SILENT, Meaning, Plan
from mom.floor.engine.terms import PieceSource
from mom.plant.engine.terms import LossClass, TimeClass
from mom.work.engine.terms import QuantityKind

MINUTE = 60 * MICRO
SHIFT = 480 * MINUTE
START = 1_000 * MINUTE
BROKEN = Meaning(TimeClass.DELAY.value, TimeClass.DOWN.value, LossClass.BREAKDOWN.value)
WAITING = Meaning(TimeClass.DELAY.value, TimeClass.PLANNED_STOP.value)
SETUP = Meaning(TimeClass.SETUP.value, TimeClass.SETUP.value, LossClass.SETUP_ADJUSTMENT.value)
SERVICE = Meaning(TimeClass.PLANNED_MAINTENANCE.value, TimeClass.PLANNED_MAINTENANCE.value)
STATES: list[tuple[str, Meaning]] = [
    ("run", RUNNING), ("off", SILENT), ("down", BROKEN), ("idle", WAITING), ("idle", MINOR), ("setup", SETUP),
    ("plan", SERVICE),
]  # fmt: skip
JOBS = [Made(1, 10, "C62"), Made(2, 20, "C62"), Made(3, None, "")]
instants = st.integers(min_value=START, max_value=START + SHIFT)


@st.composite
def spells(draw: st.DrawFn) -> tuple[Spell, ...]:
    """A timeline that begins before the stretch; stops may go over into the next spell."""
    edges = sorted(draw(st.sets(instants, max_size=8)))
    edges = [START - 10 * MINUTE, *edges]
    found = []
    for number, start in enumerate(edges):
        end = edges[number + 1] if number + 1 < len(edges) else draw(st.sampled_from([None, START + SHIFT]))
        if end is not None and end <= start:
            continue
        state, meaning = draw(st.sampled_from(STATES))
        is_stop = state not in {"run", "off"}
        found.append(
            Spell(
                start,
                end,
                state,
                meaning,
                draw(st.sampled_from([None, 7])) if is_stop else None,
                start if is_stop else None,
                was_counted=is_stop and start < START and draw(st.booleans()),
            )
        )
    return tuple(found)


@st.composite
def facts(draw: st.DrawFn) -> ShiftFacts:
    """Any stretch of a machine."""
    letters = draw(st.lists(st.sampled_from([each.value for each in Plan]), min_size=1, max_size=4))
    cuts = sorted(draw(st.sets(instants, min_size=len(letters) - 1, max_size=len(letters) - 1)) | {START})
    work = draw(st.lists(st.tuples(instants, instants, st.sampled_from(JOBS)), max_size=3))
    pieces = st.integers(min_value=-3, max_value=20).filter(bool)
    kinds = st.sampled_from([each.value for each in QuantityKind])
    until = draw(st.sampled_from([START + SHIFT, START + SHIFT // 2]))
    return ShiftFacts(
        equipment_id=1,
        day=date(2026, 4, 16),
        shift="early",
        start=START,
        end=START + SHIFT,
        until=until,
        plan=tuple(zip(cuts, letters, strict=False)),
        hours=tuple(START - START % (60 * MINUTE) + n * 60 * MINUTE for n in range(10)),
        spells=draw(spells()),
        work=tuple(Work(min(a, b), max(a, b), made) for a, b, made in work if a != b),
        readings=tuple(
            Reading(at, is_reject=bad, value=value * MICRO, is_added=added)
            for at, bad, value, added in draw(
                st.lists(st.tuples(instants, st.booleans(), st.integers(0, 50), st.booleans()), max_size=6)
            )
        ),
        reports=tuple(
            Report(at, kind, quantity * MICRO, draw(st.sampled_from(JOBS)))
            for at, kind, quantity in draw(st.lists(st.tuples(instants, kinds, pieces), max_size=6))
        ),
        energies=tuple(
            Energy(at, value, is_meter=meter)
            for at, value, meter in draw(
                st.lists(st.tuples(instants, st.integers(0, 10**7), st.booleans()), max_size=4)
            )
        ),
        before=draw(st.sampled_from([Before(), Before(5 * MICRO, 1 * MICRO, 10**6)])),
        rates={10: Rates((Rate(0, 1_200_000, 1),))},
        terms=Terms(piece_source=draw(st.sampled_from([each.value for each in PieceSource]))),
    )


@settings(max_examples=300)
@given(facts())
def test_rows_of_a_figure_add_up_to_its_parts(one: ShiftFacts) -> None:
    assert explain([one]).totals == reckon(one).total


@given(st.lists(facts(), max_size=3))
def test_rows_of_several_stretches_add_up_to_their_sum(several: list[ShiftFacts]) -> None:
    assert explain(several).totals == total(reckon(one).total for one in several)


@given(facts())
def test_every_instant_stands_in_one_row(one: ShiftFacts) -> None:
    rows = explain([one]).times
    assert [row.start for row in rows] == [one.start, *(row.end for row in rows[:-1])]
    assert rows[-1].end == one.until
    assert sum(row.length for row in rows) == explain([one]).totals.calendar


def test_nothing_is_nothing() -> None:
    assert explain([]).totals == MachineTotals()
