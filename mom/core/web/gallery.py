"""The component gallery: every part the pages are made of, in every state, for reviewers and the accessibility test.

Its figures are examples and say nothing about the plant.
"""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mom.core import charts
from mom.core.web import components
from mom.core.web.views import Page

SURFACES = ("bg", "surface", "sunken", "line-strong", "text", "text-2", "text-3", "accent", "accent-soft")
MARKS = ("st-run", "st-idle", "st-setup", "st-plan", "st-down", "st-off", "ok")


class ExampleForm(forms.Form):
    """One field of each kind."""

    quantity = forms.IntegerField(label=gettext_lazy("Quantity"), help_text=gettext_lazy("pieces, whole number"))
    measured = forms.DecimalField(label=gettext_lazy("Bore diameter"), max_value=25)
    order = forms.CharField(label=gettext_lazy("Order"), disabled=True, initial="24117", required=False)
    capacity = forms.ChoiceField(
        label=gettext_lazy("Capacity"),
        choices=[("one", gettext_lazy("One job at a time")), ("many", gettext_lazy("Several places"))],
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    counts = forms.BooleanField(label=gettext_lazy("The machine counts by itself"), required=False)


class ExampleSigning(forms.Form):
    """The fields of the signing dialog."""

    meaning = forms.ChoiceField(label=gettext_lazy("Meaning"), choices=[("approved", gettext_lazy("Approved"))])
    why = forms.CharField(label=gettext_lazy("Reason"))
    name = forms.CharField(
        label=gettext_lazy("Sign-in name or badge"),
        help_text=gettext_lazy("The first signature of a session takes both."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    secret = forms.CharField(
        label=gettext_lazy("PIN or password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )


class ComponentGallery(Page):
    """Every part with its states."""

    permission = "core.view_components"
    title = gettext_lazy("Components")
    intro = gettext_lazy("Every part the screens are made of, with its states")
    template_name = "_components/gallery.html"

    def get_context(self) -> dict[str, Any]:
        return {
            "themes": [("light", _("Light")), ("dark", _("Dark"))],
            "states": list(components.STATES),
            "since": dt.timedelta(minutes=12),
            "ribbon": ribbon(),
            "tokens": [*SURFACES, *MARKS],
            "form": ExampleForm({"quantity": "24", "measured": "31", "capacity": "one"}),
            "signing": ExampleSigning(),
            "to_sign": {"what": _("Work instruction"), "subject": {"label": "SOP-012"}, "version": "3"},
            "signed": signed(),
            "charts": [load(), downtime(), work_in_progress(), minutes(), nothing()],
            "series": {
                "good": [91, 93, 92, 95, 94, 96, 94, 94],
                "off": [84.1, 83.2, 82.6, 84.4, 83.0, 82.1, 81.6, 80.9],
            },
        }


def signed() -> list[dict[str, Any]]:
    """A signature that holds, and one whose record changed afterwards."""
    line = {
        "name": "Anna Berg",
        "meaning": _("Approved"),
        "at": dt.datetime(2026, 4, 14, 8, 42, tzinfo=dt.UTC),
        "local": "2026-04-14 10:42 UTC+0200",
        "reason": _("Fits drawing 4711-B"),
        "is_valid": True,
        "content_sha256": "9f2c41b07ade",
    }
    wrong = _("Not valid any more: the content changed after it was signed.")
    return [line, {**line, "name": "Tomasz Zielinski", "is_valid": False, "wrong": wrong}]


def ribbon() -> charts.Chart:
    """A shift until 10:42."""
    stretches = [
        ("run", 0, 52),
        ("down", 52, 61),
        ("run", 61, 114),
        ("setup", 114, 123),
        ("run", 123, 180),
        ("plan", 180, 195),
    ]
    stretches += [("run", 195, 230), ("idle", 230, 236), ("run", 236, 250), ("off", 250, 264), ("down", 264, 282)]
    spans = [
        charts.Span(state, start / 480, end / 480, f"{clock(start)} – {clock(end)} {components.state_word(state)}")
        for state, start, end in stretches
    ]
    ticks = [charts.Tick(hour / 8, clock(hour * 60)) for hour in range(9)]
    return charts.ribbon(spans, title=_("States since 06:00"), ticks=ticks, now=282 / 480, size="l", head=(_("State"),))


def clock(minute: int) -> str:
    """The time of day of a minute of the shift that starts at 06:00."""
    return f"{6 + minute // 60:02d}:{minute % 60:02d}"


def load() -> charts.Chart:
    """Load by day, in three parts."""
    days = [f"{day:02d}.04." for day in range(1, 15)]
    production = (5.2, 6.1, 5.8, None, None, 6.6, 6.9, 6.2, 5.1, 6.8, None, None, 7.1, 6.4)
    series = [
        charts.Series(_("Production"), production),
        charts.Series(_("Setup"), tuple(None if each is None else 1.1 for each in production), "setup"),
        charts.Series(
            _("Breakdown"), (0.4, None, 0.9, None, None, 0.2, 0.1, None, 2.3, 0.2, None, None, 0.1, 0.6), "bad"
        ),
    ]
    return charts.stacked_columns(
        days,
        series,
        title=_("Load by day"),
        description=_("Hours of setup, production and breakdown; the dashed line is the planned time."),
        head=_("Day"),
        total_head=_("All"),
        unit="h",
        limit=8,
        limit_label=_("planned 8 h"),
    )


def downtime() -> charts.Chart:
    """A Pareto with one focus and the rest last."""
    rows = [
        charts.Bar(_("Coolant pressure low"), 214, "bad", "11×"),
        charts.Bar(_("Tool change"), 96, note="9×"),
        charts.Bar(_("No material"), 58, note="6×"),
        charts.Bar(_("Operator away"), 33, note="5×"),
        charts.Bar(_("Not coded"), 41, "3", "4×", is_rest=True),
    ]
    head = (_("Reason"), _("Minutes"), _("Cumulative share"))
    return charts.pareto(rows, title=_("Downtime reasons"), head=head, cumulative=_("cumulative"))


def work_in_progress() -> charts.Chart:
    """Work in progress as steps, with a limit."""
    values = (12, 14, 13, 17, 19, 18, 22, 21, 24, 20, 18, 16)
    points = tuple(charts.Point(index, value, f"{index + 1:02d}.04.") for index, value in enumerate(values))
    return charts.line(
        [charts.Line(_("Orders in work"), points, is_step=True)],
        title=_("Work in progress"),
        head=_("Day"),
        x_labels=[(point.x, point.label) for point in points],
        target=20,
        target_label=_("limit 20"),
    )


def minutes() -> charts.Chart:
    """Where the minutes went."""
    steps = [
        charts.Step(_("Elapsed"), 282, tone="3"),
        charts.Step(_("Planned stop"), 15, is_loss=True, tone="4"),
        charts.Step(_("Planned time"), 267, tone="2"),
        charts.Step(_("Down"), 38, is_loss=True, tone="bad"),
        charts.Step(_("Setup"), 9, is_loss=True, tone="setup"),
        charts.Step(_("Waiting"), 6, is_loss=True, tone="warn"),
        charts.Step(_("Run time"), 214, tone="2"),
        charts.Step(_("Scrap"), 32, is_loss=True, tone="warn"),
        charts.Step(_("Effective"), 182),
    ]
    return charts.waterfall(steps, title=_("Where the minutes went"), head=(_("Step"), _("Minutes")))


def nothing() -> charts.Chart:
    """A chart without data."""
    return charts.bars([], title=_("Scrap by reason"), empty=_("No scrap was reported in this period."))
