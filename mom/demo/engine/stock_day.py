"""What moved in the demo's store: melt to casting to housing to pump to customer, what is held and counted. Pure."""

CAST = ("WO-24109", "DC-01", "A-2604-033", "145", "C-2604-124", 220, 560)
"""Order and machine, the lot of aluminium and kilograms of it, the lot of castings and how many, minutes ago."""

RECEIVED: tuple[tuple[str, str, str, str, str, str, int | None], ...] = (
    ("A-2604-033", "R-ALSI9", "YARD-B2", "900", "FJORDAL", "FM-88129", None),
    ("G-2604-008", "R-PPS40", "YARD-B3", "250", "KEMLINE", "KP-55190", 120),
    ("G-2603-002", "R-PPS40", "YARD-B3", "75", "KEMLINE", "KP-54811", 9),
    ("W-2604-013", "R-CU035", "RACK-W1", "40", "TRADVERK", "TV-3307", 300),
)
"""Lot, material, place, quantity, supplier, the supplier's number, days until it expires."""
RECEIVED_HOURS_AGO = 100

ASSEMBLED = ("WO-24112", "AS-20", "PU-2604-031", 20, 240)
"""Order and station, the lot of pumps, how many, minutes ago."""
TAKEN = (("H-2604-240", "RACK-M2"), ("V-2604-058", "RACK-M2"), ("I-2604-088", "RACK-M2"), ("ST-2604-018", "RACK-W1"))
"""What went into each of them, one of each: lot and place."""
FINISHED = "FG-A3"
SHIPPED = ("BALTIC", 12, 60)
"""Customer, pumps of that lot, minutes ago."""

HOME = ("P-4411", "RACK-M2")
"""Where the housings lie that the reports of `store.HOUSING` make."""

HELD = ("G-2603-002", "Bag torn, granulate is damp")
RESERVED_FOR = "WO-24150"
"""There are stators for 212 of its 240 pumps: nobody starts it before somebody signs for that."""

COUNTED = ("RACK-W1", "W-2604-012", "-1.5", "Offcuts of the setter, not booked", 26)
"""A count that is over: place, the lot that differed, by how much, why, hours ago."""
BEING_COUNTED = ("RACK-R3", "C-2604-118", 34)
"""A count that goes on: place, the one lot that was counted, how many."""
