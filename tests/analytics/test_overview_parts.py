"""The parts of the overview without a database: tiles with their yardstick, rows, breaks, ranks, timelines."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from analytics.engine.machine_parts import MachineTotals
from analytics.selectors.live import LiveMachine
from analytics.selectors.shift_now import ShiftWindow, StopCount, Stretch, with_breaks
from analytics.views import attention, machine_time, shift_rows, shift_tiles

NOW = datetime(2026, 4, 16, 8, 42, tzinfo=UTC)
START = NOW - timedelta(hours=4, minutes=42)
MINUTE = timedelta(minutes=1)
HOUR_US = 3_600_000_000


def machine(code: str = "CNC-04", **fields: Any) -> LiveMachine:
    """A machine of the running shift that makes a piece a minute."""
    totals = MachineTotals(
        production=HOUR_US, ideal=int(HOUR_US * 0.9), ideal_good=int(HOUR_US * 0.88), good=Decimal(53), scrap=Decimal(1)
    )
    usual: dict[str, Any] = {
        "equipment_id": sum(map(ord, code)),
        "code": code,
        "name": "Machining centre",
        "parent_id": None,
        "state": "run",
        "state_since": NOW - 18 * MINUTE,
        "time_class": "production",
        "state_code": "",
        "mode": "",
        "reason_id": None,
        "reason": "",
        "stop_id": None,
        "job_order_id": 1,
        "job": "WO-24118-20",
        "order": "WO-24118",
        "definition_id": 1,
        "product": "Pump housing",
        "unit": "C62",
        "good": Decimal(243),
        "planned": Decimal(480),
        "expected": Decimal(240),
        "day": NOW.date(),
        "shift": "E",
        "shift_started_at": START,
        "shift_ended_at": START + timedelta(hours=8),
        "as_of": NOW,
        "last_sign_at": NOW,
        "totals": totals,
    }
    return LiveMachine(**{**usual, **fields})


def figures(**fields: Any) -> shift_tiles.ShiftFigures:
    now = MachineTotals(production=HOUR_US, down=HOUR_US // 4, ideal=HOUR_US, ideal_good=HOUR_US, good=Decimal(60))
    usual: dict[str, Any] = {
        "now": now,
        "earlier": [now],
        "units": frozenset({"C62"}),
        "ahead": Decimal(-25),
        "jobs": 17,
        "jobs_on_plan": 16,
        "is_running": True,
        "targets": {},
        "urls": {},
    }
    return shift_tiles.ShiftFigures(**{**usual, **fields})


def tile(name: str, **fields: Any) -> shift_tiles.ShiftTile:
    found = next(each for each in shift_tiles.tiles(figures(**fields)) if each.label == name)
    return replace(found, foot=found.foot.replace("\N{NO-BREAK SPACE}", " "))


def test_tile_is_marked_only_off_its_target_and_says_how_far() -> None:
    below = tile("OEE", targets={"oee_index": Decimal("0.83")})
    assert (below.value, below.status, below.flag, below.foot) == ("80.0", "warn", "−3.0 pts", "target 83 %")
    far = tile("OEE", targets={"oee_index": Decimal("0.95")})
    assert far.status == "bad"
    assert tile("OEE", targets={"oee_index": Decimal("0.80")}).status == ""
    assert tile("OEE").foot == "last shift 80.0 %"


def test_tile_of_oee_prints_its_interval_where_unknown_time_matters() -> None:
    unsure = MachineTotals(production=HOUR_US, ideal=HOUR_US, ideal_good=HOUR_US, unknown=HOUR_US // 4)
    assert tile("OEE", now=unsure).foot == "80–100 %, 15 min unknown"


def test_tile_without_data_says_so_and_is_never_zero() -> None:
    nothing = {"now": MachineTotals(), "earlier": [], "jobs": 0, "jobs_on_plan": 0, "ahead": None}
    shown = {each.label: each for each in shift_tiles.tiles(figures(**nothing))}
    assert shown["OEE"].value is None
    assert shown["Energy per good piece"].value is None
    assert shown["Energy per good piece"].foot == "no machine sends energy"
    assert shown["Jobs on plan"].value is None


def test_pieces_have_what_is_expected_by_now_as_yardstick() -> None:
    made = tile("Good, machines summed")
    assert (made.value, made.flag, made.status, made.foot) == ("60", "−25", "bad", "85 expected")


def test_waiting_in_a_break_is_shown_as_the_planned_stop_it_is() -> None:
    idle = Stretch("idle", START, START + 40 * MINUTE, "", "", 7, is_open=True)
    run = Stretch("run", START + 40 * MINUTE, START + 60 * MINUTE, "", "", None, is_open=False)
    pause = (START + 10 * MINUTE, START + 25 * MINUTE)
    shown = with_breaks([idle, run], [pause], "Break")
    assert [(each.state, (each.end - each.start) // MINUTE) for each in shown] == [
        ("idle", 10),
        ("plan", 15),
        ("idle", 15),
        ("run", 20),
    ]
    assert with_breaks([run], [(run.start, run.end)], "Break") == [run]  # work in a break is work


STRETCHES = st.lists(st.tuples(st.sampled_from(["run", "idle", "down"]), st.integers(1, 90)), min_size=1, max_size=40)


@given(STRETCHES, st.lists(st.tuples(st.integers(0, 900), st.integers(1, 60)), max_size=4))
def test_breaks_move_no_minute(spans: list[tuple[str, int]], pauses: list[tuple[int, int]]) -> None:
    at, laid = START, []
    for state, length in spans:
        laid.append(Stretch(state, at, at + length * MINUTE, "", "", None, is_open=False))
        at += length * MINUTE
    breaks = sorted((START + first * MINUTE, START + (first + length) * MINUTE) for first, length in pauses)
    breaks = [each for place, each in enumerate(breaks) if not place or breaks[place - 1][1] <= each[0]]
    shown = with_breaks(laid, breaks, "Break")
    assert sum((each.end - each.start for each in shown), timedelta(0)) == at - START
    assert all(first.end == second.start for first, second in pairwise(shown))


def test_attention_is_ranked_by_lost_output_and_names_the_step() -> None:
    down = machine("CNC-04", state="down", time_class="down", reason="Coolant pressure low", reason_id=3)
    waits = machine("CNC-06", state="idle", time_class="delay", state_since=NOW - 9 * MINUTE)
    silent = machine("AS-40", state="off", time_class="unknown")
    fresh = machine("IM-01", state="idle", time_class="delay", state_since=NOW - MINUTE)
    stops = [StopCount(down.equipment_id, 3, 3, 900)]
    found = attention.ranked(
        attention.of_machines([waits, silent, fresh, down], stops, NOW, frozenset(), may_give_reason=True)
    )
    assert [item.title for item in found] == ["CNC-04 is down", "CNC-06 waits", "AS-40 sends no signal"]
    assert (
        found[0]
        .text.replace("\N{NO-BREAK SPACE}", " ")
        .startswith("Coolant pressure low, 3 times this shift. About 18 pcs not made.")
    )
    assert [action.label for action in found[1].actions] == ["Set stop reason", "Open"]
    assert found[0].since == down.state_since


def test_attention_leaves_to_an_alert_what_it_speaks_of_and_breaks_to_themselves() -> None:
    down = machine(state="down", time_class="down")
    pause = machine("IM-03", state="idle", time_class="planned_stop")
    known = frozenset({down.equipment_id})
    assert attention.of_machines([down, pause], [], NOW, known, may_give_reason=True) == []


def test_row_says_that_a_stop_has_no_reason_and_marks_a_job_behind() -> None:
    assert shift_rows.word_of("down", "") == "Down, no reason"
    assert shift_rows.word_of("down", "Coolant pressure low") == "Coolant pressure low"
    assert shift_rows.word_of("run", "left over") == "Running"
    assert shift_rows.pace_of(machine(expected=Decimal(285))) == "bad"
    assert shift_rows.pace_of(machine()) == ""


def test_timeline_of_very_many_stretches_keeps_the_length_of_its_states() -> None:
    frame = machine_time.Frame(NOW - timedelta(days=7), NOW, NOW)
    edges = [frame.start + timedelta(days=7) / 5_000 * number for number in range(5_001)]
    spans = [
        Stretch("run" if number % 4 else "down", first, last, "", "", None, is_open=False)
        for number, (first, last) in enumerate(pairwise(edges))
    ]
    drawn = machine_time.coarse(spans, frame)
    assert len(drawn) <= machine_time.SLOTS
    assert drawn[0].start == frame.start
    assert all(first.end <= second.start for first, second in pairwise(drawn))


def test_window_knows_how_much_of_it_is_done() -> None:
    window = ShiftWindow("E", "Early shift", NOW.date(), START, START + timedelta(hours=8), NOW)
    assert window.is_running
    assert round(window.done * 100) == 59
    assert window.share(START - MINUTE) == 0
