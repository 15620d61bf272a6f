"""Status: how the system is, what is wrong, what to do; its backups, and the button that makes one."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mom.core import status
from mom.core.backup import runs
from mom.core.engine.task_run import TaskRunStatus
from mom.core.models import BackupRun, TaskRun
from mom.core.models.backup import BACKUP_STATUS, BackupCause
from mom.core.permissions_declared import MAKE_BACKUP, VIEW_STATUS
from mom.core.use_case import use_case
from mom.core.web.tables import Tag
from mom.core.web.task_runs import run_url, share_of
from mom.core.web.views import Page, PageMixin

SHOWN = 10
_RANK = {status.BAD: 0, status.WARN: 1, status.OK: 2, status.INFO: 3}


class StatusPage(Page):
    """What is wrong first, then what is well."""

    permission = VIEW_STATUS
    title = _("Status")
    intro = _("How the system is, for all sites. The same by manage.py status and at /api/v1/status/.")
    template_name = "core/status.html"

    def get_context(self) -> dict[str, Any]:
        found = status.status()
        waiting = [TaskRunStatus.QUEUED.value, TaskRunStatus.RUNNING.value]
        under_way = TaskRun.objects.filter(kind=runs.BACKUP, status__in=waiting).order_by("-pk").first()
        backups = BackupRun.objects.order_by("-started_at")[:SHOWN]
        return {
            "found": found,
            "lines": sorted(found.lines, key=lambda line: _RANK[line.state]),
            "wrong": sum(1 for line in found.lines if line.state in {status.BAD, status.WARN}),
            "backups": [(run, _tag(run), status.in_words(run.size) if run.size else "") for run in backups],
            "under_way": under_way,
            "share": share_of(under_way) if under_way else None,
            "start_url": reverse("web:backup_start") if self.may(MAKE_BACKUP) and not under_way else "",
        }


def _tag(run: BackupRun) -> Tag:
    if run.removed_at:
        return Tag(_("Removed"))
    return Tag(BACKUP_STATUS.label(run.status), BACKUP_STATUS.state(run.status))


class StartBackup(PageMixin):
    """Queue a backup now; its progress is followed on its own page."""

    permission = MAKE_BACKUP
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        with use_case(self.actor) as act:
            run = runs.start(act, BackupCause.PERSON, self.site.code)
        return HttpResponseRedirect(run_url(run))
