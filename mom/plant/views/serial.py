"""A serial number or sublot by its key: it leads to the page on which it stands."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from mom.core.errors import NotFound
from mom.core.web.views import PageMixin
from mom.plant import permissions
from mom.plant.models import MaterialSublot
from mom.plant.selectors.scope import for_actor


class SerialPlace(PageMixin):
    """To the lot of a serial number or sublot, or to its material where it belongs to no lot."""

    permission = permissions.VIEW

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = for_actor(MaterialSublot.objects.filter(site=self.site), self.actor, permissions.VIEW)
        sublot = rows.select_related("lot", "definition").filter(pk=pk).first()
        if sublot is None:
            raise NotFound
        if sublot.lot is not None:
            return HttpResponseRedirect(reverse("plant:lot_detail", args=[sublot.lot.code]))
        return HttpResponseRedirect(reverse("plant:material_detail", args=[sublot.definition.code]))
