"""Jobs in the search box."""

from django.urls import reverse

from mom.core.search import Entry


def job_address(entry: Entry) -> str:
    """The one page of a job."""
    return reverse("work:job_detail", args=[entry.code])
