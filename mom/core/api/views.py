"""What `/api/v1/` answers besides its resources: the list of them, the OpenAPI document and its page, and not-found."""

from functools import lru_cache
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, override
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mom.core.api.errors import problem_response
from mom.core.api.renderers import LenientNegotiation
from mom.core.api.router import collections
from mom.core.errors import NotFound


class RootView(APIView):
    """The addresses of all collections."""

    public_because = "It lists addresses that the published OpenAPI document lists too; it reads no data."
    permission_classes = (AllowAny,)
    authentication_classes = ()
    content_negotiation_class = LenientNegotiation
    schema = None
    metadata_class = None

    def get(self, request: Request) -> Response:
        """Name -> address."""
        here = request.build_absolute_uri(reverse("api:root"))
        found = {name: f"{here}{name}/" for name in collections()}
        return Response({**found, "schema": f"{here}schema/", "docs": f"{here}docs/"})


@lru_cache(maxsize=8)
def _document(urlconf: str, language: str) -> Any:
    """The document in one language: the same for all, and a second's work, so it is made once a process."""
    with override(language):
        generator: Any = SchemaGenerator
        return generator(urlconf=urlconf).get_schema(request=None, public=True)


class KeptDocument(SchemaGenerator):
    """The document, made once."""

    def get_schema(self, request: Request | None = None, public: bool = False) -> Any:
        """The kept document."""
        return _document(settings.ROOT_URLCONF, get_language() or "")


class SchemaView(SpectacularAPIView):
    """The OpenAPI document."""

    public_because = "It describes the interface of an open program; it reads no data."
    generator_class = KeptDocument
    permission_classes = (AllowAny,)
    authentication_classes = ()
    content_negotiation_class = LenientNegotiation
    metadata_class = None


class DocsView(SpectacularSwaggerSplitView):
    """The OpenAPI document as a page, from our own origin and without inline script."""

    public_because = "It shows the published OpenAPI document; calls from it need a token of one's own."
    permission_classes = (AllowAny,)
    authentication_classes = ()
    content_negotiation_class = LenientNegotiation
    renderer_classes = [TemplateHTMLRenderer]
    metadata_class = None
    template_name = "core/api/docs.html"
    url_name = "api:schema"


@method_decorator(csrf_exempt, name="dispatch")
class UnknownAddress(View):
    """Any other address below `/api/`: a problem body, for every method."""

    public_because: ClassVar[str] = "It only says that there is nothing."

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The answer."""
        return problem_response(request, NotFound())
