"""Norrtal Pump Works, the fictional plant of the demo: what stands there, who works there, what is made.

Pure data. The same plant as in the design's mock-ups.
"""

from dataclasses import dataclass
from datetime import time
from typing import Any

SITE = "NORRTAL"
NAME = "Norrtal Pump Works"
ZONE = "Europe/Stockholm"
CURRENCY = "SEK"


@dataclass(frozen=True)
class Material:
    """Something that is bought or made. `seconds` is the ideal time for one piece, 0 for what is bought."""

    code: str
    name: str
    material_class: str
    unit: str = "C62"
    tracking: str = "none"
    seconds: int = 0


@dataclass(frozen=True)
class Machine:
    """A machine with its asset, what it makes, the order it works on, and how it stands at the moment of the demo.

    `state` is run, wait, setup, plan or down; `since` how many minutes ago it began, `why` in words. `trouble` are the
    hours between two breakdowns on average, `scrap` the share of pieces that are lost.
    """

    code: str
    name: str
    area: str
    serial: str
    maker: str
    operation: str
    items: tuple[str, ...]
    order: str
    quantity: int
    state: str = "run"
    since: int = 0
    why: str = ""
    trouble: float = 7.0
    scrap: float = 0.012


@dataclass(frozen=True)
class Area:
    """A part of the plant. In relieved areas somebody takes over in the breaks, so that machines run through."""

    code: str
    name: str
    is_relieved: bool = False


@dataclass(frozen=True)
class Worker:
    """Somebody of a crew; `area` empty for who serves the whole plant."""

    code: str
    name: str
    area: str
    shift: str
    skills: tuple[str, ...] = ()


SHIFTS: tuple[tuple[str, str, time, time, tuple[tuple[time, time], ...]], ...] = (
    ("E", "Early shift", time(6), time(14), ((time(9), time(9, 15)), (time(12), time(12, 15)))),
    ("L", "Late shift", time(14), time(22), ((time(17), time(17, 15)), (time(20), time(20, 15)))),
    ("N", "Night shift", time(22), time(6), ((time(1), time(1, 15)), (time(4), time(4, 15)))),
)
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)

AREAS = (
    Area("DIECAST", "Die casting", is_relieved=True),
    Area("MACHINING", "Machining"),
    Area("MOULDING", "Moulding", is_relieved=True),
    Area("WINDING", "Winding"),
    Area("ASSEMBLY", "Assembly"),
)
RELIEVED = frozenset(area.code for area in AREAS if area.is_relieved)

SKILLS = (
    ("CNC", "CNC operator"),
    ("DIECAST", "Die casting operator"),
    ("MOULD", "Injection moulding operator"),
    ("WIND", "Winding operator"),
    ("ASSY", "Pump assembly"),
    ("LEAK", "Leak test"),
    ("CRANE", "Crane licence"),
    ("MAINT", "Maintenance technician"),
    ("CMM", "Measuring technician"),
)

MATERIAL_CLASSES = (
    ("PUMPS", "Pumps"),
    ("PARTS", "Machined and moulded parts"),
    ("CASTINGS", "Castings"),
    ("RAW", "Raw material"),
)

MATERIALS = (
    Material("Q-25-60", "Circulator pump", "PUMPS", tracking="serial", seconds=37),
    Material("Q-32-80", "Circulator pump 32-80", "PUMPS", tracking="serial", seconds=41),
    Material("P-4410", "Pump housing", "PARTS", tracking="lot", seconds=45),
    Material("P-4411", "Pump housing 32", "PARTS", tracking="lot", seconds=52),
    Material("P-4425", "Pump cover", "PARTS", tracking="lot", seconds=39),
    Material("P-4450", "Flange", "PARTS", tracking="lot", seconds=55),
    Material("P-4502", "Impeller", "PARTS", tracking="lot", seconds=22),
    Material("P-4503", "Impeller 32", "PARTS", tracking="lot", seconds=25),
    Material("P-4510", "Volute insert", "PARTS", tracking="lot", seconds=27),
    Material("P-4520", "Terminal box", "PARTS", tracking="lot", seconds=26),
    Material("P-4610", "Stator 60 W", "PARTS", tracking="lot", seconds=70),
    Material("P-4620", "Stator 90 W", "PARTS", tracking="lot", seconds=84),
    Material("P-4410-C", "Housing casting", "CASTINGS", tracking="lot", seconds=33),
    Material("P-4411-C", "Housing casting 32", "CASTINGS", tracking="lot", seconds=36),
    Material("P-4425-C", "Cover casting", "CASTINGS", tracking="lot", seconds=33),
    Material("R-ALSI9", "Aluminium AlSi9Cu3", "RAW", "KGM", "lot"),
    Material("R-PPS40", "PPS GF40 granulate", "RAW", "KGM", "lot"),
    Material("R-CU035", "Enamelled copper wire 0.35 mm", "RAW", "KGM", "lot"),
)

LOTS: tuple[tuple[str, str, str, str], ...] = (
    ("C-2604-116", "P-4410-C", "unrestricted", ""),
    ("C-2604-117", "P-4410-C", "unrestricted", ""),
    ("C-2604-118", "P-4410-C", "restricted", ""),
    ("C-2604-121", "P-4410-C", "unrestricted", ""),
    ("C-2604-122", "P-4425-C", "unrestricted", ""),
    ("A-2604-031", "R-ALSI9", "unrestricted", "FJORDAL"),
    ("A-2604-032", "R-ALSI9", "unrestricted", "FJORDAL"),
    ("G-2604-007", "R-PPS40", "unrestricted", "KEMLINE"),
    ("W-2604-012", "R-CU035", "unrestricted", "TRADVERK"),
)
"""Lot, material, disposition, supplier."""

PARTNERS: tuple[tuple[str, str, bool, bool], ...] = (
    ("FJORDAL", "Fjordal Metals", False, True),
    ("KEMLINE", "Kemline Polymers", False, True),
    ("TRADVERK", "Trådverket", False, True),
    ("BALTIC", "Baltic Thermo", True, False),
    ("HALVORSEN", "Halvorsen Heating", True, False),
    ("HENRIK", "Henrik Trade", True, True),
)
"""Code, name, customer, supplier."""


def _machine(code: str, asset: tuple[str, str], items: tuple[str, ...], order: tuple[str, int], **more: Any) -> Machine:
    kind = code.partition("-")[0]
    names = {"DC": "Die-casting cell", "CNC": "Machining centre", "IM": "Injection press", "WD": "Stator winder"}
    work = {"DC": "Cast", "CNC": "Mill and bore", "IM": "Mould", "WD": "Wind"}
    areas = {"DC": "DIECAST", "CNC": "MACHINING", "IM": "MOULDING", "WD": "WINDING", "AS": "ASSEMBLY"}
    return Machine(
        code,
        more.pop("name", names.get(kind, "")),
        areas[kind],
        serial=asset[0],
        maker=asset[1],
        operation=more.pop("operation", work.get(kind, "")),
        items=items,
        order=order[0],
        quantity=order[1],
        **more,
    )


_PUMP = ("Q-25-60", "Q-32-80")
_LINE = ("WO-24112", 600)
MACHINES = (
    _machine("DC-01", ("FR-88121", "Frech"), ("P-4410-C", "P-4411-C"), ("WO-24109", 760), scrap=0.021),
    _machine("DC-02", ("FR-88140", "Frech"), ("P-4425-C", "P-4410-C"), ("WO-24111", 520), trouble=4.2, scrap=0.033,
             state="setup", since=12, why="Die change"),
    _machine("CNC-01", ("HE-20417", "Heller"), ("P-4425", "P-4450"), ("WO-24113", 560)),
    _machine("CNC-02", ("HE-20418", "Heller"), ("P-4425", "P-4411"), ("WO-24114", 560), trouble=10),
    _machine("CNC-03", ("HE-20533", "Heller"), ("P-4410", "P-4411"), ("WO-24117", 480)),
    _machine("CNC-04", ("HE-20534", "Heller"), ("P-4410", "P-4411"), ("WO-24118", 480), trouble=2.2, scrap=0.024,
             state="down", since=18, why="Coolant pressure low"),
    _machine("CNC-05", ("MZ-5591", "Mazak"), ("P-4450", "P-4425"), ("WO-24120", 380)),
    _machine("CNC-06", ("MZ-5602", "Mazak"), ("P-4410", "P-4450"), ("WO-24121", 480),
             state="wait", since=9, why="No material"),
    _machine("IM-01", ("EN-7741", "Engel"), ("P-4502", "P-4503"), ("WO-24101", 1150)),
    _machine("IM-02", ("EN-7742", "Engel"), ("P-4510", "P-4503"), ("WO-24102", 860)),
    _machine("IM-03", ("AB-3310", "Arburg"), ("P-4520", "P-4510"), ("WO-24103", 840), trouble=12,
             state="plan", since=27, why="Preventive maintenance"),
    _machine("WD-01", ("NI-1187", "Nittoku"), ("P-4610", "P-4620"), ("WO-24130", 330)),
    _machine("WD-02", ("NI-1188", "Nittoku"), ("P-4610", "P-4620"), ("WO-24131", 330), trouble=3.4, scrap=0.015),
    _machine("AS-10", ("NP-010", "Norrtal"), _PUMP, _LINE, name="Rotor cell", operation="Fit rotor"),
    _machine("AS-20", ("NP-020", "Norrtal"), _PUMP, _LINE, name="Pump assembly", operation="Assemble pump"),
    _machine("AS-30", ("NP-030", "Norrtal"), _PUMP, _LINE, name="Leak test", operation="Test for leaks", scrap=0.029),
    _machine("AS-40", ("NP-040", "Norrtal"), _PUMP, _LINE, name="Pack", operation="Pack", trouble=15, scrap=0.001),
)  # fmt: skip

TOOLS: tuple[tuple[str, str, str, str, str], ...] = (
    ("T14", "Boring bar 42 H7", "tool", "T14-2291", "CNC-04"),
    ("T11", "Face mill 63", "tool", "T11-0817", "CNC-03"),
    ("D-01", "Die for housing castings", "mould", "D-2201", "DC-01"),
    ("D-02", "Die for cover castings", "mould", "D-2202", "DC-02"),
    ("M-4502", "Impeller mould, 4 cavities", "mould", "M-4502-1", "IM-01"),
    ("M-4510", "Volute insert mould, 2 cavities", "mould", "M-4510-1", "IM-02"),
    ("G-07", "Bore gauge 40 to 50 mm", "gauge", "G-07", ""),
    ("G-12", "Leak test master", "gauge", "G-12", "AS-30"),
)
"""Code, name, kind, serial number, where it is mounted."""

REASONS: tuple[tuple[str, str, str, str, str, tuple[tuple[str, str], ...]], ...] = (
    ("stop", "MACHINE", "Machine", "down", "breakdown", (
        ("COOLANT", "Coolant pressure low"), ("CHIPS", "Chip conveyor jam"), ("SPRAY", "Die spray fault"),
        ("EJECTOR", "Ejector fault"), ("STUCK", "Part stuck"), ("WIRE", "Wire break"), ("TORQUE", "Torque tool fault"),
    )),
    ("stop", "TOOLING", "Tool", "setup", "setup_adjustment", (
        ("TOOLCHANGE", "Tool change"), ("TOOLWAIT", "Tool wait"), ("DIECHANGE", "Die or mould change"),
        ("FIRSTOFF", "First-off approval"),
    )),
    ("stop", "SUPPLY", "Supply", "delay", "none", (
        ("NOMATERIAL", "No material"), ("LADLE", "Ladle refill"), ("DRYER", "Dryer empty"), ("STARVED", "Starved"),
        ("BLOCKED", "Blocked downstream"),
    )),
    ("stop", "PEOPLE", "People", "delay", "none", (
        ("AWAY", "Operator away"), ("TRAINING", "Training on the job"),
    )),
    ("stop", "PLANNED", "Planned", "planned_stop", "none", (
        ("BREAK", "Break"), ("MEETING", "Shift meeting"),
    )),
    ("stop", "SERVICE", "Planned service", "planned_maintenance", "none", (("PM", "Preventive maintenance"),)),
    ("scrap", "SURFACE", "Surface", "production", "process_defect", (
        ("BURR", "Burr on bore"), ("POROSITY", "Porosity"), ("SCRATCH", "Scratch"),
    )),
    ("scrap", "SIZE", "Size", "production", "process_defect", (("BORE", "Bore out of tolerance"), ("FLASH", "Flash"))),
    ("scrap", "STARTUP", "Start-up", "production", "startup_reject", (("WARMUP", "Warm-up piece"),)),
    ("scrap", "LEAK", "Leak", "production", "process_defect", (("LEAKTEST", "Failed leak test"),)),
    ("rework", "DEBURR", "Deburr again", "production", "process_defect", ()),
    ("rework", "RETEST", "Test again", "production", "process_defect", ()),
    ("indirect", "CLEANING", "Cleaning", "planned_stop", "none", ()),
    ("indirect", "MEETINGS", "Meeting", "planned_stop", "none", ()),
    ("indirect", "COURSE", "Training", "planned_stop", "none", ()),
)  # fmt: skip
"""Kind, code, name, time class, loss class, and the reasons below it, which are classified alike."""


def _crew(area: str, skill: str, *names: tuple[str, str, str]) -> tuple[Worker, ...]:
    return tuple(Worker(code, name, area, shift, (skill,)) for code, name, shift in names)


WORKERS = (
    *_crew("DIECAST", "DIECAST", ("1021", "Olof Berg", "E"), ("1022", "Sara Holm", "L"), ("1023", "Ivan Petrov", "N")),
    *_crew("MACHINING", "CNC", ("1042", "Amina Warsame", "E"), ("1043", "Jonas Ek", "E")),
    *_crew("MACHINING", "CNC", ("1044", "Lena Forsberg", "L"), ("1045", "Ahmed Nasser", "L")),
    *_crew("MACHINING", "CNC", ("1046", "Pavel Novak", "N"), ("1047", "Karin Dahl", "N")),
    *_crew("MOULDING", "MOULD", ("1061", "Maria Costa", "E"), ("1062", "Nils Arons", "L"), ("1063", "Ewa Kowal", "N")),
    *_crew("WINDING", "WIND", ("1071", "Mei Chen", "E"), ("1072", "Erik Sund", "L"), ("1073", "Joana Lima", "N")),
    *_crew("ASSEMBLY", "ASSY", ("1081", "Fatima Said", "E"), ("1082", "Anders Nyman", "E")),
    *_crew("ASSEMBLY", "ASSY", ("1083", "Rosa Marino", "L"), ("1084", "Peter Vik", "L")),
    *_crew("ASSEMBLY", "ASSY", ("1085", "Linh Tran", "N"), ("1086", "Oskar Lund", "N")),
    Worker("1002", "Eva Sandberg", "", "E", ("CRANE",)),
    Worker("1003", "Mira Lindqvist", "", "E"),
    Worker("1004", "Priya Nair", "", "E", ("CMM",)),
    Worker("1005", "Tomasz Zielinski", "", "E", ("MAINT", "CRANE")),
)  # fmt: skip

USERS: tuple[tuple[str, str, str, str], ...] = (
    ("supervisor", "Eva Sandberg", "supervisor", "1002"),
    ("planner", "Mira Lindqvist", "planner", "1003"),
    ("operator", "Amina Warsame", "operator", "1042"),
    ("quality", "Priya Nair", "quality_engineer", "1004"),
    ("technician", "Tomasz Zielinski", "maintenance", "1005"),
    ("storekeeper", "Hanna Lund", "inventory_clerk", ""),
    ("auditor", "Sten Ahlgren", "auditor", ""),
    ("admin", "Alva Nordin", "admin", ""),
    ("integrator", "Ida Rask", "integrator", ""),
)
"""Sign-in name, name, role, badge."""
PASSWORD = "norrtal-2026-demo"  # noqa: S105 - printed on purpose: everybody may look at the demo

PIN = "730462"
"""Of those with a badge, at a station. Printed on purpose, as the password."""
BADGE_PREFIX = "NPW-"
DEVICES: tuple[tuple[str, str, str], ...] = (
    ("Tablet CNC-04", "tablet", "CNC-04"),
    ("Wall machining", "wall", "MACHINING"),
)
"""Name, kind and place of shared devices; each is enrolled by a code made under Setup, Devices."""

ORDER_BEHIND = "WO-24118"
LATE_ORDER = "WO-24131"

NEXT_ORDERS: tuple[tuple[str, str, int, int, bool], ...] = (
    ("CNC-04", "P-4410", 480, 26, True),
    ("CNC-03", "P-4411", 320, 30, True),
    ("CNC-01", "P-4450", 300, 34, True),
    ("DC-02", "P-4410-C", 640, 20, True),
    ("IM-01", "P-4503", 900, 40, True),
    ("WD-01", "P-4620", 260, 44, True),
    ("CNC-05", "P-4425", 420, 52, False),
    ("CNC-06", "P-4410", 480, 58, False),
    ("IM-02", "P-4503", 700, 62, False),
    ("DC-01", "P-4411-C", 500, 66, False),
    ("CNC-03", "P-4410", 240, 70, True),
)
"""Machine, material, quantity, due in hours, released to the floor."""

TARGETS: tuple[tuple[str, str], ...] = (
    ("oee_index", "0.70"),
    ("availability", "0.80"),
    ("quality_ratio", "0.98"),
    ("uncoded_share", "0.10"),
)
"""Figure of the KPI book and what the plant wants of it."""
