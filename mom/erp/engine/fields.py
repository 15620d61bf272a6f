"""The canonical fields of a reported row: what a mapping may fill, and of which kind each is."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class FieldKind(StrEnum):
    """How the text of a field is read."""

    CODE = "code"  # names a thing: order, machine, person, part
    TEXT = "text"
    MOMENT = "moment"
    DURATION = "duration"
    NUMBER = "number"
    CHOICE = "choice"
    FLAG = "flag"
    UNIT = "unit"


WORK_KINDS = ("setup", "production", "breakdown")

FIELDS: Mapping[str, FieldKind] = MappingProxyType(
    {
        "order": FieldKind.CODE,
        "operation": FieldKind.TEXT,
        "resource": FieldKind.CODE,
        "resource_name": FieldKind.TEXT,
        "person": FieldKind.CODE,
        "person_name": FieldKind.TEXT,
        "part": FieldKind.CODE,
        "part_name": FieldKind.TEXT,
        "order_quantity": FieldKind.NUMBER,
        "unit": FieldKind.UNIT,
        "started_at": FieldKind.MOMENT,
        "completed_at": FieldKind.MOMENT,
        "duration": FieldKind.DURATION,
        "report_kind": FieldKind.CHOICE,
        "good": FieldKind.NUMBER,
        "scrap": FieldKind.NUMBER,
        "rework_quantity": FieldKind.NUMBER,
        "review": FieldKind.NUMBER,
        "rework": FieldKind.FLAG,
    }
)

REQUIRED = ("order", "operation", "started_at")
"""Without these a row is not a report of work. An end follows from `completed_at` or from `duration`."""

LONGEST = MappingProxyType({"order": 64, "resource": 64, "person": 64, "part": 64})
LONGEST_TEXT = 200
