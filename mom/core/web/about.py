"""About: what this software is, its version and licence, where its source is, and what data stand in it.

Apps above add what is to be known about their data with `register_note`, in `AppConfig.ready()`.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from mom.core.health import version
from mom.core.web.views import PUBLIC, Page, Text

Note = Callable[[], Text]
LICENCE = "AGPL-3.0-or-later"  # SPDX
_notes: dict[str, Note] = {}


def register_note(name: str, note: Note) -> None:
    """Add a sentence to the page; a note that returns "" is left out. The same name again replaces it."""
    _notes[name] = note


class About(Page):
    """Version, licence, source and data; for everybody, as the licence gives everybody the source."""

    permission = PUBLIC
    public_because = "The licence promises the source to everybody who uses the pages, signed in or not."
    title = _("About MOM")
    intro = _("Manufacturing operations management: production, quality, maintenance, inventory and their figures.")
    template_name = "_components/about.html"

    def get_context(self) -> dict[str, Any]:
        signed_in = self.request.user.is_authenticated
        return {
            "frame_template": "base.html" if signed_in else "base_plain.html",
            "version": version(),
            "licence": LICENCE,
            "source_url": settings.SOURCE_URL,
            "notes": [sentence for note in _notes.values() if (sentence := note())],
        }
