"""Quality's nouns, made known to the ground: inspections and nonconformances are numbered."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mom.core import nouns
from mom.work.models import WorkRequest
from quality import permissions
from quality.models import Nonconformance


def nonconformance_url(ncr: Any) -> str:
    """The page of a nonconformance."""
    return reverse("quality:nonconformance_detail", args=[ncr.code])


def register() -> None:
    """Called when the app is ready."""
    view = permissions.VIEW
    nouns.register(
        nouns.Noun(
            "nonconformance", Nonconformance, _("Nonconformance"), view, permissions.RECORD_NONCONFORMANCE,
            address=nonconformance_url, pattern="NCR-{yy}{seq:04}",
        )
    )  # fmt: skip
    nouns.register(
        nouns.Noun("inspection", WorkRequest, _("Inspection"), view, permissions.RECORD_SAMPLE,
                   pattern="IN-{yy}{seq:05}")
    )  # fmt: skip
