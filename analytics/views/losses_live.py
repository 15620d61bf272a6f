"""A page whose figures refresh by themselves: the live script is answered with the moving part alone."""

from typing import Any, ClassVar

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers

from mom.core.web.views import Page

LIVE = "live"  # what the script says of itself


class LivePage(Page):
    """`live_template_name` holds the elements that are swapped; the page includes the same template."""

    live_template_name: ClassVar[str] = ""

    def render(self, status: int = 200, **more: Any) -> HttpResponse:
        """The page, or its moving part where the live script asks."""
        if self.request.headers.get("X-Requested-With") == LIVE:
            answer: HttpResponse = TemplateResponse(
                self.request, self.live_template_name, {**self.frame(), **more}, status=status
            )
        else:
            answer = super().render(status, **more)
        patch_vary_headers(answer, ["X-Requested-With"])
        return answer
