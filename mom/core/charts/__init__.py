"""Charts as SVG written on the server: pure functions, no script, with a title, a description and their data as a table.

Each takes plain numbers and already translated words and returns a `Chart`; templates show it by `{% chart chart %}`.
Colours come from the stylesheet by `tone`: "" (grey), "2", "3", "4" (lighter greys), "bad", "warn", "setup", "ok", "focus".
"""

from mom.core.charts.bars import Bar, Segment, Share, bars, pareto, shares
from mom.core.charts.columns import Series, stacked_columns
from mom.core.charts.lines import Line, Point, line, sparkline
from mom.core.charts.ribbon import Span, Tick, ribbon
from mom.core.charts.svg import Chart
from mom.core.charts.waterfall import Step, waterfall

__all__ = [
    "Bar",
    "Chart",
    "Line",
    "Point",
    "Segment",
    "Series",
    "Share",
    "Span",
    "Step",
    "Tick",
    "bars",
    "line",
    "pareto",
    "ribbon",
    "shares",
    "sparkline",
    "stacked_columns",
    "waterfall",
]
