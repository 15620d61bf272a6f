"""Charts as SVG written on the server: pure functions, no script, each with a title and its data as a table.

They take plain numbers and already translated words and return a `Chart`; templates show it by `{% chart chart %}`.
Colours come from the stylesheet by `tone`: "" (grey), "2" to "4" (lighter), "bad", "warn", "setup", "ok", "focus".
"""

from mom.core.charts.bars import Bar, Segment, Share, bars, pareto, shares
from mom.core.charts.columns import Series, stacked_columns
from mom.core.charts.control import ControlPoint, control_chart
from mom.core.charts.control import Line as ControlLine
from mom.core.charts.cycles import cycle_plot, signal
from mom.core.charts.lines import Line, Point, line, sparkline
from mom.core.charts.ribbon import Span, Tick, ribbon
from mom.core.charts.svg import FULL, HALF, Chart
from mom.core.charts.timeline import Label, timeline
from mom.core.charts.waterfall import Step, waterfall

__all__ = [
    "FULL",
    "HALF",
    "Bar",
    "Chart",
    "ControlLine",
    "ControlPoint",
    "Label",
    "Line",
    "Point",
    "Segment",
    "Series",
    "Share",
    "Span",
    "Step",
    "Tick",
    "bars",
    "control_chart",
    "cycle_plot",
    "line",
    "pareto",
    "ribbon",
    "shares",
    "signal",
    "sparkline",
    "stacked_columns",
    "timeline",
    "waterfall",
]
