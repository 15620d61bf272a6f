"""Links to pages for whoever is not looking at one: in e-mails and in what is announced to other systems."""

from django.conf import settings
from django.urls import reverse


def public_url(name: str, *args: object) -> str:
    """The whole address of a page by its name; empty where PUBLIC_URL is not set, so that no link leads nowhere."""
    return f"{settings.PUBLIC_URL}{reverse(name, args=args)}" if settings.PUBLIC_URL else ""
