"""Form controls as the design system wants them: every input has a name, and a date is picked, not spelt."""

from django.forms import BoundField, DateField, Field, MultiWidget, Widget
from django.forms.widgets import Input
from django.utils.translation import gettext as _


def prepare(bound: BoundField) -> None:
    """Names the inputs of a range ("Due: from", "Due: to") and makes date inputs the browser's own."""
    widget = bound.field.widget
    if not isinstance(widget, MultiWidget):
        _pick(bound.field, widget)
        return
    parts = getattr(bound.field, "fields", ())
    names = getattr(widget, "part_names", None) or _names(len(widget.widgets))
    for index, (part, name) in enumerate(zip(widget.widgets, names, strict=True)):
        part.attrs["aria-label"] = _("%(label)s: %(part)s") % {"label": bound.label, "part": name}
        if index < len(parts):
            _pick(parts[index], part)


def _pick(field: Field, widget: Widget) -> None:
    if isinstance(field, DateField) and isinstance(widget, Input) and widget.input_type == "text":
        widget.input_type = "date"
        if hasattr(widget, "format"):
            widget.format = "%Y-%m-%d"  # what a date input reads and sends, whatever the locale shows


def _names(count: int) -> list[str]:
    return [_("from"), _("to")] if count == 2 else [str(number) for number in range(1, count + 1)]
