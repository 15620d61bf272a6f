"""The proof of the audit trail: verified each day as long work, then anchored outside; what came out, for pages.

Verification and anchor never change the trail; the result stands in the row of the long work.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.utils.translation import gettext as _

from mom.core import clock, long_work
from mom.core.actor import system_actor
from mom.core.audit import anchor
from mom.core.audit.chain import Finding, verify_against, verify_in_pieces
from mom.core.audit.guards import verify_guards
from mom.core.audit.rows import verify_rows
from mom.core.engine.task_run import TaskRunStatus
from mom.core.long_work import Progress
from mom.core.models import TaskRun
from mom.core.models.audit import NO_SITE
from mom.core.use_case import UseCase, use_case

log = structlog.get_logger(__name__)
PROOF = long_work.declare("core.audit_proof", task="mom.core.tasks.prove_audit_trail", queue="default")
EVERY = timedelta(hours=24)
OVERDUE = timedelta(hours=49)
MOST_KEPT = 100  # findings in the result; their number is told in any case


@dataclass(frozen=True)
class AuditProof:
    """What the last verification found; `checked_at` is None where there was none yet."""

    checked_at: datetime | None
    is_whole: bool | None
    entries: int
    findings: tuple[Finding, ...]
    found: int
    """How many findings there were; `findings` are the first ones."""
    anchors: int
    anchor: str
    """The name of the day's anchor, and below its own SHA-256: the line to keep elsewhere. Empty: none was written."""
    anchor_digest: str
    is_running: bool
    is_overdue: bool
    run_id: int | None = None


def audit_proof(now: datetime | None = None) -> AuditProof:
    """How the audit trail stands by its last verification. Two statements."""
    last = (
        TaskRun.objects.filter(kind=PROOF, status=TaskRunStatus.SUCCEEDED.value, result__has_key="entries")
        .order_by("-finished_at", "-pk")
        .first()
    )
    is_running = TaskRun.objects.filter(kind=PROOF, finished_at=None).exists()
    if last is None:
        return AuditProof(None, None, 0, (), 0, 0, "", "", is_running, is_overdue=False)
    result: Mapping[str, Any] = last.result
    finished = last.finished_at or last.created_at
    return AuditProof(
        checked_at=finished,
        is_whole=result["found"] == 0,
        entries=result["entries"],
        findings=tuple(Finding(**each) for each in result["findings"]),
        found=result["found"],
        anchors=result["anchors"],
        anchor=result["anchor"],
        anchor_digest=result["anchor_digest"],
        is_running=is_running,
        is_overdue=(now or clock.now()) - finished > OVERDUE,
        run_id=last.pk,
    )


def start(act: UseCase, site: str = NO_SITE) -> TaskRun:
    """Queue a verification. Joins the caller's transaction."""
    return long_work.start(act, PROOF, site, _("Verify the audit trail"))


def start_if_due() -> bool:
    """Queue the verification of the day, where the last one began a day ago or never; say whether."""
    since = clock.now() - EVERY
    if TaskRun.objects.filter(kind=PROOF, created_at__gt=since).exclude(status=TaskRunStatus.CANCELLED.value).exists():
        return False
    with use_case(system_actor("beat")) as act:
        start(act)
    return True


def run(progress: Progress) -> dict[str, Any]:
    """Verify everything, then write the anchor of the day. Raises: Cancelled, at the end of a piece."""

    def tell(done: int, total: int) -> None:
        progress.advance(max(done, progress.done), total)
        progress.check_cancelled()

    def tell_tables(done: int, total: int) -> None:
        progress.advance(note=_("row versions of table %(done)d of %(total)d") % {"done": done, "total": total})
        progress.check_cancelled()

    found, entries = verify_in_pieces(tell)
    anchors, wrong = anchor.read_all()
    found += [*verify_against(anchor.all_heads(anchors)), *wrong, *verify_guards(), *verify_rows(tell_tables)]
    newest = _anchored()
    return {
        "entries": entries,
        "found": len(found),
        "findings": [asdict(each) for each in found[:MOST_KEPT]],
        "anchors": len(anchors) + (newest is not None),
        "anchor": newest.name if newest else "",
        "anchor_digest": newest.digest if newest else "",
    }


def _anchored() -> anchor.Anchor | None:
    """The anchor of the day; none where the directory can't be written, which says nothing against the trail."""
    try:
        return anchor.write(clock.now())
    except OSError:
        log.exception("audit_anchor_not_written", directory=str(anchor.directory()))
        return None
