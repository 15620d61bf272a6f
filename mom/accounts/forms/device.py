"""What an administrator types about a device."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mom.accounts.engine.device import LEAST_IDLE_SECONDS, MOST_IDLE_SECONDS, USUAL_IDLE_SECONDS, DeviceKind
from mom.accounts.models import Device, Site
from mom.accounts.models.device import KINDS
from mom.accounts.stations import station_list


class DeviceChangeForm(forms.Form):
    """Name, place and idle time."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("As people call it, for example Tablet CNC-03."))
    station = forms.ChoiceField(label=_("Stands at"))
    auto_lock_seconds = forms.IntegerField(
        label=_("Locks after (seconds)"),
        min_value=LEAST_IDLE_SECONDS,
        max_value=MOST_IDLE_SECONDS,
        initial=USUAL_IDLE_SECONDS,
        help_text=_("Without touch, 30 to 900. Regulated sites take 120."),
    )

    def __init__(self, *args: Any, site: Site, device: Device, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site
        self._offer([DeviceKind(device.kind)])

    def _offer(self, kinds: list[DeviceKind]) -> None:
        groups = [
            (KINDS[kind], [(each.code, f"{each.code} {each.name}".strip()) for each in station_list(self.site, kind)])
            for kind in kinds
        ]
        field: Any = self.fields["station"]
        field.choices = groups if len(groups) > 1 else groups[0][1]


class DeviceForm(DeviceChangeForm):
    """A new device: what it is comes with where it stands."""

    field_order = ("name", "kind", "station", "auto_lock_seconds")
    kind = forms.ChoiceField(label=_("What it is"), choices=[(kind.value, words) for kind, words in KINDS.items()])

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        forms.Form.__init__(self, *args, **kwargs)
        self.site = site
        self._offer(list(DeviceKind))


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=500, min_length=2)
