"""A wall of an area: read-only, signed in by its device, fetched anew by itself."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from mom.accounts.engine.device import DeviceKind
from mom.terminal.selectors import wall as selectors
from mom.terminal.views.parts import DevicePage

SECONDS = 7  # after two misses, 15 s, the wall says that it is old


class WallPage(DevicePage):
    """Each machine of the area with its job, worst first in look, in the plant's order in place."""

    kind = DeviceKind.WALL

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        area = selectors.area_of_wall(self.device)
        cells = selectors.cells(self.device, area, self.now)
        return self.show("terminal/wall.html", {"area": area, "cells": cells, "seconds": SECONDS, "look": "wall"})
