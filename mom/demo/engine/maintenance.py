"""What the demo maintains: spare parts, plans, repairs of the last days and what is open. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

TECHNICIAN = "1005"

PARTS: tuple[tuple[str, str, str, str, int], ...] = (
    ("S-VALVE", "Hydraulic valve NG10", "VL-2603-04", "VLV-77120", 4),
    ("S-FILTER", "Coolant filter 10 µm", "FL-2602-11", "FL-0932", 12),
)
"""Spare part, name, its lot, the supplier's number of it, how many lie in the store."""
SHELF = ("RACK-S1", "Rack S1, spare parts")
PART_CLASS = ("SPARES", "Spare parts")

JOB_PLAN = ("JP-COOLANT", "Coolant service", timedelta(minutes=40))
STEPS: tuple[tuple[str, str, str, str, str], ...] = (
    ("Lock out and tag", "check", "", "", ""),
    ("Change the coolant filter", "check", "", "", ""),
    ("Coolant pressure at the pump", "number", "BAR", "3.2", "6"),
    ("No leak at hose and fitting", "check", "", "", ""),
)
"""Words, kind, unit, lower and upper limit."""
MOULD_PLAN = ("JP-MOULD", "Mould service", timedelta(minutes=60))
MOULD_STEPS = (("Clean vents and parting line", "check", "", "", ""), ("Grease ejector pins", "check", "", "", ""))

WEEKLY = ("PM-CNC-05", "CNC-05", "Coolant service", "FREQ=WEEKLY")
"""By calendar: plan, machine, name, rule. It came due this morning."""
BY_PIECES = ("PM-IM-01", "IM-01", "Impeller mould, every 20 000 shots", Decimal(20_000))
"""By what the machine counts: plan, machine, name, pieces."""


@dataclass(frozen=True)
class Repair:
    """A repair that is over: the machine, hours ago, what was seen and found, minutes to each step, the part."""

    machine: str
    hours_ago: int
    symptom: str
    said: str
    finding: str
    mechanism: str
    cause: str
    accepted: int
    arrived: int
    repaired: int
    part: str = ""


REPAIRS = (
    Repair("CNC-02", 190, "LBP", "Coolant pressure drops", "Filter clogged, changed", "2.4", "3.2", 4, 9, 38,
           "S-FILTER"),
    Repair("DC-02", 132, "ELU", "Oil under the die lock", "Valve leaked, changed", "1.1", "3.4", 6, 14, 66,
           "S-VALVE"),
    Repair("CNC-02", 71, "VIB", "Spindle hums", "Bearing cap was loose, tightened", "1.5", "3.4", 5, 12, 50),
    Repair("WD-02", 28, "PLU", "Wire breaks at the guide", "Guide roller stuck, cleaned", "1.6", "3.2", 3, 8, 22),
)  # fmt: skip
"""Of the last days, the oldest first."""

OPEN_CALL = ("DC-01", "ELU", "shift", "Oil mist at the lock cylinder, machine still runs")
"""Machine, symptom, urgency, words: nobody took it yet."""

IN_HAND = ("IM-03", "Mould service", 27)
"""A machine that its technician has now: machine, what is done, since so many minutes."""
