"""Orders in the search box."""

from django.urls import reverse

from mom.core.search import Entry


def order_address(entry: Entry) -> str:
    """The one page of an order."""
    return reverse("production:order_detail", args=[entry.code])
