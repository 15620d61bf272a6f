"""The units we count and measure in, by UN/ECE Recommendation 20 code, with exact factors to their family's base.

Source: UN/ECE Recommendation 20; factors from SI (BIPM, SI Brochure, 9th edition) and, for inch, foot, pound and
gallon, their exact legal definitions (NIST SP 811, appendix B).
"""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Unit:
    """A unit of measure. One of it is `factor` of its family's base unit."""

    code: str
    symbol: str
    family: str
    factor: Fraction


def _family(name: str, *units: tuple[str, str, str]) -> list[Unit]:
    return [Unit(code, symbol, name, Fraction(factor)) for code, symbol, factor in units]


_INCH = "0.0254"
_POUND = "0.45359237"

ALL_UNITS: list[Unit] = [
    *_family(
        "count",
        ("C62", "1", "1"),
        ("H87", "pc", "1"),
        ("PR", "pair", "2"),
        ("DZN", "dz", "12"),
        ("CEN", "100", "100"),
        ("MIL", "1000", "1000"),
    ),
    *_family(
        "time",
        ("SEC", "s", "1"),
        ("C26", "ms", "1/1000"),
        ("MIN", "min", "60"),
        ("HUR", "h", "3600"),
        ("DAY", "d", "86400"),
    ),
    *_family(
        "mass",
        ("KGM", "kg", "1"),
        ("GRM", "g", "1/1000"),
        ("MGM", "mg", "1/1000000"),
        ("TNE", "t", "1000"),
        ("LBR", "lb", _POUND),
    ),
    *_family(
        "length",
        ("MTR", "m", "1"),
        ("MMT", "mm", "1/1000"),
        ("CMT", "cm", "1/100"),
        ("KMT", "km", "1000"),
        ("4H", "µm", "1/1000000"),
        ("INH", "in", _INCH),
        ("FOT", "ft", "0.3048"),
    ),
    *_family("area", ("MTK", "m²", "1"), ("CMK", "cm²", "1/10000"), ("MMK", "mm²", "1/1000000")),
    *_family(
        "volume",
        ("MTQ", "m³", "1"),
        ("LTR", "l", "1/1000"),
        ("MLT", "ml", "1/1000000"),
        ("HLT", "hl", "1/10"),
        ("GLL", "gal", "0.003785411784"),
    ),
    *_family(
        "energy",
        ("JOU", "J", "1"),
        ("KWH", "kWh", "3600000"),
        ("WHR", "Wh", "3600"),
        ("MWH", "MWh", "3600000000"),
        ("3B", "MJ", "1000000"),
    ),
    *_family("power", ("WTT", "W", "1"), ("KWT", "kW", "1000"), ("MAW", "MW", "1000000")),
    *_family(
        "pressure", ("PAL", "Pa", "1"), ("KPA", "kPa", "1000"), ("MPA", "MPa", "1000000"), ("BAR", "bar", "100000")
    ),
    *_family("ratio", ("P1", "%", "1/100"), ("59", "ppm", "1/1000000")),
    *_family("temperature_celsius", ("CEL", "°C", "1")),
    *_family("temperature_kelvin", ("KEL", "K", "1")),
    *_family("speed", ("MTS", "m/s", "1"), ("C16", "mm/s", "1/1000"), ("2X", "m/min", "1/60")),
    *_family("flow", ("MQS", "m³/s", "1"), ("MQH", "m³/h", "1/3600"), ("L2", "l/min", "1/60000")),
    *_family("force", ("NEW", "N", "1"), ("B47", "kN", "1000")),
    *_family("torque", ("NU", "N·m", "1")),
    *_family("current", ("AMP", "A", "1"), ("4K", "mA", "1/1000")),
    *_family("voltage", ("VLT", "V", "1"), ("2Z", "mV", "1/1000"), ("KVT", "kV", "1000")),
    *_family("frequency", ("HTZ", "Hz", "1"), ("RPM", "r/min", "1/60")),
]

UNITS: dict[str, Unit] = {unit.code: unit for unit in ALL_UNITS}
PIECES = frozenset({"C62", "H87", "EA"})
"""Units that are counted: whole numbers only, and printed as a word of the language, not as a symbol."""
