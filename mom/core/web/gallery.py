"""The component gallery: every part the pages are made of, in every state, for reviewers and for the accessibility test."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from mom.core.web.views import Page


class ComponentGallery(Page):
    """Every part with its states."""

    permission = "core.view_components"
    title = _("Components")
    intro = _("Every part the screens are made of, with its states")
    template_name = "_components/gallery.html"

    def get_context(self) -> dict[str, Any]:
        return {}
