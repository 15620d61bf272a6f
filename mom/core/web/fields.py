"""Form controls as the design system wants them: every input has a name, and a date is picked, not spelt."""

from django.forms import BoundField, DateInput, MultiWidget, Widget
from django.utils.translation import gettext as _


def prepare(bound: BoundField) -> None:
    """Names the inputs of a range ("Due: from", "Due: to") and makes date inputs the browser's own."""
    widget = bound.field.widget
    if not isinstance(widget, MultiWidget):
        _pick(widget)
        return
    names = _ends(len(widget.widgets))
    for part, name in zip(widget.widgets, names, strict=True):
        _pick(part)
        part.attrs["aria-label"] = _("%(label)s: %(part)s") % {"label": bound.label, "part": name}


def _pick(widget: Widget) -> None:
    if isinstance(widget, DateInput) and widget.input_type == "text":
        widget.input_type = "date"
        widget.format = "%Y-%m-%d"  # what a date input reads and sends, whatever the locale shows


def _ends(count: int) -> list[str]:
    return [_("from"), _("to")] if count == 2 else [str(number) for number in range(1, count + 1)]
