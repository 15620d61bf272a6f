"""From the codes that people write to the one machine, person, material or order they mean, within a site."""

from django.db.models import Model
from django.utils.translation import gettext as _

from analytics.selectors.slices import Only
from mom.accounts.models import Site
from mom.core.errors import InvalidInput
from mom.plant.models import Equipment, MaterialDefinition, Person
from mom.work.models import WorkRequest

NARROWS: dict[str, tuple[str, type[Model]]] = {
    "machine": ("equipment", Equipment),
    "person": ("person", Person),
    "material": ("definition", MaterialDefinition),
    "order": ("work_request", WorkRequest),
}


def only_from(site: Site, codes: dict[str, str]) -> Only:
    """`Only` for codes by their name in addresses. Raises: InvalidInput naming each code that the site has not."""
    found: dict[str, int] = {}
    wrong: dict[str, list[str]] = {}
    for name, (field, model) in NARROWS.items():
        code = codes.get(name, "")
        if not code:
            continue
        pk = model._default_manager.filter(site=site, code=code).values_list("pk", flat=True).first()
        if pk is None:
            wrong[name] = [_("This site has none with the code %(code)s.") % {"code": code}]
        else:
            found[field] = pk
    if wrong:
        raise InvalidInput(wrong)
    return Only(**found)
