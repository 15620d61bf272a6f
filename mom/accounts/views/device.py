"""Setup, Devices: tablets and walls, how they are enrolled, and how they are closed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.accounts.forms.device import DeviceChangeForm, DeviceForm, ReasonForm
from mom.accounts.models import Device
from mom.accounts.permissions import MANAGE_DEVICES, VIEW_DEVICE
from mom.accounts.selectors.device import device_get, device_list
from mom.accounts.services import device as devices
from mom.core.errors import MomError, NotAllowed
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, Tag
from mom.core.web.views import Action, Crumb, DetailPage, FormPage, show_error


def device_url(device: Device) -> str:
    """The page of a device."""
    return reverse("accounts:device", args=[device.pk])


def last_seen(device: Device) -> datetime | None:
    """When it was heard last; never before it was enrolled."""
    use = getattr(device, "use", None)
    return use.last_seen_at if use is not None else None


def crumbs(*more: Crumb) -> Sequence[Crumb]:
    """The way down from the list."""
    return (Crumb(_("Devices"), reverse("accounts:device_list")), *more)


class DeviceList(ListPage):
    """Every tablet and wall of the site."""

    permission = VIEW_DEVICE
    title = _("Devices")
    intro = _("Tablets at stations and walls of areas. Each sees its own place only, and writes nothing by itself.")
    counted = ngettext_lazy("%(count)s device", "%(count)s devices", "count")
    default_sort = "name"
    search_fields = ("name", "station")

    def status(self, device: Device) -> Tag:
        """Where it is between added and closed."""
        if device.revoked_at is not None:
            return Tag(_t("Revoked"), "bad")
        if device.digest:
            return Tag(_t("Enrolled"), "ok")
        return (
            Tag(_t("Waits for its code"), "warn") if device.awaits_code(self.now) else Tag(_t("Not enrolled"), "warn")
        )

    @property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        return (
            Column("name", _("Device"), link=device_url),
            Column("kind", _("What it is"), "get_kind_display", sort="kind", minor=True),
            Column("station", _("Stands at"), kind="code"),
            Column("status", _("Status"), self.status, kind="tag", sort=None),
            Column("seen", _("Last seen"), last_seen, kind="moment", sort="use__last_seen_at"),
            Column("lock", _("Locks after (s)"), "auto_lock_seconds", kind="number", minor=True),
        )

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        text = _("Enrol the tablet of a station, and people sign in there by badge and PIN.")
        return Empty(_("No devices yet"), text, icon="tablet", action=self._add("primary"))

    def _add(self, look: str) -> Action | None:
        if not self.may(MANAGE_DEVICES):
            return None
        return Action(_("Add device"), reverse("accounts:device_add"), "plus", look)

    def get_actions(self) -> Sequence[Action]:
        add = self._add("primary")
        return (add,) if add else ()

    def get_rows(self) -> Any:
        return device_list(self.actor, self.site)


class CodePage(FormPage):
    """Whatever ends with a code that is shown once."""

    permission = MANAGE_DEVICES

    def show_code(self, device: Device, code: str) -> HttpResponse:
        """The code, big and as a picture that a tablet's camera reads; the code stands behind the `#`."""
        address = self.request.build_absolute_uri(reverse("terminal:enrol"))
        svg = segno.make(f"{address}#{devices.spelled(code)}").svg_inline(border=2, omitsize=True)
        picture: SafeString = mark_safe(svg)  # noqa: S308 - drawn here, from an address and a code of ours
        context: dict[str, Any] = {"device": device, "code": devices.spelled(code), "address": address, "qr": picture}
        self.template_name = "accounts/device/code.html"  # type: ignore[misc]
        answer = self.render(**context)
        answer.headers["Cache-Control"] = "no-store"
        return answer


class DeviceAdd(CodePage):
    """A new device, and its code."""

    title = _("Add a device")
    intro = _("You get a code that lives 15 minutes; it is typed on the device itself.")
    form_class = DeviceForm
    submit_label = _("Add device")

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("accounts:device_list")

    def get_crumbs(self) -> Sequence[Crumb]:
        return crumbs()

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        if form.is_valid():
            try:
                return self.show_code(*devices.device_add(self.actor, site=self.site, **form.cleaned_data))
            except NotAllowed:
                raise
            except MomError as error:
                show_error(form, error)
        return self.render(status=422, form=form)


class DeviceDetail(DetailPage):
    """One device: where it stands, when it was heard, and what may be done with it."""

    permission = VIEW_DEVICE
    template_name = "accounts/device/detail.html"
    subject_name = "device"

    def get_subject(self) -> Device:
        return device_get(self.actor, self.site, self.kwargs["pk"])

    def get_crumbs(self) -> Sequence[Crumb]:
        return crumbs()

    def get_subtitle(self) -> str:
        return str(self.subject.station)

    def get_actions(self) -> Sequence[Action]:
        if self.subject.revoked_at is not None or not self.may(MANAGE_DEVICES):
            return ()
        pk = self.subject.pk
        return (
            Action(_("Change"), reverse("accounts:device_change", args=[pk]), "admin"),
            Action(_("Revoke"), reverse("accounts:device_revoke", args=[pk]), "x", "danger"),
        )

    def get_context(self) -> dict[str, Any]:
        return {
            "use": getattr(self.subject, "use", None),
            "may_manage": self.may(MANAGE_DEVICES) and self.subject.revoked_at is None,
            "awaits_code": self.subject.awaits_code(self.now),
        }


class OfDevice(FormPage):
    """A form about one device."""

    permission = MANAGE_DEVICES

    @property
    def device(self) -> Device:
        """The device. Raises: NotFound."""
        if not hasattr(self, "_device"):
            self._device = device_get(self.actor, self.site, self.kwargs["pk"])
        return self._device

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return device_url(self.device)

    def get_crumbs(self) -> Sequence[Crumb]:
        return crumbs(Crumb(self.device.name, device_url(self.device)))


class DeviceChange(OfDevice):
    """Name, place, idle time."""

    title = _("Change device")
    form_class = DeviceChangeForm
    submit_label = _("Save device")
    success_message = _("The device is changed.")

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.device, name) for name in devices.CHANGEABLE}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site, "device": self.device}

    def submit(self, form: Any) -> str:
        devices.device_change(self.actor, self.device.pk, self.device.version, **form.cleaned_data)
        return device_url(self.device)


class DeviceRevoke(OfDevice):
    """Closes it for ever; who is signed in there is out."""

    title = _("Revoke device")
    intro = _("From its next request on it opens nothing, and who is signed in there is out. It can't be undone.")
    form_class = ReasonForm
    submit_label = _("Revoke device")
    success_message = _("The device is revoked.")

    def submit(self, form: Any) -> str:
        devices.device_revoke(self.actor, self.device.pk, form.cleaned_data["reason"])
        return device_url(self.device)


class DeviceCode(CodePage):
    """Another code, to enrol the device anew."""

    title = _("Code for a device")
    http_method_names = ["post"]

    def get_crumbs(self) -> Sequence[Crumb]:
        return crumbs()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        device = device_get(self.actor, self.site, self.kwargs["pk"])
        return self.show_code(*devices.device_new_code(self.actor, device.pk))
