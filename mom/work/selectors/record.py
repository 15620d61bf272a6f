"""What was recorded on jobs: the ledger of quantities, labour, and the log out of the audit trail."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mom.core.files.selectors import Related
from mom.core.models import AuditEntry
from mom.core.web import printing
from mom.plant.models import MaterialDefinition
from mom.work.engine.terms import OUTPUT_USES
from mom.work.models import JobOrder, JobRequirement, LabourEntry, QuantityReport, WorkRequest
from mom.work.models.labels import JOB_ORDER_COMMAND, QUANTITY_KIND, WORK_REQUEST_COMMAND

MOST = 100
"""So many rows of a record stand on a page; the API gives all."""

_WORDS: dict[str, str | Promise] = {
    "work.work_request_added": _("Order added"),
    "work.job_order_added": _("Job added"),
    "work.work_request_changed": _("Order changed"),
    "work.job_order_joined": _("Somebody joined"),
    "work.job_order_left": _("Somebody left"),
    "work.job_order_setup_begun": _("Set-up begun"),
    "work.job_order_production_begun": _("Production begun"),
    "work.job_order_start_undone": _("Start undone"),
    "work.job_order_pause_undone": _("Pause undone"),
    "work.job_order_resume_undone": _("Resume undone"),
    "work.work_request_start_undone": _("Start undone"),
    "work.stop_begun": _("Stop begun"),
    "work.stop_ended": _("Stop ended"),
    "work.stop_explained": _("Reason of a stop given"),
    "work.job_order_changed": _("Priority changed"),
    "work.job_input_added": _("Material added"),
    "work.quantity_reported": _("Quantities reported"),
    "work.quantity_reversed": _("Quantity taken back"),
    "work.equipment_reserved": _("Machine reserved"),
    "work.equipment_reservation_released": _("Reservation released"),
    "work.job_orders_linked": _("Jobs put in order"),
    "work.gate_overridden": _("Start allowed all the same"),
    "accounts.signed": _("Signed"),
}


def register_words(words: Mapping[str, str | Promise]) -> None:
    """What acts of the storeys above on orders and jobs are called in their log. Called in `AppConfig.ready()`."""
    _WORDS.update(words)


@dataclass(frozen=True)
class Record:
    """Rows of a record, newest first, and how many more there are."""

    rows: list[Any]
    left_out: int


@dataclass(frozen=True)
class LogLine:
    """One act: when, what was done to what, by whom, why."""

    at: datetime
    words: str | Promise
    subject: str
    detail: str
    by: str
    reason: str


def ledger(jobs: Collection[int]) -> Record:
    """The quantity reports of these jobs with job, person and reason, newest first. Two statements at most."""
    rows = QuantityReport.objects.filter(output__job_order__in=jobs)
    related = ("output__job_order", "output__definition", "person", "reason", "reversal")
    return _newest(rows.select_related(*related).order_by("-recorded_at", "-id"))


def labour(jobs: Collection[int]) -> Record:
    """Who worked on these jobs, newest first, without what was taken back. Two statements at most."""
    rows = LabourEntry.objects.filter(job_response__job_order__in=jobs, reverses=None, reversal__isnull=True)
    related = ("person", "job_response__job_order", "job_response__equipment")
    return _newest(rows.select_related(*related).order_by("-started_at", "-id"))


def log(site_code: str, orders: Collection[int], jobs: Collection[int]) -> Record:
    """The acts on these orders and jobs from the audit trail, newest first. Two statements at most."""
    about = Q(subject_type=JobOrder._meta.label_lower, subject_id__in=[str(pk) for pk in jobs])
    about |= Q(subject_type=WorkRequest._meta.label_lower, subject_id__in=[str(pk) for pk in orders])
    found = _newest(AuditEntry.objects.filter(about, chain=site_code).order_by("-id"))
    return Record([_line(entry) for entry in found.rows], found.left_out)


def _newest(rows: QuerySet[Any]) -> Record:
    found = list(rows[: MOST + 1])
    left_out = rows.count() - MOST if len(found) > MOST else 0
    return Record(found[:MOST], left_out)


def _line(entry: AuditEntry) -> LogLine:
    return LogLine(
        at=entry.recorded_at,
        words=words_of(entry.action),
        subject=entry.subject_label,
        detail=_detail(entry),
        by=entry.actor_label,
        reason=entry.reason,
    )


def words_of(action: str) -> str | Promise:
    """What an act is called in the log."""
    if action in _WORDS:
        return _WORDS[action]
    for prefix, labels in (("work.job_order_", JOB_ORDER_COMMAND), ("work.work_request_", WORK_REQUEST_COMMAND)):
        command = action.removeprefix(prefix)
        if command != action and command in labels.values:
            return labels.label(command)
    return action


def _detail(entry: AuditEntry) -> str:
    """The quantities of a report: "Good 12, Scrap 1"."""
    lines = entry.after.get("lines", []) if isinstance(entry.after, dict) else []
    return ", ".join(
        f"{QUANTITY_KIND.label(line['kind'])} {printing.quantity(Decimal(line['quantity']), line['unit'])}"
        for line in lines
    )


def materials_made(jobs: Collection[int]) -> Related:
    """What these jobs make, for the drawings of it beside their own files."""
    made = JobRequirement.objects.filter(job_order__in=jobs, material_use__in=OUTPUT_USES, definition__isnull=False)
    keys = made.order_by().values(key=Cast("definition", CharField()))
    return Related(MaterialDefinition._meta.label_lower, keys)
