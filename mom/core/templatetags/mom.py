"""The design system in templates; builtins, so no `{% load %}`.

Parts: `{% icon "plus" %}` `{% glyph "down" %}` `{% state "down" since=row.since %}` `{% mark "warn" "−2.1 pts" %}`
`{% running_since stop.started_at %}` `{% tag "Hold" "bad" %}` `{% avatar person.name %}`
`{% progress good expected=now of=total %}`
`{% sparkline values target %}` `{% kpi label=… value=… %}` `{% chart chart %}` `{% field form.name %}`.
Prints: `value|number`, `|number:1`, `|signed`, `|percent`, `|quantity:"KGM"`, `|unit`, `|duration`, `|hours`, `|day`,
`|moment`.
Addresses: Django's own `{% querystring %}`.
"""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from mom.core.charts import sparkline as sparkline_svg
from mom.core.web import components, fields, printing
from mom.core.web.help import help_of

register = template.Library()

for _function in (
    components.icon,
    components.glyph,
    components.state,
    components.running_since,
    components.mark,
    components.tag,
    components.avatar,
    components.progress,
):
    register.simple_tag(_function)
for _printer in (
    printing.number,
    printing.signed,
    printing.percent,
    printing.quantity,
    printing.unit,
    printing.duration,
    printing.hours,
    printing.day,
    printing.moment,
):
    register.filter(_printer.__name__, _printer)


@register.filter
def iso(value: Any) -> str:
    """The exact instant for `datetime=` and `title=`; "" for none."""
    return printing.iso(value) if value else ""


@register.simple_tag
def instant(value: Any, look: str = "") -> SafeString | str:
    """An instant in the plant's zone, without the year where that is this one; exact on hover. `look`: "card" for the
    narrow head of a card.
    """
    if not value:
        return printing.unknown()
    shown = printing.card_moment(value) if look == "card" else printing.short_moment(value)
    return format_html('<time datetime="{0}" title="{0}">{1}</time>', printing.iso(value), shown)


@register.simple_tag(takes_context=True)
def page_help(context: Any) -> str:
    """The template with the help for the page that is open; "" where there is none."""
    request = context.get("request")
    return help_of(request) if request is not None else ""


@register.simple_tag
def sparkline(values: Any, target: Any = None) -> SafeString:
    """The last values as a line with a dashed target."""
    return mark_safe(sparkline_svg(list(values), target))  # noqa: S308 - made of numbers


@register.inclusion_tag("_components/kpi.html")
def kpi(
    label: Any,
    value: Any,
    unit: Any = "",
    foot: Any = "",
    status: str = "",
    flag: Any = "",
    series: Any = None,
    target: Any = None,
    url: str = "",
    about: Any = "",
) -> dict[str, Any]:
    """A figure with its yardstick: `foot` says the target, `flag` how far off; `status` is "", "warn" or "bad".

    `value` None prints "n/a". `series` is the last values, `target` their dashed line, `url` the breakdown, `about`
    what it is made of.
    """
    points = [point for point in series or () if point is not None]
    return {
        "label": label,
        "value": printing.unknown() if value is None else value,
        "is_unknown": value is None,
        "unit": "" if value is None else unit,
        "foot": foot,
        "status": status,
        "flag": flag,
        "series": points if len(points) > 1 else None,
        "target": target,
        "url": url,
        "about": about,
    }


@register.inclusion_tag("_components/chart.html")
def chart(chart: Any, caption: bool = False) -> dict[str, Any]:
    """A chart with its data behind "Show as table"; `caption` prints its title above."""
    return {"chart": chart, "svg": mark_safe(chart.svg), "caption": caption}  # noqa: S308 - mom.core.charts escapes all text


@register.inclusion_tag("_components/field.html")
def field(bound: Any, hint: Any = "", mark_optional: bool = True) -> dict[str, Any]:
    """A form field: label, control, hint, and its error in words; `mark_optional` False in a form of filters."""
    widget = bound.field.widget
    fields.prepare(bound)
    kind = getattr(widget, "input_type", "")
    look = "checkbox" if kind == "checkbox" else "" if kind in {"radio", "hidden"} else "input"
    if kind == "radio" or (kind == "checkbox" and bound.use_fieldset):
        kind, look = "choices", ""  # several boxes under one label; the class would land on what holds them
    attrs = {"class": f"{widget.attrs.get('class', '')} {look}".strip()}
    return {
        "field": bound,
        "control": bound.as_widget(attrs=attrs),
        "kind": kind,
        "hint": hint or bound.help_text,
        "mark_optional": mark_optional,
    }
