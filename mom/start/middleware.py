"""An installation without people leads to its first page instead of to a sign-in that nobody has."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse

from mom.start.selectors import is_untouched

PLACES = frozenset({"/", "/sign-in/"})


class FirstPageMiddleware:
    """Sends a stranger from the root and the sign-in to `/start/`, while nobody can sign in. One statement there only.

    It asks no cookie: as long as there are no people, there are no sessions of theirs.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "GET" and request.path in PLACES and not request.user.is_authenticated and is_untouched():
            try:
                return HttpResponseRedirect(reverse("start:doors"))
            except NoReverseMatch:
                pass  # the first pages are not mounted here
        return self.get_response(request)
