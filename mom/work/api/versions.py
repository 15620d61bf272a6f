"""Commands may name the version that they were given on; then an outdated view is refused."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from mom.core.api.etags import expected_version

IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=False,
    description="The ETag you read: refused if somebody changed it since. Without it the present state counts.",
)


def version_sent(request: Request) -> int | None:
    """The version that the asker saw; None where it names none, or any (`*`). Raises: Stale for a tag not ours."""
    return expected_version(request) if request.headers.get("If-Match", "").strip() not in {"", "*"} else None
