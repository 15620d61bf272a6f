"""Where the minutes went: six big losses and the waterfall. Whole microseconds that add up exactly. Pure.

Each row names what it is; a loss below zero is a gain (faster than the standard) and is shown as it is.
"""

from dataclasses import dataclass
from enum import StrEnum

from analytics.engine.machine_parts import MachineTotals
from analytics.engine.oee import School, planned_time, run_time


class BigLoss(StrEnum):
    """The six big losses. Source: TPM; iso22400.md section 4."""

    EQUIPMENT_FAILURE = "equipment_failure"  # every unplanned stop that is not a minor one
    SETUP_ADJUSTMENT = "setup_adjustment"
    MINOR_STOP = "minor_stop"
    REDUCED_SPEED = "reduced_speed"
    PROCESS_DEFECT = "process_defect"
    REDUCED_YIELD = "reduced_yield"  # rejects from start or changeover until stable


AVAILABILITY_LOSSES = (BigLoss.EQUIPMENT_FAILURE, BigLoss.SETUP_ADJUSTMENT)
PERFORMANCE_LOSSES = (BigLoss.MINOR_STOP, BigLoss.REDUCED_SPEED)
QUALITY_LOSSES = (BigLoss.PROCESS_DEFECT, BigLoss.REDUCED_YIELD)


def six_big_losses(totals: MachineTotals, school: School = School.TPM) -> dict[BigLoss, int]:
    """Lost microseconds by kind; together they are planned time less ideal time of good pieces, exactly.

    Ideal time of bad pieces is told apart by the share of pieces made before the first good one after a set-up.
    """
    planned_service = 0 if school == School.ISO else totals.planned_maintenance
    defects = totals.ideal - totals.ideal_good
    bad = totals.scrap + totals.rework + totals.review
    at_start = int(defects * totals.startup_scrap / bad) if bad else 0
    return {
        BigLoss.EQUIPMENT_FAILURE: totals.delay + totals.down - totals.minor_stop,
        BigLoss.SETUP_ADJUSTMENT: totals.setup + planned_service,
        BigLoss.MINOR_STOP: totals.minor_stop,
        BigLoss.REDUCED_SPEED: totals.production - totals.ideal,
        BigLoss.PROCESS_DEFECT: defects - at_start,
        BigLoss.REDUCED_YIELD: at_start,
    }


class Step(StrEnum):
    """A row of the waterfall, from elapsed time to effective time."""

    ELAPSED = "elapsed"
    OFF_SHIFT = "off_shift"
    PLANNED_STOP = "planned_stop"
    UNKNOWN = "unknown"
    PLANNED_TIME = "planned_time"
    DOWN = "down"
    PLANNED_MAINTENANCE = "planned_maintenance"
    SETUP = "setup"
    WAITING = "waiting"
    RUN_TIME = "run_time"
    MINOR_STOPS = "minor_stops"
    SLOW_CYCLES = "slow_cycles"
    SCRAP = "scrap"
    EFFECTIVE = "effective"


TOTAL_STEPS = frozenset({Step.ELAPSED, Step.PLANNED_TIME, Step.RUN_TIME, Step.EFFECTIVE})


@dataclass(frozen=True, slots=True)
class WaterfallRow:
    """One bar: `length` microseconds down from `level_before` to `level_after`; a total stands on the ground."""

    step: Step
    length: int
    level_before: int
    level_after: int

    @property
    def is_total(self) -> bool:
        """Whether it is a level, not a loss."""
        return self.step in TOTAL_STEPS


def waterfall(totals: MachineTotals, school: School = School.ISO) -> list[WaterfallRow]:
    """From elapsed to effective. Losses that are nothing here are left out, except those everybody looks for.

    Down is the time in breakdowns; waiting is every other unplanned stop.
    """
    is_tpm = school == School.TPM
    planned_outside = totals.planned_stop + (0 if is_tpm else totals.planned_maintenance)
    minor = totals.minor_stop if is_tpm else 0
    rows: list[WaterfallRow] = []
    level = totals.calendar

    def put(step: Step, length: int, *, always: bool = False) -> None:
        nonlocal level
        if step in TOTAL_STEPS:
            rows.append(WaterfallRow(step, level, level, level))
        elif length or always:
            rows.append(WaterfallRow(step, length, level, level - length))
            level -= length

    put(Step.ELAPSED, 0)
    put(Step.OFF_SHIFT, totals.off_shift)
    put(Step.PLANNED_STOP, planned_outside, always=True)
    put(Step.UNKNOWN, totals.unknown)
    put(Step.PLANNED_TIME, 0)
    put(Step.DOWN, totals.breakdown, always=True)
    put(Step.PLANNED_MAINTENANCE, totals.planned_maintenance if is_tpm else 0)
    put(Step.SETUP, totals.setup, always=True)
    put(Step.WAITING, totals.delay + totals.down - totals.breakdown - minor, always=True)
    put(Step.RUN_TIME, 0)
    put(Step.MINOR_STOPS, minor)
    put(Step.SLOW_CYCLES, totals.production - totals.ideal, always=True)
    put(Step.SCRAP, totals.ideal - totals.ideal_good, always=True)
    put(Step.EFFECTIVE, 0)
    return rows


def adds_up(totals: MachineTotals, school: School) -> bool:
    """Whether the losses are exactly what lies between planned and effective time, and the run time its level."""
    lost = sum(six_big_losses(totals, school).values())
    levels = {row.step: row.length for row in waterfall(totals, school)}
    return (
        lost == planned_time(totals, school) - totals.ideal_good
        and levels[Step.PLANNED_TIME] == planned_time(totals, school)
        and levels[Step.RUN_TIME] == run_time(totals, school)
        and levels[Step.EFFECTIVE] == totals.ideal_good
    )
