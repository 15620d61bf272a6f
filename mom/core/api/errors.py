"""Every refusal of the API in one shape (RFC 9457), with a request id and never an internal detail."""

import logging
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from mom.core.errors import Conflict, InvalidInput, MomError, NotAllowed, NotFound, TooLarge, Unavailable

PROBLEM = "application/problem+json"
_log = logging.getLogger(__name__)


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> Response:
    """The answer to any exception of an API view."""
    request = context.get("request")
    problem, headers = problem_of(exc)
    if problem["status"] >= 500:
        _log.error("api request failed", exc_info=exc, extra={"problem": problem["code"]})
    problem["request_id"] = request_id(request)
    return Response(problem, status=problem["status"], headers=headers, content_type=PROBLEM)


def problem_response(request: HttpRequest, exc: Exception) -> JsonResponse:
    """The same answer outside a view, for middleware and unknown addresses below `/api/`."""
    problem, headers = problem_of(exc)
    problem["request_id"] = request_id(request)
    return JsonResponse(problem, status=problem["status"], headers=headers, content_type=PROBLEM)


def request_id(request: Any) -> str:
    """The id under which the logs know this request."""
    return str(getattr(request, "request_id", "") or "")


def problem_of(exc: Exception) -> tuple[dict[str, Any], dict[str, str]]:
    """The problem body and the headers that belong to it."""
    error = _translated(exc)
    headers: dict[str, str] = {}
    if isinstance(error, MomError):
        retry_after = getattr(error, "retry_after", None)
        if retry_after:
            headers["Retry-After"] = str(int(retry_after))
        return error.as_problem(), headers
    if isinstance(error, exceptions.Throttled):
        headers["Retry-After"] = str(max(1, math.ceil(getattr(error, "wait", None) or 1)))
    auth_header = getattr(error, "auth_header", "")
    if auth_header:
        headers["WWW-Authenticate"] = auth_header
    return _problem_of_drf(error), headers


def _translated(exc: Exception) -> MomError | exceptions.APIException:
    """Foreign exceptions as ours: bad data is the asker's (400), an absent server is 503, the rest is our fault."""
    match exc:
        case Http404() | exceptions.NotFound():
            return NotFound()
        case PermissionDenied():
            return NotAllowed()
        case exceptions.PermissionDenied():
            is_stock = exc.detail == exceptions.PermissionDenied.default_detail
            return NotAllowed() if is_stock else NotAllowed(str(exc.detail))
        case MomError() | exceptions.APIException():
            return exc
        case RequestDataTooBig():
            return TooLarge()
        case UnreadablePostError():
            return InvalidInput(status=400, sentence=_("The body ended before its length. Nothing was kept."))
        case DjangoValidationError():
            return InvalidInput(_django_fields(exc), status=400)
        case SuspiciousOperation() | DataError() | OverflowError() | RecursionError() | UnicodeError():
            return InvalidInput(status=400, sentence=_("A value is out of bounds or can't be stored."))
        case OperationalError() | InterfaceError():
            return Unavailable()
        case IntegrityError():
            _log.warning("untranslated constraint", exc_info=exc)
            return Conflict()
        case _:
            return exceptions.APIException(
                _("Something went wrong on our side; nothing was changed."), code="internal_error"
            )


def _django_fields(exc: DjangoValidationError) -> dict[str, list[str]]:
    return dict(exc.message_dict) if hasattr(exc, "error_dict") else {"": list(exc.messages)}


def _problem_of_drf(error: exceptions.APIException) -> dict[str, Any]:
    """DRF's own refusals: a stable code, one sentence, and the sentences by field where there are any."""
    status = int(error.status_code)
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else "invalid_input"
    problem: dict[str, Any] = {
        "type": f"urn:mom:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": str(error.detail) if isinstance(error.detail, str) else str(InvalidInput.default_sentence),
    }
    if isinstance(error, exceptions.ValidationError):
        problem |= {"code": "invalid_input", "type": "urn:mom:problem:invalid_input", "fields": _flat(error.detail)}
        problem["title"] = str(InvalidInput.title)
        problem["detail"] = str(InvalidInput.default_sentence)
    return problem


def _flat(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Nested messages as `items.0.quantity` -> sentences; what concerns the whole body is under the empty name."""
    if isinstance(detail, Mapping):
        found: dict[str, list[str]] = {}
        for name, inner in detail.items():
            here = path if name == "non_field_errors" else f"{path}.{name}" if path else str(name)
            found |= _flat(inner, here)
        return found
    if isinstance(detail, list | tuple) and any(isinstance(item, Mapping | list | tuple) for item in detail):
        found = {}
        for index, item in enumerate(detail):
            found |= _flat(item, f"{path}.{index}" if path else str(index)) if item else {}
        return found
    return {path: [str(item) for item in detail] if isinstance(detail, list | tuple) else [str(detail)]}
