"""The content security policy is worked out once and still says what django-csp says."""

import pytest
from csp.constants import HEADER, NONCE
from csp.decorators import csp_exempt, csp_update
from csp.middleware import CSPMiddleware
from django.http import HttpResponse
from django.test import RequestFactory

from mom.core.web.policy import PolicyMiddleware


def nonce(request):
    return HttpResponse(str(request.csp_nonce))


@csp_update({"img-src": ["https://example.org"]})
def with_more(_request):
    return HttpResponse()


@csp_exempt()
def without(_request):
    return HttpResponse()


def with_its_own(_request):
    return HttpResponse(headers={HEADER: "sandbox"})


@pytest.mark.parametrize("view", [lambda _request: HttpResponse(), with_more, without, with_its_own])
def test_header_is_that_of_django_csp(view):
    ours = PolicyMiddleware(view)(RequestFactory().get("/"))
    theirs = CSPMiddleware(view)(RequestFactory().get("/"))
    assert ours.headers.get(HEADER) == theirs.headers.get(HEADER)


def test_page_that_took_a_nonce_has_it_in_its_header(settings):
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"script-src": [NONCE]}}
    ours = PolicyMiddleware(nonce)(RequestFactory().get("/"))
    assert f"'nonce-{ours.content.decode()}'" in ours.headers[HEADER]
