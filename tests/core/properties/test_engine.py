"""What holds of a thing, and what meets a rule: laws over made-up values, and each edge by hand."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mom.core.engine.interval import Interval
from mom.core.engine.properties import Content, DataType, Stated, resolve
from mom.core.engine.property_rule import DoesNotFit, NoRule, Operator, PropertyRule, matches, read_number
from mom.core.engine.units import UNITS

T0 = datetime(2026, 4, 16, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)


def said(number: str, unit: str = "KWT", *, id: int = 1, start: int = 0, end: int | None = None) -> Stated:  # noqa: A002
    valid = Interval(T0 + start * HOUR, None if end is None else T0 + end * HOUR)
    return Stated(id, "equipment", 1, valid, Content(Decimal(number), unit))


def rule(text: str, data_type: DataType = DataType.NUMBER, unit: str = "KWT") -> object:
    return PropertyRule.parse(text).bound(data_type, unit)


hours = st.integers(0, 50)


@st.composite
def timelines(draw: st.DrawFn) -> list[Stated]:
    """Values of one property on one holder that follow each other, perhaps with gaps."""
    edges = sorted(draw(st.sets(hours, min_size=1, max_size=8)))
    found = []
    for index, start in enumerate(edges):
        following = edges[index + 1] if index + 1 < len(edges) else None
        end = draw(st.sampled_from([following, None if following is None else start + (following - start + 1) // 2]))
        number = str(draw(st.integers(-9, 9)))
        found.append(said(number, id=draw(st.integers(1, 99)), start=start, end=end))
    return found


@given(timelines(), timelines(), hours)
def test_property_resolve_own_value_wins(own: list[Stated], inherited: list[Stated], at: int) -> None:
    instant = T0 + at * HOUR
    holding = [each for each in own if each.valid.contains(instant)]
    found = resolve([own, inherited], instant)
    assert len(holding) <= 1
    if holding:
        assert found is not None
        assert (found.stated, found.level) == (holding[0], 0)
    else:
        from_class = [each for each in inherited if each.valid.contains(instant)]
        assert (found.stated if found else None) == (from_class[0] if from_class else None)


@given(timelines(), hours, st.randoms())
def test_property_resolve_order_of_values_does_not_matter(own: list[Stated], at: int, random: object) -> None:
    shuffled = list(own)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert resolve([own], T0 + at * HOUR) == resolve([shuffled], T0 + at * HOUR)


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=4), st.integers(-3, 3), st.sampled_from(list(Operator)))
def test_property_matches_conflict_needs_every_candidate(numbers: list[int], limit: int, operator: Operator) -> None:
    stated = [said(str(number), id=index) for index, number in enumerate(numbers)]
    found = resolve([[], stated], T0)
    operand = f"{limit}..{limit}" if operator is Operator.BETWEEN else str(limit)
    bound = PropertyRule.of("x", operator, operand).bound(DataType.NUMBER, "KWT")
    assert found is not None
    assert found.is_conflict == (len(set(numbers)) > 1)
    assert matches(found, bound) == all(bound.holds_for(each.content) for each in stated)


same_kind = st.sampled_from(
    [(a.code, b.code) for a in UNITS.values() for b in UNITS.values() if a.family == b.family]
)  # fmt: skip


@given(st.decimals(-(10**6), 10**6, places=6), same_kind)
def test_property_compare_converted_value_is_equal(number: Decimal, codes: tuple[str, str]) -> None:
    """A value and a rule in another unit of its kind mean the same amount, exactly."""
    value, asked = codes
    factor = UNITS[value].factor / UNITS[asked].factor
    exact = (number * factor.numerator) / factor.denominator
    if exact != exact.quantize(Decimal(1).scaleb(-6)) or abs(exact) >= 10**12:
        return  # not to be written with six digits
    bound = PropertyRule.of("x", Operator.EQ, f"{exact:.6f} {asked}").bound(DataType.NUMBER, value)
    assert bound.holds_for(Content(number, value))


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("spindle_power__gte:10 KWT", True),
        ("spindle_power__gte:10 kW", True),
        ("spindle_power__gte:10000 WTT", True),
        ("spindle_power__gt:15", False),
        ("spindle_power__lt:15.000001", True),
        ("spindle_power__between:5..15 KWT", True),
        ("spindle_power__between:5000 WTT..14 KWT", False),
        ("spindle_power__in:11|15", True),
        ("spindle_power__ne:15000 W", False),
    ],
)
def test_property_matches_number_across_units(text: str, holds: bool) -> None:
    assert matches(resolve([[said("15")]], T0), rule(text)) is holds  # type: ignore[arg-type]


def test_property_matches_nothing_stated_meets_no_rule() -> None:
    assert not matches(None, rule("x__ne:1"))  # type: ignore[arg-type]


def test_property_matches_limits_alone_meet_no_rule() -> None:
    content = Content(None, "KWT", Decimal(1), Decimal(9))
    assert not rule("x__gte:0").holds_for(content)  # type: ignore[attr-defined]


def test_property_matches_day_and_choice_and_boolean() -> None:
    assert rule("x__lt:2026-05-01", DataType.DATE, "").holds_for(Content(date(2026, 4, 30)))  # type: ignore[attr-defined]
    assert rule("x__in:red|blue", DataType.CHOICE, "").holds_for(Content("blue"))  # type: ignore[attr-defined]
    assert rule("x__eq:yes", DataType.BOOLEAN, "").holds_for(Content(True))  # type: ignore[attr-defined]
    assert not rule("x__eq:1", DataType.NUMBER, "").holds_for(Content(True))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text",
    ["", "x", "x__gte", "x__gte:", "x__like:1", "x y__eq:1", "x__in:", "x__between:5", "x__between:1..2..3",
     "site__code__eq:P2", "__eq:1", "x__in:" + "|".join("1" * 21), "x__eq:" + "9" * 500, "password__startswith:a"],
)  # fmt: skip
def test_property_rule_parse_refuses(text: str) -> None:
    with pytest.raises(NoRule):
        PropertyRule.parse(text)


@pytest.mark.parametrize(
    ("text", "data_type", "unit", "kind"),
    [
        ("x__gte:10 KGM", DataType.NUMBER, "KWT", "unit"),
        ("x__gte:10 parsec", DataType.NUMBER, "KWT", "unit"),
        ("x__gte:ten", DataType.NUMBER, "KWT", "number"),
        ("x__gt:red", DataType.TEXT, "", "type"),
        ("x__eq:2026-02-30", DataType.DATE, "", "day"),
        ("x__eq:maybe", DataType.BOOLEAN, "", "boolean"),
        ("x__eq:1 KWT", DataType.NUMBER, "", "unit"),
    ],
)
def test_property_rule_bound_refuses(text: str, data_type: DataType, unit: str, kind: str) -> None:
    with pytest.raises(DoesNotFit) as refused:
        rule(text, data_type, unit)
    assert refused.value.kind == kind


def test_property_number_read_takes_comma_and_symbol() -> None:
    assert read_number("12,5 kW") == (Decimal("12.5"), "KWT")
    assert read_number("\N{MINUS SIGN}3") == (Decimal(-3), "")


def test_content_outside_its_limits() -> None:
    content = Content(Decimal(19), "KWT", Decimal(12), Decimal(18))
    assert content.is_outside
    assert not Content(Decimal(18), "KWT", Decimal(12), Decimal(18)).is_outside
