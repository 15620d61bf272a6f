"""The scan page: where a scan leads, the choice where it may be several things, and what was read where it is none."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _

from mom.core.errors import InvalidInput
from mom.core.scan import ScanAnswer, resolve_scan
from mom.core.web.views import SIGNED_IN, Page

FROM_SCRIPT = "scan"
LOCATION = "Scan-Location"


class ScanPage(Page):
    """Reads `?text=` as a scan. Our script asks for a message only, and goes where its header says."""

    permission = SIGNED_IN
    title = _("Scan")
    template_name = "core/scan.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        text = request.GET.get("text", "")[:1_000]
        is_script = request.headers.get("X-Requested-With") == FROM_SCRIPT
        answer, refused = None, ""
        if text:
            try:
                answer = resolve_scan(self.actor, self.site.code, text, hosts=[request.get_host()])
            except InvalidInput as error:
                refused = " ".join(str(each) for each in error.fields["text"])
        if is_script:
            return self.message(text, answer, refused)
        if answer is not None and answer.url:
            return HttpResponseRedirect(answer.url)
        return self.render(answer=answer, refused=refused)

    def message(self, text: str, answer: ScanAnswer | None, refused: str) -> HttpResponse:
        """The answer for the script: a message, and the address where there is exactly one."""
        more = f"{reverse('web:scan')}?{urlencode({'text': text}, errors='replace')}"
        context = {"answer": answer, "refused": refused, "more_url": more}
        response = TemplateResponse(self.request, "core/scan_message.html", context)
        if answer is not None and answer.url:
            response.headers[LOCATION] = answer.url
        patch_vary_headers(response, ["X-Requested-With"])
        return response
