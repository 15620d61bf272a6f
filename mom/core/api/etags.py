"""Versions on the wire: what was read carries an ETag, and a change names the one it was made from (no lost update)."""

import re
from typing import Any

from django.http import HttpRequest
from django.utils.http import parse_etags

from mom.core.errors import PreconditionRequired, Stale

_ETAG = re.compile(r'"v(\d{1,10})"', re.ASCII)


def etag_of(instance: Any) -> str:
    """The ETag of a row with a `version`; empty for what never changes or has none."""
    version = getattr(instance, "version", None)
    return f'"v{version}"' if isinstance(version, int) else ""


def expected_version(request: HttpRequest) -> int:
    """The version that the change was made from. Raises: PreconditionRequired without `If-Match`, Stale."""
    header = request.headers.get("If-Match", "").strip()
    if not header or header == "*":
        raise PreconditionRequired
    tags = parse_etags(header)
    found = _ETAG.fullmatch(tags[0]) if len(tags) == 1 else None
    if found is None:
        raise Stale
    return int(found.group(1))


def require_match(request: HttpRequest, instance: Any) -> int:
    """The version to hand to the service, which compares it again under its lock.

    Raises: PreconditionRequired, Stale.
    """
    version = expected_version(request)
    if version != instance.version:
        raise Stale
    return version


def is_unchanged(request: HttpRequest, etag: str) -> bool:
    """Whether the reader holds that very version already (`If-None-Match`)."""
    return bool(etag) and etag in parse_etags(request.headers.get("If-None-Match", ""))
