"""Where a figure's number leads: to what it is made of."""

from datetime import date
from urllib.parse import urlencode

from django.urls import reverse


def why_url(kpi: str, day: date | None, *, machine: str = "", shift: str = "", time_class: str = "") -> str:
    """The page that opens a figure of one day to its intervals and counts; of one machine and shift where named."""
    asked = {"machine": machine, "first": day, "last": day, "shift": shift, "class": time_class}
    named = {name: value for name, value in asked.items() if value}
    return f"{reverse('analytics:why', args=[kpi])}?{urlencode(named)}"
