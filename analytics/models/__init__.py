"""What analytics keeps: buckets that can be made again at any time, and what waits for it."""

from analytics.models.board import BoardEntry, ShiftNote
from analytics.models.bucket import Bucket, DirtyDay, LabourBucket, OrderFlow, WorkBucket
from analytics.models.machine import DirtyStretch, HourBucket, LiveShift, LossBucket, MachineParts, ShiftBucket
from analytics.models.target import KpiTarget

__all__ = [
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
    "ShiftBucket",
    "ShiftNote",
    "WorkBucket",
]
