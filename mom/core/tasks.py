"""The ground's entry points for workers and beat: thin, may run twice, late or never."""

import socket
from datetime import timedelta

from celery import current_app, shared_task

from mom.core import bell, clock, long_work, relay
from mom.core.audit import proof
from mom.core.backup import runs
from mom.core.delivery import room, sending
from mom.core.models import EventReceipt, IdempotencyKey, OutboxEvent, WorkerHeartbeat
from mom.core.web import bulk, long_exports

KEPT = timedelta(days=30)
_PIECE = 5_000


@shared_task(name="mom.core.tasks.drain_outbox", max_retries=3)
def drain_outbox() -> None:
    """Deliver what is due in the outbox. Rung after commits, and by beat in case a bell was lost."""
    relay.drain()


@shared_task(name="mom.core.tasks.drain_deliveries", max_retries=3)
def drain_deliveries() -> None:
    """Send what is due in the delivery room. Rung after commits, and by beat in case a bell was lost."""
    sending.drain()


@shared_task(name="mom.core.tasks.sweep_long_work", max_retries=3)
def sweep_long_work() -> None:
    """Ring for long work that waits or whose worker died."""
    long_work.sweep()


@shared_task(name="mom.core.tasks.ring_heartbeats", max_retries=3)
def ring_heartbeats() -> None:
    """Ask each queue for a sign of life."""
    for queue in current_app.conf.task_queues or ():
        _touch_heartbeat(queue.name, "rung_at")
        bell.ring("mom.core.tasks.stamp_heartbeat", queue.name, queue=queue.name)


@shared_task(name="mom.core.tasks.stamp_heartbeat", max_retries=3)
def stamp_heartbeat(queue: str) -> None:
    """The sign of life: a worker of this queue really took a message and reached the database."""
    _touch_heartbeat(queue, "stamped_at", worker=socket.gethostname())


@shared_task(name="mom.core.tasks.export_view", max_retries=3)
def export_view(task_run_id: int) -> None:
    """Make the file of a large export."""
    long_work.work(task_run_id, long_exports.run)


@shared_task(name="mom.core.tasks.schedule_backup", max_retries=3)
def schedule_backup() -> None:
    """Queue the backup of the night where its hour has come, also late."""
    runs.start_if_due()


@shared_task(name="mom.core.tasks.back_up", max_retries=3, soft_time_limit=6 * 3600, time_limit=6 * 3600 + 60)
def back_up(task_run_id: int) -> None:
    """Make a backup and prove it."""
    long_work.work(task_run_id, runs.run)


@shared_task(name="mom.core.tasks.schedule_audit_proof", max_retries=3)
def schedule_audit_proof() -> None:
    """Queue the day's verification of the audit trail, where it is due."""
    proof.start_if_due()


@shared_task(name="mom.core.tasks.prove_audit_trail", max_retries=3, soft_time_limit=3600, time_limit=3660)
def prove_audit_trail(task_run_id: int) -> None:
    """Verify the audit trail and anchor it."""
    long_work.work(task_run_id, proof.run)


@shared_task(name="mom.core.tasks.act_in_bulk", max_retries=3)
def act_in_bulk(task_run_id: int) -> None:
    """Do an act on many rows of a list."""
    long_work.work(task_run_id, bulk.run_queued)


@shared_task(name="mom.core.tasks.prune", max_retries=3)
def prune() -> None:
    """After 30 days let go what was kept for repetition only: delivered events, receipts, keys, messages, exports."""
    before = clock.now() - KEPT
    while True:
        delivered = list(OutboxEvent.objects.filter(done_at__lt=before).values_list("pk", flat=True)[:_PIECE])
        EventReceipt.objects.filter(event_id__in=delivered).delete()
        OutboxEvent.objects.filter(pk__in=delivered).delete()
        if len(delivered) < _PIECE:
            break
    IdempotencyKey.objects.filter(created_at__lt=before).delete()
    room.forget(before)
    long_exports.forget(before)


def _touch_heartbeat(queue: str, column: str, worker: str = "") -> None:
    instant = clock.now()
    defaults = {column: instant} | ({"worker": worker} if worker else {})
    WorkerHeartbeat.objects.update_or_create(queue=queue, defaults=defaults)
