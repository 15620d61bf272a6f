"""The ground's tables. They know no domain: site, actor and subject are soft references."""

from mom.core.models.audit import AuditEntry, AuditSeal
from mom.core.models.blob import StoredBlob
from mom.core.models.heartbeat import WorkerHeartbeat
from mom.core.models.idempotency import IdempotencyKey
from mom.core.models.outbox import EventReceipt, OutboxEvent, OutboxSequence
from mom.core.models.row_version import RowVersion
from mom.core.models.task_run import TaskRun, TaskRunIssue

__all__ = [
    "AuditEntry",
    "AuditSeal",
    "EventReceipt",
    "IdempotencyKey",
    "OutboxEvent",
    "OutboxSequence",
    "RowVersion",
    "StoredBlob",
    "TaskRun",
    "TaskRunIssue",
    "WorkerHeartbeat",
]
