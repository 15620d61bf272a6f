"""A numbered piece by what people read off it."""

from django.utils.translation import gettext as _

from mom.core.errors import InvalidInput
from mom.plant.models import MaterialSublot


def piece_named(site_id: int, number: str, *, material: str = "", lot: str = "") -> MaterialSublot:
    """The piece of a site with this number, of this material and lot where they are named too.

    Raises: InvalidInput at `number` where there is none, or several materials count alike.
    """
    rows = MaterialSublot.objects.filter(site=site_id, code=number).select_related("definition", "lot", "site")
    if material:
        rows = rows.filter(definition__code=material)
    if lot:
        rows = rows.filter(lot__code=lot)
    found = list(rows.order_by("pk")[:2])
    if not found:
        raise InvalidInput({"number": [_("This site has none with the code %(code)s.") % {"code": number}]})
    if len(found) > 1:
        raise InvalidInput(
            {"number": [_("Several materials have a piece %(code)s. Name the material.") % {"code": number}]}
        )
    return found[0]
