"""What analytics keeps: buckets that can be made again at any time, and what waits for it."""

from analytics.models.alert_rule import AlertRule, RuleStanding
from analytics.models.board import BoardEntry, ShiftNote
from analytics.models.bucket import Bucket, DirtyDay, LabourBucket, OrderFlow, WorkBucket
from analytics.models.machine import DirtyStretch, HourBucket, LiveShift, LossBucket, MachineParts, ShiftBucket
from analytics.models.target import KpiTarget

__all__ = [
    "AlertRule",
    "BoardEntry",
    "Bucket",
    "DirtyDay",
    "DirtyStretch",
    "HourBucket",
    "KpiTarget",
    "LabourBucket",
    "LiveShift",
    "LossBucket",
    "MachineParts",
    "OrderFlow",
    "RuleStanding",
    "ShiftBucket",
    "ShiftNote",
    "WorkBucket",
]
