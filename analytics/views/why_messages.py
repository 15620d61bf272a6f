"""The raw messages of a machine in a stretch of time, as they came: the ground that every figure stands on."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mom.core.errors import NotFound
from mom.core.web.views import Crumb, DetailPage
from mom.floor import permissions
from mom.floor.models.labels import MESSAGE_KIND
from mom.floor.selectors.record import message_rows
from mom.plant.engine.calendar import instant, local_day
from mom.plant.models import Equipment
from mom.plant.selectors.equipment import machine_list

MOST_ROWS = 500
LONGEST = timedelta(days=7)
COLUMNS = [
    "occurred_at", "received_at", "kind", "name", "code", "mode", "reason", "value", "unit", "text", "source",
    "session", "sequence",
]  # fmt: skip


class StretchForm(forms.Form):
    """Which stretch, on the plant's clock."""

    start = forms.DateTimeField(
        label=gettext_lazy("From"), widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"})
    )
    end = forms.DateTimeField(
        label=gettext_lazy("Until"), widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"})
    )


class MachineMessages(DetailPage):
    """What a machine said from one instant until another."""

    permission = permissions.VIEW
    template_name = "analytics/why/messages.html"
    subject_name = "machine"

    def get_subject(self) -> Equipment:
        """Raises: NotFound."""
        found: Equipment | None = machine_list(self.actor, self.site).filter(code=self.kwargs["code"]).first()
        if found is None:
            raise NotFound(_("There is no such machine at this site."))
        return found

    def get_title(self) -> str:
        """Whose they are."""
        return _("Messages of %(machine)s") % {"machine": self.subject.code}

    def get_crumbs(self) -> list[Crumb]:
        """Up to the machine."""
        code = self.subject.code
        return [
            Crumb(_("Machines"), reverse("plant:machine_list")),
            Crumb(code, reverse("plant:machine_detail", args=[code])),
        ]

    def get_context(self) -> dict[str, Any]:
        """The first messages of the stretch. Statements depend on its days only, of which there are seven at most."""
        form = StretchForm(self.request.GET if {"start", "end"} & set(self.request.GET) else None)
        start, end, is_cut = self._stretch(form)
        rows = message_rows(self.subject.pk, start, end)
        shown = rows.slice(0, MOST_ROWS).select(COLUMNS).to_pylist()
        for row in shown:
            row["kind_word"] = MESSAGE_KIND.label(row["kind"])
        if not form.is_bound or form.is_valid():
            form = StretchForm(initial={"start": _local(start), "end": _local(end)})
        return {
            "form": form,
            "start": start,
            "end": end,
            "is_cut": is_cut,
            "rows": shown,
            "left_out": max(0, rows.num_rows - MOST_ROWS),
        }

    def _stretch(self, form: StretchForm) -> tuple[datetime, datetime, bool]:
        """The asked stretch, today's first hours without one; cut after seven days."""
        if form.is_bound and form.is_valid():
            start, end = form.cleaned_data["start"], form.cleaned_data["end"]
        else:
            start, end = _instant(self.request.GET.get("from", "")), _instant(self.request.GET.get("to", ""))
        start = start or instant(local_day(end or self.now, self.site.zone), time(0), self.site.zone)
        if not 1970 < start.year < 2199:
            start = instant(local_day(self.now, self.site.zone), time(0), self.site.zone)
        if end is None or end <= start or end.year >= 2199:
            end = max(self.now, start + timedelta(hours=1))
        return start, min(end, start + LONGEST), end > start + LONGEST


def _instant(text: str) -> datetime | None:
    """An instant with its offset; None for anything else. A plus that an address turned into a space is one."""
    try:
        found = parse_datetime(text.replace("\0", "").strip().replace(" ", "+"))
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _local(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M:%S")
