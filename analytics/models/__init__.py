"""What analytics keeps: buckets that can be made again at any time, and the days that wait for it."""

from analytics.models.bucket import Bucket, DirtyDay, LabourBucket, OrderFlow, WorkBucket

__all__ = ["Bucket", "DirtyDay", "LabourBucket", "OrderFlow", "WorkBucket"]
