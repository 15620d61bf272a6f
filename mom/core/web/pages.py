"""The shell's own pages: search, and the choice of theme."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from mom.core import search
from mom.core.web.context import THEME_COOKIE, THEMES
from mom.core.web.views import PUBLIC, SIGNED_IN, Page, PageMixin, htmx_target

MOST_IN_BOX, MOST_ON_PAGE = 5, 12  # hits of each kind
YEAR = 365 * 24 * 60 * 60


class SearchPage(Page):
    """Finds anything by number, name or scan. A text that is exactly one thing's code leads straight to it."""

    permission = SIGNED_IN
    title = _("Search")
    template_name = "_components/search_page.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        text = request.GET.get("q", "").replace("\0", "").strip()[:200]
        if htmx_target(request) == "omni-hits":
            groups = search.find(self.actor, self.site.code, text, limit=MOST_IN_BOX)
            return TemplateResponse(request, "_components/search_hits.html", {"text": text, "groups": groups})
        groups = search.find(self.actor, self.site.code, text, limit=MOST_ON_PAGE)
        hit = search.exact(groups, text)
        if hit:
            return HttpResponseRedirect(hit.url)
        return self.render(text=text, groups=groups, least=search.LEAST_CHARACTERS)


class ChooseTheme(PageMixin):
    """Keeps light, dark or system for this device and goes back to where the person was."""

    permission = PUBLIC
    public_because = "How a page looks is no secret, and the sign-in has a theme too."
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        back = request.POST.get("next", "/")
        if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
            back = "/"
        response = HttpResponseRedirect(back)
        chosen = request.POST.get("theme", "")
        if chosen in THEMES:
            response.set_cookie(THEME_COOKIE, chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure())
        return response
