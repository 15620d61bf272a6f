"""The ground's tables. They know no domain: site, actor and subject are soft references."""

from mom.core.models.alias import Alias
from mom.core.models.attachment import Attachment, Rendition
from mom.core.models.audit import AuditEntry, AuditSeal
from mom.core.models.backup import BackupRun
from mom.core.models.blob import StoredBlob
from mom.core.models.delivery import Delivery, DeliverySequence, SendingPause
from mom.core.models.heartbeat import WorkerHeartbeat
from mom.core.models.idempotency import IdempotencyKey
from mom.core.models.label import LabelTemplate, LabelTemplateVersion
from mom.core.models.note import Note
from mom.core.models.number_range import NumberCounter, NumberRange
from mom.core.models.outbox import EventReceipt, OutboxEvent, OutboxSequence
from mom.core.models.printer import Printer, PrintJob
from mom.core.models.property import PropertyDefinition, PropertyValue
from mom.core.models.row_version import RowVersion
from mom.core.models.search_entry import SearchEntry
from mom.core.models.task_run import TaskRun, TaskRunIssue
from mom.core.models.webhook import WebhookEndpoint

__all__ = [
    "Alias",
    "Attachment",
    "AuditEntry",
    "AuditSeal",
    "BackupRun",
    "Delivery",
    "DeliverySequence",
    "EventReceipt",
    "IdempotencyKey",
    "LabelTemplate",
    "LabelTemplateVersion",
    "Note",
    "NumberCounter",
    "NumberRange",
    "OutboxEvent",
    "OutboxSequence",
    "PrintJob",
    "Printer",
    "PropertyDefinition",
    "PropertyValue",
    "Rendition",
    "RowVersion",
    "SearchEntry",
    "SendingPause",
    "StoredBlob",
    "TaskRun",
    "TaskRunIssue",
    "WebhookEndpoint",
    "WorkerHeartbeat",
]
