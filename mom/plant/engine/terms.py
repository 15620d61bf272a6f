"""The closed vocabularies of the plant model, in the standards' own words. Pure: no Django here."""

from enum import IntEnum, StrEnum


class EquipmentLevel(StrEnum):
    """Role of a node in the equipment hierarchy. Source: IEC 62264-1 section 5.3; B2MML 0701 `EquipmentLevel`."""

    ENTERPRISE = "enterprise"
    SITE = "site"
    AREA = "area"
    PROCESS_CELL = "process_cell"
    PRODUCTION_UNIT = "production_unit"
    PRODUCTION_LINE = "production_line"
    STORAGE_ZONE = "storage_zone"
    WORK_CENTER = "work_center"
    UNIT = "unit"
    WORK_CELL = "work_cell"
    STORAGE_UNIT = "storage_unit"
    WORK_UNIT = "work_unit"
    EQUIPMENT_MODULE = "equipment_module"
    CONTROL_MODULE = "control_module"


LEVEL_RANK: dict[EquipmentLevel, int] = {
    EquipmentLevel.ENTERPRISE: 0,
    EquipmentLevel.SITE: 1,
    EquipmentLevel.AREA: 2,
    EquipmentLevel.PROCESS_CELL: 3,
    EquipmentLevel.PRODUCTION_UNIT: 3,
    EquipmentLevel.PRODUCTION_LINE: 3,
    EquipmentLevel.STORAGE_ZONE: 3,
    EquipmentLevel.WORK_CENTER: 3,
    EquipmentLevel.UNIT: 4,
    EquipmentLevel.WORK_CELL: 4,
    EquipmentLevel.STORAGE_UNIT: 4,
    EquipmentLevel.WORK_UNIT: 4,
    EquipmentLevel.EQUIPMENT_MODULE: 5,
    EquipmentLevel.CONTROL_MODULE: 6,
}

WORK_UNIT_LEVELS = frozenset({EquipmentLevel.UNIT, EquipmentLevel.WORK_CELL, EquipmentLevel.WORK_UNIT})
"""Levels that do work themselves: what users call a machine or a station."""


def may_contain(parent: EquipmentLevel, child: EquipmentLevel) -> bool:
    """Whether `child` may stand below `parent`: the level goes strictly down, levels may be skipped."""
    return LEVEL_RANK[parent] < LEVEL_RANK[child]


class CapacityKind(StrEnum):
    """How much work an equipment takes at once."""

    EXCLUSIVE = "exclusive"  # one job; has a state timeline and OEE
    PLACES = "places"  # n jobs side by side; has load and queue
    QUANTITY = "quantity"  # jobs share a quantity with a unit (kg of a furnace, m3 of a silo)


class AssetKind(StrEnum):
    """What a physical asset is used as."""

    MACHINE = "machine"
    TOOL = "tool"
    MOULD = "mould"
    GAUGE = "gauge"
    CARRIER = "carrier"
    OTHER = "other"


class MaterialTracking(StrEnum):
    """How finely a material is told apart."""

    NONE = "none"
    LOT = "lot"
    SERIAL = "serial"


class LotDisposition(StrEnum):
    """What may be done with a lot. Source: B2MML 0701 `Disposition`."""

    PLANNED = "planned"
    IN_PROCESS = "in_process"
    RESTRICTED = "restricted"
    UNRESTRICTED = "unrestricted"
    CLOSED = "closed"


class SublotKind(StrEnum):
    """A sublot is a separately addressed quantity of a lot; a serial is a single piece with a life line of its own."""

    SUBLOT = "sublot"
    SERIAL = "serial"


class ReasonKind(StrEnum):
    """Which question a reason answers."""

    STOP = "stop"
    SCRAP = "scrap"
    REWORK = "rework"
    INDIRECT = "indirect"


class TimeClass(StrEnum):
    """Which part of the calendar a minute belongs to. Source: ISO 22400-2 time model; the mapping to it is data."""

    PRODUCTION = "production"
    SETUP = "setup"
    DELAY = "delay"
    DOWN = "down"
    PLANNED_MAINTENANCE = "planned_maintenance"
    PLANNED_STOP = "planned_stop"
    OFF_SHIFT = "off_shift"
    UNKNOWN = "unknown"


class LossClass(StrEnum):
    """The six big losses, and none."""

    NONE = "none"
    BREAKDOWN = "breakdown"
    SETUP_ADJUSTMENT = "setup_adjustment"
    MINOR_STOP = "minor_stop"
    REDUCED_SPEED = "reduced_speed"
    PROCESS_DEFECT = "process_defect"
    STARTUP_REJECT = "startup_reject"


class CalendarEntryKind(StrEnum):
    """What an exception does to the shift pattern below it."""

    WORKING = "working"
    NON_WORKING = "non_working"


class RateKind(StrEnum):
    """What a rate prices."""

    MACHINE = "machine"  # an hour of a machine, by state
    LABOUR = "labour"  # an hour of a person with a skill
    MATERIAL = "material"  # a unit of a material
    SCRAP = "scrap"  # a unit of scrap: what getting rid of it costs; less than 0 where it brings money
    ENERGY = "energy"  # a kWh, by tariff


class RateState(StrEnum):
    """The state in which an hour of a machine has its price."""

    RUNNING = "running"
    SETUP = "setup"
    WAITING = "waiting"
    PLANNED = "planned"
    DOWN = "down"


class SkillLevel(IntEnum):
    """How far somebody is with a skill."""

    LEARNS = 1
    SUPERVISED = 2
    ALONE = 3
    TEACHES = 4
