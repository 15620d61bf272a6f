"""The demo's plant model: tree, calendar, people, materials, assets, reasons. All functions join the transaction."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from mom.accounts.models import Site
from mom.accounts.services.site import add_site
from mom.core.use_case import UseCase
from mom.demo.engine import norrtal
from mom.plant import public as plant
from mom.plant.engine.calendar import local_day
from mom.plant.engine.terms import EquipmentLevel, LossClass, TimeClass
from mom.plant.models import (
    BusinessPartner,
    Equipment,
    EquipmentClass,
    MaterialClass,
    MaterialDefinition,
    MaterialLot,
    Person,
    PersonnelClass,
    PhysicalAsset,
    Reason,
    Shift,
    WorkCalendar,
)

KEPT_FOR = timedelta(days=14)
"""How far back the demo's history reaches; what it needs (shifts, mounted assets) held longer."""


@dataclass
class DemoPlant:
    """The rows that orders and history refer to, by code."""

    site: Site
    equipment: dict[str, Equipment] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    materials: dict[str, MaterialDefinition] = field(default_factory=dict)
    partners: dict[str, BusinessPartner] = field(default_factory=dict)


def add_plant(act: UseCase) -> DemoPlant:
    """Add the site and everything that stands in it. Raises: InvalidInput where the site is there already."""
    site = add_site(
        act,
        code=norrtal.SITE,
        name=norrtal.NAME,
        time_zone=norrtal.ZONE,
        currency=norrtal.CURRENCY,
        is_demo=True,
    )
    built = DemoPlant(site)
    _add_equipment(act, built, _add_calendar(act, site))
    _add_people(act, built, local_day(act.now, site.zone))
    _add_materials(act, built)
    _add_assets(act, built, act.now - 10 * KEPT_FOR)
    _add_reasons(act, site, act.now - 10 * KEPT_FOR)
    return built


def _add_calendar(act: UseCase, site: Site) -> WorkCalendar:
    calendar = plant.add_master_data(act, WorkCalendar, site, code="3-SHIFT", name="Three shifts")
    for code, name, starts_at, ends_at, breaks in norrtal.SHIFTS:
        shift = Shift(
            site=site,
            calendar=calendar,
            code=code,
            name=name,
            starts_at=starts_at,
            ends_at=ends_at,
            weekdays=list(norrtal.EVERY_DAY),
        )
        plant.add_shift(act, shift, breaks)
    return calendar


def _add_equipment(act: UseCase, built: DemoPlant, calendar: WorkCalendar) -> None:
    site = built.site
    top = plant.add_master_data(
        act, Equipment, site, code=norrtal.SITE, name=norrtal.NAME, level=EquipmentLevel.SITE, calendar=calendar
    )
    areas = {}
    for position, area in enumerate(norrtal.AREAS, start=1):
        areas[area.code] = plant.add_master_data(
            act,
            Equipment,
            site,
            code=area.code,
            name=area.name,
            level=EquipmentLevel.AREA,
            parent=top,
            position=10 * position,
        )
    classes: dict[str, EquipmentClass] = {}
    for machine in norrtal.MACHINES:
        kind = machine.code.partition("-")[0]
        if kind not in classes:
            classes[kind] = plant.add_master_data(act, EquipmentClass, site, code=kind, name=machine.name)
    for position, machine in enumerate(norrtal.MACHINES, start=1):
        built.equipment[machine.code] = plant.add_master_data(
            act,
            Equipment,
            site,
            code=machine.code,
            name=machine.name,
            level=EquipmentLevel.WORK_UNIT,
            parent=areas[machine.area],
            position=10 * position,
            classes=[classes[machine.code.partition("-")[0]]],
        )


def _add_people(act: UseCase, built: DemoPlant, today: date) -> None:
    skills = {
        code: plant.add_master_data(act, PersonnelClass, built.site, code=code, name=name)
        for code, name in norrtal.SKILLS
    }
    for index, worker in enumerate(norrtal.WORKERS):
        person = plant.add_master_data(act, Person, built.site, code=worker.code, name=worker.name)
        built.people[worker.code] = person
        for skill in worker.skills:
            since = today - timedelta(days=400 + 11 * index)
            until = today + timedelta(days=12 + 23 * index) if index % 3 == 0 else None
            plant.grant_qualification(act, person, skills[skill], valid_from=since, valid_until=until)


def _add_materials(act: UseCase, built: DemoPlant) -> None:
    site = built.site
    classes = {
        code: plant.add_master_data(act, MaterialClass, site, code=code, name=name)
        for code, name in norrtal.MATERIAL_CLASSES
    }
    for material in norrtal.MATERIALS:
        built.materials[material.code] = plant.add_master_data(
            act,
            MaterialDefinition,
            site,
            code=material.code,
            name=material.name,
            unit=material.unit,
            tracking=material.tracking,
            classes=[classes[material.material_class]],
        )
    for code, name, is_customer, is_supplier in norrtal.PARTNERS:
        built.partners[code] = plant.add_master_data(
            act, BusinessPartner, site, code=code, name=name, is_customer=is_customer, is_supplier=is_supplier
        )
    for code, material_code, disposition, supplier in norrtal.LOTS:
        plant.add_master_data(
            act,
            MaterialLot,
            site,
            code=code,
            definition=built.materials[material_code],
            disposition=disposition,
            supplier=built.partners.get(supplier),
        )


def _add_assets(act: UseCase, built: DemoPlant, since: datetime) -> None:
    for machine in norrtal.MACHINES:
        asset = plant.add_master_data(
            act,
            PhysicalAsset,
            built.site,
            code=machine.serial,
            name=f"{machine.maker} {machine.name.lower()}",
            kind="machine",
            serial_number=machine.serial,
            manufacturer=machine.maker,
        )
        plant.mount_asset(act, asset, built.equipment[machine.code], at=since)
    for code, name, kind, serial, place in norrtal.TOOLS:
        asset = plant.add_master_data(
            act, PhysicalAsset, built.site, code=code, name=name, kind=kind, serial_number=serial
        )
        if place:
            plant.mount_asset(act, asset, built.equipment[place], at=since)


def _add_reasons(act: UseCase, site: Site, since: datetime) -> None:
    for position, (kind, code, name, time_class, loss_class, below) in enumerate(norrtal.REASONS, start=1):
        above = None
        for order, (each_code, each_name) in enumerate([(code, name), *below]):
            reason = plant.add_master_data(
                act,
                Reason,
                site,
                code=each_code,
                name=each_name,
                kind=kind,
                parent=above,
                position=10 * (order or position),
            )
            plant.classify_reason(act, reason, TimeClass(time_class), LossClass(loss_class), valid_from=since)
            above = above or reason
