"""The demo's store: places, what lies in them, and how a pump is made of it. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

PLACES = (
    ("YARD-B2", "Yard B2"),
    ("YARD-B3", "Yard B3"),
    ("RACK-R3", "Rack R3"),
    ("RACK-M2", "Rack M2"),
    ("RACK-W1", "Rack W1"),
    ("FG-A3", "Finished goods A3"),
)
"""Code, name."""

STOCK = (
    ("A-2604-031", "R-ALSI9", "YARD-B2", "640"),
    ("A-2604-032", "R-ALSI9", "YARD-B3", "1460"),
    ("G-2604-007", "R-PPS40", "YARD-B3", "385.5"),
    ("W-2604-012", "R-CU035", "RACK-W1", "212"),
    ("C-2604-116", "P-4410-C", "RACK-R3", "118"),
    ("C-2604-117", "P-4410-C", "RACK-R3", "260"),
    ("C-2604-118", "P-4410-C", "RACK-R3", "34"),
    ("C-2604-121", "P-4410-C", "RACK-R3", "60"),
    ("C-2604-122", "P-4425-C", "RACK-R3", "74"),
    ("C-2604-131", "P-4411-C", "RACK-R3", "12"),
    ("C-2604-132", "P-4411-C", "RACK-R3", "90"),
    ("H-2604-235", "P-4410", "RACK-M2", "291"),
    ("V-2604-061", "P-4425", "RACK-M2", "340"),
    ("I-2604-088", "P-4502", "RACK-M2", "520"),
    ("V-2604-058", "P-4425", "RACK-M2", "60"),
    ("V-2604-057", "P-4425", "RACK-M2", "40"),
    ("ST-2604-018", "P-4610", "RACK-W1", "20"),
    ("ST-2604-019", "P-4610", "RACK-W1", "212"),
)
"""Lot (added where the plant has none of that number), material, place, quantity."""


@dataclass(frozen=True)
class Made:
    """How a product is made on one machine, and an order of it. Times are for the set-up and for one piece."""

    item: str
    machine: str
    operation: str
    parts: tuple[tuple[str, str], ...]
    setup: timedelta
    run: timedelta
    order: str
    quantity: str
    due_hours: int
    is_backflushed: bool = False
    steps: tuple[dict[str, Any], ...] = ()


_PUMP_STEPS: tuple[dict[str, Any], ...] = (
    {"kind": "text", "title": "Read the sheet of the seal", "text": "The seal ring goes in dry, with the lip up."},
    {"kind": "check", "title": "Torque wrench set to 12 Nm"},
    {"kind": "number", "title": "Test pressure of the first pump", "unit": "BAR", "lower_limit": Decimal("5.8"),
     "upper_limit": Decimal("6.2")},
    {"kind": "choice", "title": "Cable", "choices": ("1 m", "3 m"), "is_mandatory": False},
)  # fmt: skip
PUMP = Made(
    "Q-25-60", "AS-10", "Assemble pump", (("P-4410", "1"), ("P-4425", "1"), ("P-4502", "1"), ("P-4610", "1")),
    timedelta(minutes=20), timedelta(minutes=3, seconds=30), "WO-24150", "240", 48, steps=_PUMP_STEPS,
)  # fmt: skip
"""There are stators for 212."""
HOUSING = Made(
    "P-4411", "CNC-04", "Mill and bore", (("P-4411-C", "1"),), timedelta(minutes=15), timedelta(seconds=52),
    "WO-24151", "40", 30, is_backflushed=True,
)  # fmt: skip
"""Its reports take the castings, of the lot in place at the machine or else of what expires first, and make its lot."""
YOURS = frozenset({HOUSING.order})
"""Orders that the demo's own people leave to whoever plays the day."""
