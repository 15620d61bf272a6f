"""An installation without people leads to its first page instead of to a sign-in that nobody has."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from mom.start.selectors import is_untouched


class FirstPageMiddleware:
    """Sends a stranger from the root and the sign-in to `/start/`, while nobody can sign in. One statement there only.

    It asks no cookie: as long as there are no people, there are no sessions of theirs.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.places = {"/", reverse("accounts:sign_in")}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_stranger = not request.user.is_authenticated
        if request.method == "GET" and request.path in self.places and is_stranger and is_untouched():
            return HttpResponseRedirect(reverse("start:doors"))
        return self.get_response(request)
