"""What is answered when something is refused or goes wrong: one sentence, whether data are safe, and the next step.

`mom.urls` names the handlers; under `/api/` each answers RFC 9457 problem JSON instead of a page.
"""

from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from mom.core.errors import MomError

PROBLEM_JSON = "application/problem+json"
TEMPLATES = {400: "errors/400.html", 403: "errors/403.html", 404: "errors/404.html"}


def respond(request: HttpRequest, error: MomError) -> HttpResponse:
    """The answer to a domain error, in the shape its asker reads."""
    if is_api(request):
        problem = {**error.as_problem(), "request_id": request_id(request)}
        return JsonResponse(problem, status=error.status, content_type=PROBLEM_JSON)
    return page(request, error.status, str(error.sentence))


def page(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    """A refusal as a page, or as the short message that htmx shows over the page that is open."""
    context = {"sentence": sentence, "status": status, "request_id": request_id(request)}
    site = getattr(request, "site", None)
    if site:
        timezone.activate(ZoneInfo(site.time_zone))  # the clock in the frame, also where no view came so far
    if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        response = render(request, "_components/toast.html", {"text": sentence, "tone": "bad"}, status=status)
        response.headers["HX-Reswap"] = "none"
        return response
    return render(request, TEMPLATES.get(status, "errors/refused.html"), context, status=status)


def is_api(request: HttpRequest) -> bool:
    """Whether the asker is a program."""
    return request.path.startswith("/api/")


def request_id(request: HttpRequest) -> str:
    """The id that logs and answers share."""
    return str(getattr(request, "request_id", ""))


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """400: the request itself is malformed. 413: it is larger than one file may be, and was not read."""
    if isinstance(exception, RequestDataTooBig):
        return _plain(request, 413, "too_large", _("This is larger than 20 MB and was not read. Make it smaller."))
    return _plain(request, 400, "bad_request", _("The request was not understood. Nothing was changed."))


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:  # noqa: ARG001 - Django names it
    """403: signed in, and without the right."""
    return _plain(request, 403, "not_allowed", _("You may not do this here."))


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:  # noqa: ARG001 - Django names it
    """404: no such address, or nothing there that the person may see."""
    return _plain(request, 404, "not_found", _("There is nothing at this address."))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django names it
    """403 of a form whose page was open for too long or came from elsewhere."""
    return _plain(
        request, 403, "form_expired", _("This form is too old to be sent. Load the page again and repeat the entry.")
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. Rendered without session, database or context processors, since any of them may be the cause."""
    sentence = _("Something went wrong on our side. What was saved before is safe.")
    if is_api(request):
        return _problem(request, 500, "server_error", sentence)
    context = {"sentence": sentence, "request_id": request_id(request)}
    return HttpResponse(render_to_string("errors/500.html", context), status=500)


def _plain(request: HttpRequest, status: int, code: str, sentence: str) -> HttpResponse:
    return _problem(request, status, code, sentence) if is_api(request) else page(request, status, sentence)


def _problem(request: HttpRequest, status: int, code: str, sentence: str) -> HttpResponse:
    problem = {
        "type": "about:blank",
        "title": sentence,
        "status": status,
        "code": code,
        "request_id": request_id(request),
    }
    return JsonResponse(problem, status=status, content_type=PROBLEM_JSON)
