import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mom.core import charts
from mom.core.charts import svg
from mom.core.charts.timeline import LANES, _reach, placed

NASTY = '"><script>alert(1)</script>&'
VALUES = st.lists(st.floats(min_value=0, max_value=1e9, allow_nan=False), min_size=1, max_size=40)


def every_chart(words: str) -> list[charts.Chart]:
    """One of each, with the same words everywhere."""
    bar = charts.Bar(words, 3, note=words, segments=(charts.Segment(1), charts.Segment(2, "bad")))
    points = (charts.Point(0, 1, words), charts.Point(1, None, words), charts.Point(2, 4, words))
    return [
        charts.bars([bar], title=words, head=(words, words), segment_heads=(charts.Share(words), charts.Share(words))),
        charts.pareto([charts.Bar(words, 3)], title=words, cumulative=words, description=words),
        charts.shares([charts.Bar(words, 3)], title=words),
        charts.stacked_columns([words], [charts.Series(words, (2,))], title=words, limit=3, limit_label=words),
        charts.line([charts.Line(words, points)], title=words, x_labels=[(0, words)], target=2, target_label=words),
        charts.line([charts.Line(words, points, is_step=True)], title=words),
        charts.waterfall([charts.Step(words, 3, url=words), charts.Step(words, 1, is_loss=True)], title=words),
        charts.cycle_plot([(words, 3), (words, 9)], title=words, ideal=3, ideal_label=words, description=words),
        charts.signal([(0, 1), (1, 4)], title=words, ends=(words, words), lower=2, labels=(words, words)),
        charts.timeline(
            [charts.Span("down", 0, 0.5, words)], [charts.Label(0.2, words, words, "down", 1)], title=words
        ),
        charts.ribbon([charts.Span("down", 0, 0.5, words)], title=words, ticks=[charts.Tick(0, words)], now=0.5),
        charts.bars([], title=words, empty=words),
    ]


@pytest.mark.parametrize("index", range(len(every_chart("x"))))
def test_chart_escapes_every_word(index: int) -> None:
    drawn = every_chart(NASTY)[index].svg
    assert "<script>" not in drawn
    ET.fromstring(f"<div>{drawn}</div>")  # noqa: S314 - our own drawing


@pytest.mark.parametrize("index", range(len(every_chart("x")) - 3))
def test_chart_has_a_name_and_its_data_as_table(index: int) -> None:
    chart = every_chart("Load")[index]
    assert ('role="group"' if "<a " in chart.svg else 'role="img"') in chart.svg
    assert 'aria-label="Load"' in chart.svg
    assert chart.rows
    assert {len(row) for row in chart.rows} == {len(chart.head)} or len(chart.head) >= 1


@given(largest=st.floats(min_value=1e-6, max_value=1e12, allow_nan=False))
def test_scale_covers_the_largest_value_in_equal_steps(largest: float) -> None:
    ticks = svg.scale(largest)
    assert ticks[0] == 0
    assert ticks[-1] >= largest * (1 - 1e-9)
    assert len(ticks) <= 7
    steps = [second - first for first, second in pairwise(ticks)]
    assert max(steps) - min(steps) <= ticks[-1] * 1e-9


@given(values=VALUES)
def test_pareto_ranks_and_ends_at_the_whole(values: list[float]) -> None:
    chart = charts.pareto([charts.Bar(str(index), value) for index, value in enumerate(values)], title="x")
    if sum(values):
        assert chart.rows[-1][-1] == "100 %"
        shown = [float(row[1]) for row in chart.rows]
        assert shown == sorted(shown, reverse=True)
    else:
        assert chart.is_empty


def test_pareto_keeps_the_rest_last_and_visible() -> None:
    rest = charts.Bar("Not coded", 99, is_rest=True)
    chart = charts.pareto([rest, charts.Bar("Jam", 1)], title="x")
    assert [row[0] for row in chart.rows] == ["Jam", "Not coded"]


def test_pareto_has_its_notes_in_the_table_where_they_have_a_head() -> None:
    bars = [charts.Bar("Jam", 3, note="2×"), charts.Bar("Wear", 1, note="1×")]
    chart = charts.pareto(bars, title="x", head=("Reason", "Minutes", "Events", "Share"))
    assert chart.rows == (("Jam", "3", "2×", "75 %"), ("Wear", "1", "1×", "100 %"))
    assert charts.pareto(bars, title="x").rows[0] == ("Jam", "3", "75 %")


def test_line_breaks_at_a_gap() -> None:
    points = (charts.Point(0, 1), charts.Point(1, 2), charts.Point(2, None), charts.Point(3, 1), charts.Point(4, 2))
    assert charts.line([charts.Line("x", points)], title="x").svg.count("<polyline") == 2


def test_line_of_many_points_keeps_its_extremes() -> None:
    points = tuple(charts.Point(index, 100 if index == 5_000 else index % 7) for index in range(20_000))
    drawn = charts.line([charts.Line("x", points, is_step=True)], title="x").svg
    assert drawn.count(",") < 6_000
    assert f",{12.0:.1f}" in drawn  # the single peak still touches the top


def test_chart_without_data_says_so_and_has_no_scale() -> None:
    chart = charts.stacked_columns(["Mon"], [charts.Series("x", (None,))], title="x", empty="No load in this period.")
    assert chart.is_empty
    assert "No load in this period." in chart.svg
    assert "<line" not in chart.svg


def test_sparkline_needs_two_values() -> None:
    assert charts.sparkline([1]) == ""
    assert "polyline" in charts.sparkline([1, 1, 1])


def test_timeline_names_what_weighs_most_and_never_two_at_one_place() -> None:
    labels = [charts.Label(index / 40, "Coolant pressure low", "9", "down", index) for index in range(40)]
    standing = placed(labels)
    assert labels[-1] in [label for label, _lane in standing]
    for lane in range(LANES):
        reaches = [_reach(label) for label, its_lane in standing if its_lane == lane]
        assert all(first[1] < second[0] for first, second in pairwise(reaches))


@given(values=VALUES, ideal=st.none() | st.floats(min_value=0.1, max_value=1e6))
def test_cycle_plot_keeps_every_point_inside(values: list[float], ideal: float | None) -> None:
    chart = charts.cycle_plot([("10:24", value) for value in values], title="x", ideal=ideal)
    drawn = ET.fromstring(chart.svg)  # noqa: S314 - our own drawing
    heights = [float(dot.attrib["cy"]) for dot in drawn.iter("circle")]
    assert len(heights) == len(values)
    assert all(0 <= height <= 150 for height in heights)
    assert sum(1 for _line in drawn.iter("line")) < 20


def test_line_of_one_place_stands_at_the_right_where_the_newest_is() -> None:
    """A phone shows a chart over time from its right end."""
    before, newest = charts.Point(0, 4), charts.Point(1, 5)
    one, two = (
        charts.line([charts.Line("x", points)], title="x", target=6, target_label="target").svg
        for points in ((newest,), (before, newest))
    )
    dot, target = (
        re.compile('class="pt" cx="([^"]+)"'),
        re.compile('class="target" x1="([^"]+)" y1="[^"]+" x2="([^"]+)"'),
    )
    assert dot.findall(one) == dot.findall(two)[1:]
    assert target.findall(one) == target.findall(two)
    assert len(target.findall(one)) == 1
