"""Where a page of an act goes afterwards, and what it answers to a button that htmx pressed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from mom.core.web.views import FormPage


class ActPage(FormPage):
    """An act by a form that may stand on another page: it goes back there, and keeps what was typed when refused."""

    def back(self, form: Any, otherwise: str) -> str:
        """The page that the act was asked on, where that is one of ours."""
        asked = form.cleaned_data.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(
            asked, {self.request.get_host()}, require_https=self.request.is_secure()
        )
        return asked if asked and is_ours else otherwise

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A button that htmx pressed gets the refusal as a message over the page it stands on."""
        if not request.headers.get("HX-Request"):
            return super().post(request, *args, **kwargs)
        form = self.get_form()
        if not form.is_valid():
            return super().post(request, *args, **kwargs)
        address = self.perform(form)  # a MomError goes up to the middleware, which answers with its sentence
        return HttpResponse(status=302, headers={"Location": address})
