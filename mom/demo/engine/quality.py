"""What the demo measures: the bore of the pump housing, steady for three days, then drifting. Pure."""

from decimal import Decimal

PLAN = ("CP-4410", "Pump housing", "P-4410")
"""Control plan, its name, the product."""
MACHINE, ORDER = "CNC-03", "WO-24117"
"""Where the bore is measured, and the order in work there."""
BORE, LEAK = "10", "20"
"""The plan's characteristics: the bore on a chart, and the look at the seal face."""
NOMINAL, LOWER, UPPER = Decimal("38.0125"), Decimal("38.000"), Decimal("38.025")
"""38 H7, in millimetres."""
REACTION = "Stop the machine. Measure five parts. Change the boring bar, then tell quality."
EVERY_MINUTES = 90
"""Between two samples of the past."""
LAST_BEFORE = 20
"""So many minutes ago the last one was taken."""
FIRST_RUN = 25
"""So many samples the limits rest on."""

_STEADY = (
    (1, -2, 2), (-1, 3, 0), (2, -1, -2), (0, 1, -3), (3, 0, 1), (-2, 1, -1), (1, 2, -3), (0, -1, 2), (-3, 1, 0),
    (2, 3, -2), (-1, 0, 1), (1, -3, 2), (-2, 2, 1), (0, 1, -2), (3, -1, 0), (-1, -2, 3), (2, 0, -1), (1, -2, 0),
    (-3, 2, 2), (0, 3, -1), (-2, 0, 1), (2, 1, -3), (-1, 1, 2), (1, -1, -2), (0, 2, -1),
    (1, 0, -2), (-1, 2, 1), (0, -2, 1), (2, -1, 1), (-2, 1, -1),
)  # fmt: skip
_DRIFT = ((1, 2, 0), (3, 1, 2), (4, 2, 3), (3, 5, 4), (6, 4, 5))
"""Distances from the nominal in micrometres; each part is inside its tolerance, the chart sees the drift."""


def samples() -> list[tuple[Decimal, ...]]:
    """All samples in millimetres, the oldest first."""
    return [tuple(NOMINAL + Decimal(each) / 1000 for each in sample) for sample in (*_STEADY, *_DRIFT)]


LOTS: tuple[tuple[str, int, int], ...] = (("H-2604-240", 48, 400), ("H-2604-241", 36, 130), ("H-2604-242", 24, 40))
"""Lots of housings bored on the order: code, pieces, minutes ago. Each takes as many castings."""
CASTINGS, CASTINGS_LIE, RACK = "C-2604-124", "RACK-R3", "RACK-M2"
"""The lot of castings that they are made of, where that lies, and where the housings go."""
SCRATCHED = ("V-2604-057", "Scratches on the sealing face of covers")
"""A lot that somebody reported, and in which words."""
