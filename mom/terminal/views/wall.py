"""The wall of an area: read at eight metres, by nobody in particular; also for who is signed in and may look."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse

from mom.accounts.engine.device import DeviceKind
from mom.core.actor import Actor
from mom.core.errors import NotAllowed
from mom.terminal.selectors import wall as selectors
from mom.terminal.views.parts import DevicePage

SECONDS = 5  # between two fetches; the wall itself says that it is old after 15 s
LIVE = "live"


class WallPage(DevicePage):
    """Each machine of the area in the plant's order, the open calls by impact, what the shift came to so far."""

    kind = DeviceKind.WALL
    device: Any = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A person who is signed in on a browser of their own looks as themselves. Raises: NotAllowed."""
        if request.device or not request.user.is_authenticated or not request.site:  # type: ignore[attr-defined]
            return super().dispatch(request, *args, **kwargs)
        if not selectors.may_look(self.actor, self.site):
            raise NotAllowed
        answer: HttpResponseBase = super(DevicePage, self).dispatch(request, *args, **kwargs)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @property
    def site(self) -> Any:
        """The device's site, else the one that the person has chosen."""
        return self.device.site if self.device else self.request.site

    @property
    def viewer(self) -> Actor:
        """Who reads: the device for its own surface, else the person."""
        return selectors.viewer_of(self.device) if self.device else self.actor

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        area = selectors.area_of_wall(self.viewer, self.site, self.kwargs["code"])
        context = {
            "wall": selectors.wall(self.viewer, self.site, area, self.now),
            "site": self.site,
            "seconds": SECONDS,
            "look": "wall",
            "device": self.device,
            "head": {"title": area.name or area.code},
        }
        if request.headers.get("X-Requested-With") == LIVE:
            return TemplateResponse(request, "terminal/_wall.html", context)
        return TemplateResponse(request, "terminal/wall.html", context)
