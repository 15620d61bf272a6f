"""What About says of the demo plant where it stands."""

from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.demo.engine.norrtal import NAME, SITE


def invented() -> str:
    """That the demo's people and figures are nobody's; empty where there is no demo. One statement."""
    if not Site.objects.filter(code=SITE).exists():
        return ""
    words = _("The demo plant %(plant)s is invented: its machines, people, orders and figures belong to nobody.")
    return words % {"plant": NAME}
