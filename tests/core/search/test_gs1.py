"""GS1 as scanners send it: every rule once, round trips, and nothing that ends in another error than its own."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mom.core.engine import gs1
from mom.core.engine.gs1 import IDENTIFIERS, NotGs1, encode, parse, parse_link
from mom.core.engine.scan import Pattern, Scan, ScanKind, UnreadableScan, read

TODAY = date(2026, 4, 16)
GTIN = "09506000134352"
SSCC = "106141412345678908"
GS = "\x1d"


def values(text: str) -> dict[str, object]:
    return {each.code: each.value for each in parse(text, TODAY)}


@pytest.mark.parametrize(
    "text",
    [
        f"(01){GTIN}(17)271231(10)AB-12(21)S/1",
        f"01{GTIN}1727123110AB-12{GS}21S/1",
        f"{GS}01{GTIN}1727123110AB-12{GS}21S/1{GS}",
        f"01{GTIN}{GS}17271231{GS}10AB-12{GS}21S/1",
    ],
)
def test_gs1_parses_brackets_and_separators_alike(text: str) -> None:
    assert values(text) == {"01": GTIN, "17": date(2027, 12, 31), "10": "AB-12", "21": "S/1"}


@pytest.mark.parametrize(
    ("text", "code", "value"),
    [
        (f"00{SSCC}", "00", SSCC),
        ("3103001750", "3103", Decimal("1.750")),
        ("3100001750", "3100", Decimal(1750)),
        ("3695000001", "3695", Decimal("0.00001")),
        ("37128", "37", "128"),
        ("3922150", "3922", Decimal("1.50")),
        ("3932978150", "3932", Decimal("1.50")),
        ("240PART 7"[:9].replace(" ", "-"), "240", "PART-7"),
        ("4109506000134352", "410", "9506000134352"),
        ("7003260416", "7003", None),
        ("70032604161530", "7003", "2604161530"),
        ("800826041615", "8008", "26041615"),
        ("8200http://a.de/", "8200", "http://a.de/"),
        ("91internal", "91", "internal"),
        ("15260400", "15", date(2026, 4, 30)),
        ("15240200", "15", date(2024, 2, 29)),
        ("15761231", "15", date(2076, 12, 31)),
        ("15771231", "15", date(1977, 12, 31)),
        ("15001200", "15", date(2000, 12, 31)),
    ],
)
def test_gs1_reads_values(text: str, code: str, value: object) -> None:
    if value is None:
        with pytest.raises(NotGs1):
            parse(text, TODAY)
    else:
        assert values(text)[code] == value


@pytest.mark.parametrize(
    "text",
    [
        "", "0", "01", "0109506000134353", "00106141412345678909", f"01{GTIN}99", "10", "(10)", "(01)123", "05123",
        "17261331", "17260431x", "(17)260431", "11000000", "10" + "A" * 21, "10Ä", "(21)a b", f"01{GTIN[:-1]}",
        "3103٣٣٣٣٣٣", "11261300",
        "(01", "()", "(0199)1", "8008261", "800826041", "80082604161",
    ],
)  # fmt: skip
def test_gs1_refuses_what_breaks_a_rule(text: str) -> None:
    with pytest.raises(NotGs1):
        parse(text, TODAY)


def test_gs1_check_digits() -> None:
    assert gs1.check_digit("629104150021") == "3"
    assert gs1.has_check_digit("4006381333931")
    assert not gs1.has_check_digit("4006381333932")
    assert not gs1.has_check_digit("٤٠٠٦")


LETTERS = "ABCDEFXYZabcxyz0123456789-/._!%&*+"


@st.composite
def elements(draw: st.DrawFn) -> list[tuple[str, str]]:
    found = []
    for code in draw(st.lists(st.sampled_from(sorted(IDENTIFIERS)), min_size=1, max_size=6, unique=True)):
        known = IDENTIFIERS[code]
        if known.kind == "date":
            text = draw(st.dates(date(2000, 1, 1), date(2049, 12, 31))).strftime("%y%m%d")
        elif known.kind == "moment":
            text = draw(st.dates(date(2000, 1, 1), date(2049, 12, 31))).strftime("%y%m%d") + "2359"
        elif known.kind == "check":
            text = draw(st.text("0123456789", min_size=known.most - 1, max_size=known.most - 1))
            text += gs1.check_digit(text)
        else:
            alphabet = LETTERS if known.kind == "text" else "0123456789"
            text = draw(st.text(alphabet, min_size=known.least, max_size=known.most))
        found.append((code, text))
    return found


@given(elements())
def test_gs1_written_and_read_is_the_same(pairs: list[tuple[str, str]]) -> None:
    assert [(each.code, each.text) for each in parse(encode(pairs), TODAY)] == pairs
    assert [(each.code, each.text) for each in parse("".join(f"({c}){t}" for c, t in pairs), TODAY)] == pairs
    scanned = read(f"]C1{encode(pairs)}", today=TODAY)
    assert [(each.code, each.text) for each in scanned.elements] == pairs


@given(
    st.text()
    | st.text("()0123456789" + GS + "ACd]Q3e /:.%?=&htps", max_size=60)
    | st.binary().map(lambda b: b.decode("latin-1"))
)
def test_scan_of_anything_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        scan = read(text, today=TODAY, patterns=[Pattern("B", "person")], hosts=["mom.test"])
    except UnreadableScan:
        return
    assert isinstance(scan, Scan)
    assert scan.code
    for parser in (parse, parse_link):
        try:
            parser(text, TODAY)
        except NotGs1:
            continue


@pytest.mark.parametrize(
    ("address", "found"),
    [
        (f"https://id.gs1.org/01/{GTIN}/10/ABC%2F1?17=271231", {"01": GTIN, "10": "ABC/1", "17": "271231"}),
        ("https://shop.example/some/path/01/9506000134352/21/7", {"01": GTIN, "21": "7"}),
        (f"HTTPS://ID.GS1.ORG/00/{SSCC}", {"00": SSCC}),
    ],
)
def test_digital_link_is_read(address: str, found: dict[str, str]) -> None:
    assert {each.code: each.text for each in parse_link(address, TODAY)} == found
    assert read(address, today=TODAY).kind == ScanKind.LINK


@pytest.mark.parametrize(
    ("text", "kind", "code", "noun", "path"),
    [
        ("WO-24118", "plain", "WO-24118", "", ""),
        ("  WO-24118\r\n", "plain", "WO-24118", "", ""),
        ("]C0WO-24118", "plain", "WO-24118", "", ""),
        ("https://MOM.test/lots/C%201/", "address", "https://MOM.test/lots/C%201/", "", "/lots/C 1/"),
        ("/lots/C-1/", "address", "/lots/C-1/", "", "/lots/C-1/"),
        ("//evil.test/x", "plain", "//evil.test/x", "", ""),
        ("https://mom.test//evil.test/", "plain", "https://mom.test//evil.test/", "", ""),
        ("https://evil.test/lots/C-1/", "plain", "https://evil.test/lots/C-1/", "", ""),
        ("BID4882", "pattern", "ID4882", "person", ""),
        ("T-9", "pattern", "T-9", "asset", ""),
        ("B", "plain", "B", "", ""),
        (f"]d201{GTIN}10L1", "gs1", f"(01){GTIN}(10)L1", "", ""),
        ("]Q3(01)1", "plain", "(01)1", "", ""),
    ],
)
def test_scan_is_routed_by_what_it_is(text: str, kind: str, code: str, noun: str, path: str) -> None:
    patterns = [Pattern("B", "person"), Pattern("T-", "asset", keeps=True)]
    scan = read(text, today=TODAY, patterns=patterns, hosts=["mom.test"])
    assert (scan.kind, scan.code, scan.noun, scan.path) == (kind, code, noun, path)


def test_scan_that_breaks_gs1_says_so_and_is_no_other_thing() -> None:
    scan = read("]C10109506000134353", today=TODAY)
    assert scan.kind == ScanKind.PLAIN
    assert "check digit" in scan.fault


def test_scan_of_an_article_number_keeps_code_and_element() -> None:
    scan = read("4006381333931", today=TODAY)
    assert (scan.code, scan.elements[0].text) == ("4006381333931", "04006381333931")
