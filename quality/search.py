"""Nonconformances in the search box."""

from django.urls import reverse

from mom.core.search import Entry


def ncr_address(entry: Entry) -> str:
    """The page of a nonconformance."""
    return reverse("quality:nonconformance_detail", args=[entry.code])
