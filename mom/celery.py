"""The Celery app. Celery is a bell, PostgreSQL is the record: every task may be lost, doubled or late.

`celery -A mom.celery worker -P prefork --without-gossip --without-mingle -Q default,outbox,imports,floor,kpi,backups`
"""

import os

from celery import Celery
from kombu.entity import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mom.settings.prod")

QUEUES = ("default", "outbox", "imports", "floor", "kpi", "backups")

app = Celery("mom")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [Queue(name) for name in QUEUES]
app.conf.task_routes = {
    "mom.core.tasks.drain_outbox": {"queue": "outbox"},
    "mom.core.tasks.back_up": {"queue": "backups"},  # a worker that may enter as the owner of the tables
    "mom.core.tasks.drain_deliveries": {"queue": "outbox"},
    "mom.erp.tasks.*": {"queue": "imports"},
    "mom.floor.tasks.*": {"queue": "floor"},
    "analytics.tasks.*": {"queue": "kpi"},
}
app.conf.beat_schedule = {  # fixed UTC intervals that ring bells; what is due is computed from tables
    "sweep-outbox": {"task": "mom.core.tasks.drain_outbox", "schedule": 15.0, "options": {"expires": 15}},
    "sweep-deliveries": {"task": "mom.core.tasks.drain_deliveries", "schedule": 15.0, "options": {"expires": 15}},
    "sweep-long-work": {"task": "mom.core.tasks.sweep_long_work", "schedule": 30.0, "options": {"expires": 30}},
    "backup": {"task": "mom.core.tasks.schedule_backup", "schedule": 300.0, "options": {"expires": 300}},
    "audit-proof": {
        "task": "mom.core.tasks.schedule_audit_proof",
        "schedule": 900.0,
        "options": {"expires": 900},
    },
    "prune": {"task": "mom.core.tasks.prune", "schedule": 3600.0, "options": {"expires": 3600}},
    "heartbeat": {"task": "mom.core.tasks.ring_heartbeats", "schedule": 30.0, "options": {"expires": 30}},
    "generate-maintenance": {
        "task": "maintenance.tasks.generate_due_jobs",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "judge-alert-rules": {"task": "analytics.tasks.judge_alert_rules", "schedule": 15.0, "options": {"expires": 15}},
    "sweep-alerts": {"task": "mom.work.tasks.escalate_alerts", "schedule": 15.0, "options": {"expires": 15}},
    "plan-counts": {"task": "inventory.tasks.plan_counts", "schedule": 900.0, "options": {"expires": 900}},
    "sweep-inspections": {
        "task": "quality.tasks.inspections_by_time",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "sweep-imports": {"task": "mom.erp.tasks.sweep_imports", "schedule": 30.0, "options": {"expires": 30}},
    "archive-closed-days": {
        "task": "mom.floor.tasks.archive_closed_days",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "sweep-silence": {"task": "mom.floor.tasks.sweep_silence", "schedule": 5.0, "options": {"expires": 5}},
    "sweep-machines": {"task": "analytics.tasks.sweep_machines", "schedule": 30.0, "options": {"expires": 30}},
    "sweep-buckets": {"task": "analytics.tasks.sweep_dirty_days", "schedule": 30.0, "options": {"expires": 30}},
}
app.autodiscover_tasks()
