"""What analytics keeps: buckets that can be made again at any time, and what waits for it."""

from analytics.models.alert_rule import AlertRule, RuleStanding
from analytics.models.board import BoardEntry, ShiftNote
from analytics.models.bucket import Bucket, DirtyDay, LabourBucket, OrderFlow, WorkBucket
from analytics.models.machine import (
    DayBucket,
    DirtyStretch,
    HourBucket,
    LiveShift,
    LossBucket,
    LossDay,
    MachineParts,
    Reckoning,
    ShiftBucket,
)
from analytics.models.redefinition import Redefinition
from analytics.models.target import KpiTarget

__all__ = [
    "AlertRule",
    "BoardEntry",
    "Bucket",
    "DayBucket",
    "DirtyDay",
    "DirtyStretch",
    "HourBucket",
    "KpiTarget",
    "LabourBucket",
    "LiveShift",
    "LossBucket",
    "LossDay",
    "MachineParts",
    "OrderFlow",
    "Reckoning",
    "Redefinition",
    "RuleStanding",
    "ShiftBucket",
    "ShiftNote",
    "WorkBucket",
]
