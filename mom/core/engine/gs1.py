"""GS1 element strings as scanners send them, and GS1 Digital Link addresses: application identifiers and their values.

Source: GS1 General Specifications, section 3 (application identifiers), 5.10 (separator FNC1), 7.9 (check digit),
7.12 (dates); GS1 Digital Link URI Syntax.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import unquote, urlsplit

SEPARATOR = "\x1d"  # FNC1 as scanners send it
_DIGITS = re.compile(r"[0-9]*", re.ASCII)
# The characters of GS1's set 82 and, for 8010, set 39; nothing else stands in a value.
_TEXT = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]*", re.ASCII)


class NotGs1(ValueError):
    """The text is not what the GS1 rules allow; the words say where."""


@dataclass(frozen=True)
class Identifier:
    """One application identifier: how long its value is (`least` to `most`), of which characters, what it holds."""

    code: str
    name: str
    least: int
    most: int
    kind: str = "text"  # text, digits, check, date, moment, decimal, money
    decimals: int = 0

    @property
    def is_predefined(self) -> bool:
        """Whether GS1 fixed its length for ever, so that no separator need follow (table 7.8.5-2)."""
        return self.code[:2] in _PREDEFINED


@dataclass(frozen=True)
class Element:
    """One identifier with its value as it was read, and what it means: a day, a number, or the text itself."""

    code: str
    name: str
    text: str
    value: str | date | Decimal


_PREDEFINED = {
    "00", "01", "02", "03", "04", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "31", "32", "33", "34",
    "35", "36", "41",
}  # fmt: skip


def _table() -> dict[str, Identifier]:
    rows: list[tuple[Any, ...]] = [
        ("00", "sscc", 18, 18, "check"), ("01", "gtin", 14, 14, "check"), ("02", "content", 14, 14, "check"),
        ("10", "lot", 1, 20), ("11", "made", 6, 6, "date"), ("12", "payment_due", 6, 6, "date"),
        ("13", "packed", 6, 6, "date"), ("15", "best_before", 6, 6, "date"), ("16", "sell_by", 6, 6, "date"),
        ("17", "expires", 6, 6, "date"), ("20", "variant", 2, 2, "digits"), ("21", "serial", 1, 20),
        ("22", "consumer_variant", 1, 20), ("235", "third_party_serial", 1, 28), ("240", "additional_id", 1, 30),
        ("241", "customer_part", 1, 30), ("242", "made_to_order", 1, 6, "digits"), ("243", "packaging", 1, 20),
        ("250", "secondary_serial", 1, 30), ("251", "source", 1, 30), ("253", "document", 13, 30),
        ("254", "location_extension", 1, 20), ("255", "coupon", 13, 25, "digits"), ("30", "count", 1, 8, "digits"),
        ("37", "pieces", 1, 8, "digits"), ("400", "order", 1, 30), ("401", "consignment", 1, 30),
        ("402", "shipment", 17, 17, "check"), ("403", "route", 1, 30), ("410", "ship_to", 13, 13, "check"),
        ("411", "bill_to", 13, 13, "check"), ("412", "bought_from", 13, 13, "check"),
        ("413", "ship_for", 13, 13, "check"), ("414", "location", 13, 13, "check"),
        ("415", "invoicer", 13, 13, "check"), ("416", "made_at", 13, 13, "check"), ("417", "party", 13, 13, "check"),
        ("420", "post_code", 1, 20), ("421", "post_code_country", 4, 12), ("422", "origin", 3, 3, "digits"),
        ("423", "first_processing", 3, 15, "digits"), ("424", "processing", 3, 3, "digits"),
        ("425", "disassembly", 3, 15, "digits"), ("426", "full_process", 3, 3, "digits"),
        ("7001", "nato_number", 13, 13, "digits"), ("7002", "meat_cut", 1, 30),
        ("7003", "expires_at", 10, 10, "moment"),
        ("7004", "potency", 1, 4, "digits"), ("7010", "production_method", 1, 2), ("8001", "roll", 14, 14, "digits"),
        ("8002", "telephone", 1, 20), ("8003", "returnable_asset", 14, 30), ("8004", "asset", 1, 30),
        ("8005", "unit_price", 6, 6, "digits"), ("8006", "piece_of_set", 18, 18, "digits"), ("8007", "iban", 1, 34),
        ("8008", "made_at_time", 8, 12, "moment"), ("8010", "component", 1, 30),
        ("8011", "component_serial", 1, 12, "digits"),
        ("8012", "software", 1, 20), ("8013", "model", 1, 25), ("8017", "provider", 18, 18, "check"),
        ("8018", "recipient", 18, 18, "check"), ("8020", "payment", 1, 25), ("8026", "piece_content", 18, 18, "digits"),
        ("8200", "address", 1, 70), ("90", "agreed", 1, 30),
    ]  # fmt: skip
    found = {row[0]: Identifier(*row) for row in rows}
    for code in range(91, 100):
        found[str(code)] = Identifier(str(code), "internal", 1, 90)
    for measure, name in _MEASURES.items():
        for decimals in range(6):
            found[f"{measure}{decimals}"] = Identifier(f"{measure}{decimals}", name, 6, 6, "decimal", decimals)
    for stem, name, least, most in (("390", "amount", 1, 15), ("391", "amount_iso", 4, 18), ("392", "price", 1, 15),
                                    ("393", "price_iso", 4, 18)):  # fmt: skip
        for decimals in range(10):
            kind = "money" if name.endswith("iso") else "decimal"
            found[f"{stem}{decimals}"] = Identifier(f"{stem}{decimals}", name, least, most, kind, decimals)
    return found


_MEASURES = {
    "310": "net_weight_kg", "311": "length_m", "312": "width_m", "313": "depth_m", "314": "area_m2",
    "315": "net_volume_l", "316": "net_volume_m3", "320": "net_weight_lb", "321": "length_in", "322": "length_ft",
    "323": "length_yd", "324": "width_in", "325": "width_ft", "326": "width_yd", "327": "depth_in", "328": "depth_ft",
    "329": "depth_yd", "330": "gross_weight_kg", "331": "gross_length_m", "332": "gross_width_m",
    "333": "gross_depth_m", "334": "gross_area_m2", "335": "gross_volume_l", "336": "gross_volume_m3",
    "337": "kg_per_m2", "340": "gross_weight_lb", "341": "gross_length_in", "342": "gross_length_ft",
    "343": "gross_length_yd", "344": "gross_width_in", "345": "gross_width_ft", "346": "gross_width_yd",
    "347": "gross_depth_in", "348": "gross_depth_ft", "349": "gross_depth_yd", "350": "area_in2", "351": "area_ft2",
    "352": "area_yd2", "353": "gross_area_in2", "354": "gross_area_ft2", "355": "gross_area_yd2",
    "356": "net_weight_oz", "357": "net_volume_oz", "360": "net_volume_qt", "361": "net_volume_gal",
    "362": "gross_volume_qt", "363": "gross_volume_gal", "364": "net_volume_in3", "365": "net_volume_ft3",
    "366": "net_volume_yd3", "367": "gross_volume_in3", "368": "gross_volume_ft3", "369": "gross_volume_yd3",
}  # fmt: skip
IDENTIFIERS = _table()


def check_digit(digits: str) -> str:
    """The digit that follows: weights 3 and 1 from the right. Source: GS1 General Specifications 7.9.1."""
    total = sum(int(digit) * (3, 1)[index % 2] for index, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def has_check_digit(digits: str) -> bool:
    """Whether the last digit is the check digit of the ones before it."""
    return len(digits) > 1 and bool(_DIGITS.fullmatch(digits)) and check_digit(digits[:-1]) == digits[-1]


def day_of(text: str, today: date) -> date:
    """YYMMDD as a day; day 00 is the last of the month. The year is the one from 49 before to 50 after this year.

    Source: GS1 General Specifications 7.12. Raises: NotGs1.
    """
    _require_digits(text, 6)
    ahead = (int(text[:2]) - today.year) % 100
    year, month, day = today.year + (ahead - 100 if ahead > 50 else ahead), int(text[2:4]), int(text[4:6])
    try:
        first = date(year, month, day or 1)
        return first if day else date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    except ValueError:
        raise NotGs1(f"{text} is no day.") from None


def parse(text: str, today: date) -> list[Element]:
    """The elements of a string in brackets, `(01)...(10)...`, or with separators. Raises: NotGs1."""
    return _bracketed(text, today) if text.startswith("(") else _raw(text, today)


def _bracketed(text: str, today: date) -> list[Element]:
    starts = [match for match in re.finditer(r"\((\d{2,4})\)", text, re.ASCII) if match[1] in IDENTIFIERS]
    if not starts or starts[0].start() != 0:
        raise NotGs1("It begins with no known application identifier.")
    ends = [*(match.start() for match in starts[1:]), len(text)]
    return [
        element(match[1], text[match.end() : end], today) for match, end in zip(starts, ends, strict=True)
    ]  # fmt: skip


def _raw(text: str, today: date) -> list[Element]:
    text, found = text.removeprefix(SEPARATOR), []
    while text:
        known = next((IDENTIFIERS[text[:size]] for size in (2, 3, 4) if text[:size] in IDENTIFIERS), None)
        if known is None:
            raise NotGs1(f"{text[:4]!r} begins with no known application identifier.")
        rest = text[len(known.code) :]
        if known.is_predefined:
            value, text = rest[: known.most], rest[known.most :].removeprefix(SEPARATOR)
        else:
            value, _separator, text = rest.partition(SEPARATOR)
        found.append(element(known.code, value, today))
    if not found:
        raise NotGs1("There is nothing in it.")
    return found


def element(code: str, text: str, today: date) -> Element:
    """One identifier with its value, length, characters and check digit asked. Raises: NotGs1."""
    known = IDENTIFIERS.get(code)
    if known is None:
        raise NotGs1(f"({code[:8]}) is no known application identifier.")
    if not known.least <= len(text) <= known.most or not _TEXT.fullmatch(text):
        raise NotGs1(f"({code}) has {known.least} to {known.most} characters of the GS1 set.")
    return Element(code, known.name, text, _value(known, text, today))


def _value(known: Identifier, text: str, today: date) -> str | date | Decimal:
    if known.kind == "text":
        return text
    _require_digits(text, len(text))
    if known.kind == "check" and not has_check_digit(text):
        raise NotGs1(f"({known.code}) {text} has a wrong check digit: it was read or typed wrongly.")
    if known.kind == "date":
        return day_of(text, today)
    if known.kind == "moment":
        day_of(text[:6], today)
        hours, minutes, seconds = (int(text[at : at + 2] or 0) for at in (6, 8, 10))
        if len(text) % 2 or hours > 23 or minutes > 59 or seconds > 59:
            raise NotGs1(f"({known.code}) {text} is no time.")
        return text
    if known.kind == "decimal":
        return Decimal(text).scaleb(-known.decimals)
    return Decimal(text[3:]).scaleb(-known.decimals) if known.kind == "money" else text


def _require_digits(text: str, length: int) -> None:
    if len(text) != length or not _DIGITS.fullmatch(text):
        raise NotGs1(f"{text[:20]!r} are not {length} figures.")


def article_numbers(gtin: str) -> list[str]:
    """The ways in which others write an article number: 14, 13, 12 or 8 figures, with and without leading zeros."""
    shorter = (gtin[-size:] for size in (13, 12, 8) if set(gtin[:-size]) == {"0"})
    return list(dict.fromkeys([gtin, *shorter, gtin.lstrip("0")]))


_KEYS = ("01", "00", "414", "8003", "8004", "253", "255", "402", "401", "8006", "8010", "8017", "8018", "417")


def parse_link(address: str, today: date) -> list[Element]:
    """The elements of a Digital Link, as `https://id.gs1.org/01/09506000134352/10/ABC?17=271231`. Raises: NotGs1."""
    try:
        parts = urlsplit(address)
    except ValueError:
        raise NotGs1("It is no address.") from None
    steps = [unquote(step) for step in parts.path.split("/") if step]
    start = next((at for at, step in enumerate(steps[:-1]) if step in _KEYS), None)
    if parts.scheme.lower() not in {"http", "https"} or start is None or len(steps[start:]) % 2:
        raise NotGs1("It is no GS1 Digital Link.")
    pairs = list(zip(steps[start::2], steps[start + 1 :: 2], strict=True))
    asked = (pair.partition("=") for pair in re.split("[&;]", parts.query))
    pairs += [(code, unquote(value)) for code, _equals, value in asked if code in IDENTIFIERS]
    return [element(code, value.zfill(14) if code == "01" else value, today) for code, value in pairs]


def encode(elements: Iterable[tuple[str, str]]) -> str:
    """Identifiers and values as one string with separators where GS1 wants them, none at the end."""
    out = ""
    for code, text in elements:
        out += f"{code}{text}" + ("" if IDENTIFIERS[code].is_predefined else SEPARATOR)
    return out.removesuffix(SEPARATOR)
