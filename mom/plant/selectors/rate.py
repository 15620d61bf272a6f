"""Rates as pricing reads them: the levels of a machine, a skill, a material, a tariff. Constant statements."""

from collections import defaultdict

from django.db.models import Q, QuerySet

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.engine.interval import Interval
from mom.plant import permissions
from mom.plant.engine.rates import Levels, RateLine
from mom.plant.engine.terms import RateKind, RateState
from mom.plant.models import Equipment, EquipmentInClass, MaterialDefinition, PersonnelClass, Rate
from mom.plant.selectors.scope import for_actor

MOST_STOREYS = 8


def rate_list(actor: Actor, site: Site) -> QuerySet[Rate]:
    """The rates of a site with what they price."""
    rows = for_actor(Rate.objects.filter(site=site), actor, permissions.VIEW_RATE)
    return rows.select_related("equipment", "equipment_class", "personnel_class", "definition")


def line_of(rate: Rate) -> RateLine:
    """The rate as the engine reads it."""
    return RateLine(rate.pk, rate.amount, rate.currency, Interval(rate.valid_from, rate.valid_until))


def machine_levels(equipment: Equipment, state: RateState) -> Levels:
    """The rates of an hour of a machine in a state: its own, its classes', then the same of what it stands in, then
    the site's. Three statements and one for each step up that was not read along."""
    chain: list[Equipment] = [equipment]
    while chain[-1].parent is not None and len(chain) < MOST_STOREYS:
        chain.append(chain[-1].parent)
    keys = [each.pk for each in chain]
    classes: defaultdict[int, list[int]] = defaultdict(list)
    for member, klass in EquipmentInClass.objects.filter(equipment__in=keys).values_list(
        "equipment_id", "equipment_class_id"
    ):
        classes[member].append(klass)
    wanted = (
        Q(equipment__in=keys)
        | Q(equipment_class__in={key for found in classes.values() for key in found})
        | Q(equipment=None, equipment_class=None)
    )
    rates = list(Rate.objects.filter(wanted, site_id=equipment.site_id, kind=RateKind.MACHINE, state=state))
    levels: list[list[RateLine]] = []
    for key in keys:
        levels.append([line_of(rate) for rate in rates if rate.equipment_id == key])
        levels.append([line_of(rate) for rate in rates if rate.equipment_class_id in classes[key]])
    levels.append([line_of(rate) for rate in rates if rate.equipment_id is None and rate.equipment_class_id is None])
    return levels


def labour_levels(site: Site, skill: PersonnelClass | None) -> Levels:
    """The rates of an hour of somebody with a skill, then of anybody. One statement."""
    rates = list(Rate.objects.filter(site=site, kind=RateKind.LABOUR))
    own = [line_of(rate) for rate in rates if skill is not None and rate.personnel_class_id == skill.pk]
    return [own, [line_of(rate) for rate in rates if rate.personnel_class_id is None]]


def material_levels(definition: MaterialDefinition) -> Levels:
    """The rates of a unit of a material. One statement."""
    return [[line_of(rate) for rate in Rate.objects.filter(kind=RateKind.MATERIAL, definition=definition)]]


def scrap_levels(definition: MaterialDefinition) -> Levels:
    """The rates of a unit of scrap of a material, then of any. One statement."""
    rates = list(Rate.objects.filter(site_id=definition.site_id, kind=RateKind.SCRAP))
    own = [line_of(rate) for rate in rates if rate.definition_id == definition.pk]
    return [own, [line_of(rate) for rate in rates if rate.definition_id is None and rate.unit == definition.unit]]


def energy_levels(site: Site, tariff: str) -> Levels:
    """The rates of a kWh by a tariff, then without one. One statement."""
    rates = list(Rate.objects.filter(site=site, kind=RateKind.ENERGY))
    own = [line_of(rate) for rate in rates if tariff and rate.tariff == tariff]
    return [own, [line_of(rate) for rate in rates if not rate.tariff]]
