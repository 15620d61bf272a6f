"""Many resources at once, by code: what an import names is there afterwards. All join the caller's transaction."""

from collections.abc import Mapping
from typing import Any, TypeVar

from mom.accounts.models import Site
from mom.core.use_case import Subject, UseCase
from mom.plant.engine.terms import CapacityKind, EquipmentLevel
from mom.plant.models import Equipment, MasterData, MaterialDefinition, Person

M = TypeVar("M", bound=MasterData)


def equipment_ids(
    act: UseCase, site: Site, names: Mapping[str, str], places: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Code to key for every machine in `names` (code to name); what the site lacks is added as a work unit.

    `places` says for a shared station how many jobs it takes side by side; the others are exclusive.
    """
    found = _known(Equipment, site, names)
    missing = names.keys() - found.keys()
    if missing:
        top = (
            Equipment.objects.filter(site=site, level=EquipmentLevel.SITE)
            .order_by("id")
            .values_list("id", flat=True)
            .first()
        )
        shared = places or {}
        found |= _added(
            act,
            Equipment,
            site,
            {
                code: {
                    "name": names[code],
                    "level": EquipmentLevel.WORK_UNIT,
                    "parent_id": top,
                    "capacity_kind": CapacityKind.PLACES if code in shared else CapacityKind.EXCLUSIVE,
                    "capacity_places": shared.get(code),
                }
                for code in missing
            },
        )
    return found


def person_ids(act: UseCase, site: Site, names: Mapping[str, str]) -> dict[str, int]:
    """Code to key for every person in `names` (code to name); whom the site lacks is added, without a sign-in."""
    found = _known(Person, site, names)
    missing = names.keys() - found.keys()
    return found | _added(act, Person, site, {code: {"name": names[code]} for code in missing})


def material_ids(act: UseCase, site: Site, named: Mapping[str, tuple[str, str]]) -> dict[str, int]:
    """Code to key for every material in `named` (code to name and unit); what the site lacks is added."""
    found = _known(MaterialDefinition, site, named)
    missing = named.keys() - found.keys()
    fields = {code: {"name": named[code][0], "unit": named[code][1]} for code in missing}
    return found | _added(act, MaterialDefinition, site, fields)


def _known(model: type[M], site: Site, codes: Mapping[str, object]) -> dict[str, int]:
    return dict(model._default_manager.filter(site=site, code__in=list(codes)).values_list("code", "id"))


def _added(act: UseCase, model: type[M], site: Site, fields: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Adds by code, in code order. One that somebody else adds at the same moment is taken as it is."""
    if not fields:
        return {}
    rows = [model(site=site, code=code, **fields[code]) for code in sorted(fields)]
    model._default_manager.bulk_create(rows, ignore_conflicts=True)
    noun = model._meta.model_name
    act.record(
        f"plant.{noun}_added",
        subject=Subject(model._meta.label_lower, "", f"{len(rows)} {model._meta.verbose_name_plural}"),
        site=site.code,
        after={"codes": sorted(fields)},
    )
    return _known(model, site, fields)
