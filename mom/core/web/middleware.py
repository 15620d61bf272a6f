"""The outermost and the innermost layer of a request: its id, and the answer to a refusal."""

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from mom.core.errors import MomError
from mom.core.request_id import accepted_request_id, bound_request_id
from mom.core.web import refusals

HEADER = "X-Request-ID"
GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Gives each request an id: the caller's where it is plain, else a new one. Logs, audit and answers carry it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = accepted_request_id(request.headers.get(HEADER, ""))
        request.request_id = request_id  # type: ignore[attr-defined]
        timezone.deactivate()  # a page activates its site's zone; the next request of this thread starts in UTC
        structlog.contextvars.clear_contextvars()
        with bound_request_id(request_id), structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response.headers[HEADER] = request_id
        return response


class ErrorMiddleware:
    """Answers every `MomError` that a view lets through: a page with its sentence, under `/api/` the same as JSON."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return refusals.respond(request, exception) if isinstance(exception, MomError) else None
