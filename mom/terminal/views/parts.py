"""What every surface of a device has: the device itself, before anything else is asked."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse

from mom.accounts.device_session import home_of
from mom.accounts.engine.device import DeviceKind
from mom.accounts.models import Device
from mom.core.web.views import PUBLIC, PageMixin


class DevicePage(PageMixin):
    """A page of one enrolled device at its own address; another browser is told how a device is enrolled."""

    permission = PUBLIC
    public_because = "The browser must hold the credential of an enrolled device, and a person their PIN to write."
    kind: ClassVar[DeviceKind] = DeviceKind.TABLET

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        device: Device | None = request.device or None  # type: ignore[attr-defined]
        if device is None:
            answer: HttpResponseBase = TemplateResponse(
                request, "terminal/not_enrolled.html", {"head": {"title": kwargs["code"]}}, status=403
            )
        elif (device.kind, device.station) != (self.kind, kwargs["code"]):
            answer = HttpResponseRedirect(home_of(device))
        else:
            self.device = device
            answer = super().dispatch(request, *args, **kwargs)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @property
    def site(self) -> Any:
        """The device's site, whoever is signed in."""
        return self.device.site

    def show(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        """A page in the frame of the floor."""
        return TemplateResponse(self.request, template, {"device": self.device, **context}, status=status)
