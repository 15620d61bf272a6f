"""A person's request made by a worker: what long work does on behalf of somebody, it sees with that person's rights."""

from urllib.parse import urlsplit

from django.http import HttpRequest, QueryDict

from mom.accounts.models import Site, User
from mom.accounts.selectors import actor_for_user
from mom.core.errors import NotFound


def request_as(reference: str, site_code: str, address: str) -> HttpRequest:
    """A GET of an address of ours as the person `user:<key>` at a site, with the rights of this moment.

    Raises: NotFound for a person who is no more, a program (`token:...`), or an unknown site.
    """
    kind, _colon, key = reference.partition(":")
    user = User.objects.filter(pk=key, is_active=True).first() if kind == "user" and key.isdigit() else None
    site = Site.objects.filter(code=site_code, is_active=True).first()
    if user is None or site is None:
        raise NotFound
    parts = urlsplit(address)
    request = HttpRequest()
    request.method = "GET"
    request.path = request.path_info = parts.path
    request.META = {"SERVER_NAME": "localhost", "SERVER_PORT": "80", "QUERY_STRING": parts.query}
    request.GET = QueryDict(parts.query)
    request.user = user
    request.actor = actor_for_user(user)  # type: ignore[attr-defined]
    request.site = site  # type: ignore[assignment]
    return request
