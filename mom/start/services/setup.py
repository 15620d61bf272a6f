"""The first steps of a company: answers kept as they are typed, and all of them made true at once at the end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from mom.accounts.models import Site, SiteSetup, User
from mom.core.actor import Actor
from mom.core.errors import Conflict
from mom.core.use_case import UseCase, use_case
from mom.plant import permissions as plant_permissions
from mom.plant import public as plant
from mom.plant.engine.terms import EquipmentLevel, LossClass, TimeClass
from mom.plant.models import (
    Equipment,
    EquipmentClass,
    MaterialClass,
    MaterialDefinition,
    Person,
    PersonnelClass,
    Reason,
    Shift,
    WorkCalendar,
)
from mom.start.engine.shifts import WEEKDAYS, Days, Pattern, planned_shifts
from mom.start.engine.template import Template, Trade
from mom.start.selectors import template_of
from production import public as production

SHIFT_NAMES = {"D": "Day shift", "E": "Early shift", "L": "Late shift", "N": "Night shift"}


@dataclass(frozen=True)
class Shifts:
    """When the company works."""

    pattern: Pattern
    days: Days
    first_start: time
    break_minutes: int


@dataclass(frozen=True)
class FirstThing:
    """A machine or a person: code and name; `own` is the person who signs in, for the owner themselves."""

    code: str
    name: str
    area: str = ""
    own: User | None = None


@dataclass(frozen=True)
class FirstOrder:
    """What is to be made first; without a number it gets one."""

    code: str
    product: str
    quantity: Decimal
    unit: str


@dataclass(frozen=True)
class Steps:
    """Everything that was answered; None for a step that was left out."""

    trade: Trade = Trade.EMPTY
    shifts: Shifts | None = None
    machine: FirstThing | None = None
    person: FirstThing | None = None
    order: FirstOrder | None = None


@dataclass(frozen=True)
class Made:
    """What stands now: the machine and the number of the first order."""

    machine: str = ""
    order: str = ""


def keep(actor: Actor, site: Site, step: str, answers: Mapping[str, Any]) -> None:
    """Keep what was typed into a step, right or wrong, so that leaving loses nothing. Raises: NotAllowed, Conflict."""
    with use_case(actor) as act:
        act.require(plant_permissions.CHANGE, site.code)
        setup = _open_setup(site)
        setup.answers = {**setup.answers, step: dict(answers)}
        setup.save(update_fields=["answers"])


def finish(actor: Actor, site: Site, steps: Steps) -> Made:
    """Make everything that was answered, all or nothing; a second time is refused.

    Raises: NotAllowed; Conflict where it was done already; InvalidInput for a code that is taken.
    """
    with use_case(actor, "First steps") as act:
        act.require(plant_permissions.CHANGE, site.code)
        setup = _open_setup(site)
        template = template_of(steps.trade)
        calendar = _add_calendar(act, site, steps.shifts) if steps.shifts else None
        _add_classes(act, site, template)
        machine = _add_tree(act, site, template, calendar, steps.machine)
        add_reasons(act, site, template)
        if steps.person:
            values: dict[str, Any] = {"user": steps.person.own} if steps.person.own else {}
            plant.add_master_data(act, Person, site, code=steps.person.code, name=steps.person.name, **values)
        order = _add_order(act, site, steps.order, machine) if steps.order else ""
        setup.finished_at = act.now
        setup.save(update_fields=["finished_at"])
        act.record("start.first_steps_finished", subject=site, site=site.code, after={"trade": steps.trade})
        return Made(machine.code if machine else "", order)


def _open_setup(site: Site) -> SiteSetup:
    """Raises: Conflict where the steps are done, or this site never had any."""
    setup = SiteSetup.objects.select_for_update().filter(site=site).first()
    if setup is None or setup.finished_at is not None:
        raise Conflict(_("The first steps of this plant are done. Change it under Setup."), code="setup_done")
    return setup


def _add_calendar(act: UseCase, site: Site, shifts: Shifts) -> WorkCalendar:
    name = {Pattern.ONE: "One shift", Pattern.TWO: "Two shifts", Pattern.THREE: "Three shifts"}[shifts.pattern]
    calendar = plant.add_master_data(act, WorkCalendar, site, code="SHIFTS", name=name)
    for planned in planned_shifts(shifts.pattern, shifts.first_start, shifts.break_minutes):
        shift = Shift(
            site=site,
            calendar=calendar,
            code=planned.code,
            name=SHIFT_NAMES[planned.code],
            starts_at=planned.starts_at,
            ends_at=planned.ends_at,
            weekdays=list(WEEKDAYS[shifts.days]),
        )
        plant.add_shift(act, shift, planned.breaks)
    return calendar


def _add_classes(act: UseCase, site: Site, template: Template) -> None:
    for model, rows in (
        (EquipmentClass, template.classes),
        (PersonnelClass, template.skills),
        (MaterialClass, template.material_classes),
    ):
        for code, name in rows:
            plant.add_master_data(act, model, site, code=code, name=name)


def _add_tree(
    act: UseCase, site: Site, template: Template, calendar: WorkCalendar | None, machine: FirstThing | None
) -> Equipment | None:
    top = plant.add_master_data(
        act, Equipment, site, code=site.code, name=site.name, level=EquipmentLevel.SITE, calendar=calendar
    )
    areas: dict[str, Equipment] = {}
    for position, (code, name) in enumerate(template.areas, start=1):
        areas[code] = plant.add_master_data(
            act,
            Equipment,
            site,
            code=code,
            name=name,
            level=EquipmentLevel.AREA,
            parent=top,
            position=10 * position,
        )
    if machine is None:
        return None
    is_usual = machine.area in {"", template.machine.area}
    classes = EquipmentClass.objects.filter(site=site, code=template.machine.equipment_class) if is_usual else []
    return plant.add_master_data(
        act,
        Equipment,
        site,
        code=machine.code,
        name=machine.name,
        level=EquipmentLevel.WORK_UNIT,
        parent=areas.get(machine.area or template.machine.area, top),
        position=10,
        classes=list(classes),
    )


def add_reasons(act: UseCase, site: Site, template: Template) -> None:
    """The reason tree of a trade, with what each reason counts as. Joins the caller's transaction."""
    for position, group in enumerate(template.reasons, start=1):
        above: Reason | None = None
        for order, (code, name) in enumerate([(group.code, group.name), *group.below]):
            reason = plant.add_master_data(
                act,
                Reason,
                site,
                code=code,
                name=name,
                kind=group.kind,
                parent=above,
                position=10 * (order or position),
            )
            plant.classify_reason(act, reason, TimeClass(group.time_class), LossClass(group.loss_class))
            above = above or reason


def _add_order(act: UseCase, site: Site, order: FirstOrder, machine: Equipment | None) -> str:
    code = slugify(order.product).upper()[:40] or "PRODUCT-1"
    definition = plant.add_master_data(act, MaterialDefinition, site, code=code, name=order.product, unit=order.unit)
    new = production.NewOrder(
        code=order.code or "1001", definition=definition, quantity=order.quantity, equipment=machine
    )
    request = production.release_order(act, production.add_order(act, site, new))
    return str(request.work_request.code)
