"""What the overview says while the first steps are not done."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from mom.core.web.home import Notice
from mom.core.web.views import Action
from mom.plant.permissions import CHANGE
from mom.start.selectors import setup_of


def first_steps(request: HttpRequest) -> Notice | None:
    """The way back into the first steps, for who may change the plant. One statement for them."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    site: Any = request.site
    if site.is_demo or not actor.may(CHANGE, site.code):
        return None
    setup = setup_of(site)
    if setup is None or setup.finished_at is not None:
        return None
    words = _("Your first steps are not done yet; what you typed is kept.")
    return Notice(words, Action(_("Go on with the first steps"), reverse("start:setup"), "", "primary"))
