"""What is shown after too many wrong passwords."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from mom.core.web.refusals import PROBLEM_JSON, is_api

TOO_MANY_REQUESTS = 429


def locked_out(request: HttpRequest, *_response_and_credentials: Any) -> HttpResponse:
    """A page that says how long, the same whether or not the name exists."""
    seconds = str(round(float(settings.AXES_COOLOFF_TIME) * 3600))
    headers = {"Retry-After": seconds, "Cache-Control": "no-store"}
    if is_api(request):
        body = {
            "type": "urn:mom:problem:locked_out",
            "title": "Locked",
            "status": TOO_MANY_REQUESTS,
            "code": "locked_out",
        }
        return JsonResponse(body, status=TOO_MANY_REQUESTS, headers=headers, content_type=PROBLEM_JSON)
    response = render(request, "errors/locked_out.html", {"minutes": int(seconds) // 60}, status=TOO_MANY_REQUESTS)
    for name, value in headers.items():
        response.headers[name] = value
    return response
