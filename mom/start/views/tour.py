"""The tour as the script asks for it: its stops in words, where to go on, and the place kept."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from mom.accounts.models import TourProgress
from mom.core.web.views import SIGNED_IN, PageMixin
from mom.start.services.tour import keep_place
from mom.start.tours import TOURS, tour_for


class Tour(PageMixin):
    """GET: the stops, or 204 where there is nothing to show by itself. POST: the place."""

    permission = SIGNED_IN

    def get_tour(self) -> str:
        """The tour of this person at this site."""
        memberships: Any = self.request.memberships  # type: ignore[attr-defined]
        here = [each.role.code for each in memberships if each.site is None or each.site.pk == self.site.pk]
        return tour_for(here)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        tour = self.get_tour()
        progress = TourProgress.objects.filter(user_id=int(self.actor.id), tour=tour).first()
        is_asked_for = "again" in request.GET
        if not tour or (progress is not None and progress.ended_at is not None and not is_asked_for):
            return HttpResponse(status=204)
        step = 0 if progress is None or progress.ended_at is not None else progress.step
        stops = [{"title": str(stop.title), "text": str(stop.text), "target": stop.target} for stop in TOURS[tour]]
        words = {
            "at": _("{number} of {total}"),
            "next": _("Next"),
            "back": _("Back"),
            "done": _("Done"),
            "skip": _("Skip the tour"),
            "later": _("Later"),
        }
        return JsonResponse({"tour": tour, "step": step, "stops": stops, "words": words})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        tour = self.get_tour()
        typed = request.POST.get("step", "")
        if tour:
            step = min(int(typed), len(TOURS[tour]) - 1) if typed.isdecimal() and len(typed) < 4 else 0
            keep_place(self.actor, tour, step, is_ended=request.POST.get("ended") == "1")
        return HttpResponse(status=204)
