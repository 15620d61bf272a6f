"""What is known of the demo plant's things: properties, other systems' numbers, rates, skills that machines ask for."""

PROPERTIES: tuple[tuple[str, str, str, str, str, tuple[str, ...]], ...] = (
    ("equipment", "spindle_power", "Spindle power", "number", "KWT", ()),
    ("equipment", "clamping_force", "Clamping force", "number", "", ()),
    ("equipment", "coolant", "Coolant", "choice", "", ("emulsion", "oil", "none")),
    ("asset", "next_inspection", "Next inspection", "date", "", ()),
    ("person", "first_aid", "First aider", "boolean", "", ()),
    ("material", "hardness", "Hardness in HB", "number", "", ()),
    ("material", "drawing_number", "Drawing", "text", "", ()),
    ("lot", "melt_temperature", "Melt temperature", "number", "CEL", ()),
    ("job", "program", "Program", "text", "", ()),
)
"""Noun, code, name, type, unit, choices."""

VALUES: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("equipment_class", "CNC", "spindle_power", {"value": "15", "lower": "12", "upper": "18"}),
    ("equipment_class", "CNC", "coolant", {"value": "emulsion"}),
    ("equipment", "CNC-04", "spindle_power", {"value": "18.5", "lower": "12", "upper": "22"}),
    ("equipment", "DC-01", "clamping_force", {"value": "6300", "lower": "5500", "upper": "6500"}),
    ("equipment", "DC-02", "clamping_force", {"value": "5400", "lower": "5500", "upper": "6500"}),
    ("person", "1002", "first_aid", {"value": "true"}),
    ("person", "1042", "first_aid", {"value": "true"}),
    ("material_class", "CASTINGS", "hardness", {"value": "85", "lower": "75", "upper": "100"}),
    ("material", "P-4410", "drawing_number", {"value": "D-4410-C"}),
    ("lot", "C-2604-116", "melt_temperature", {"value": "702", "lower": "690", "upper": "720", "target": "705"}),
    ("lot", "C-2604-118", "melt_temperature", {"value": "724", "lower": "690", "upper": "720", "target": "705"}),
)
"""Holder, its code, property, what is said."""

ALIASES = (
    ("material", "P-4410", "ERP", "100-4410"),
    ("material", "P-4410", "CAD", "HOUSING-25"),
    ("material", "P-4411", "ERP", "100-4411"),
    ("equipment", "CNC-04", "ERP", "WC-7204"),
    ("lot", "C-2604-116", "FJORDAL", "FM-88121"),
)
"""Noun, code, system, number there."""

RATES: tuple[tuple[str, str, str, str], ...] = (
    ("machine", "running", "", "62"),
    ("machine", "setup", "", "48"),
    ("machine", "waiting", "", "31"),
    ("machine", "planned", "", "12"),
    ("machine", "down", "", "38"),
    ("machine", "running", "CNC", "74.50"),
    ("labour", "", "", "41"),
    ("labour", "", "CNC", "46"),
    ("energy", "", "day", "0.182"),
    ("energy", "", "night", "0.131"),
)
"""Kind, state, class or skill or tariff, amount in the plant's currency."""

ASKED = (
    ("CNC", "CNC", 3),
    ("DC", "DIECAST", 3),
    ("IM", "MOULD", 3),
)
"""Machine class, skill, least level; a class that the plant lacks is left out."""
