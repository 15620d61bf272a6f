"""Long work as people see it: what runs, how far it is, how it ended, and the button that stops it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from mom.core.errors import NotFound
from mom.core.long_work import request_cancel
from mom.core.models import TaskRun
from mom.core.models.task_run import TASK_RUN_STATUS
from mom.core.permissions_declared import CANCEL_TASK_RUN, VIEW_TASK_RUN
from mom.core.use_case import use_case
from mom.core.web.bulk import BULK
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, Tag
from mom.core.web.views import SIGNED_IN, Crumb, DetailPage, PageMixin

MOST_ISSUES = 200


def run_url(run: TaskRun) -> str:
    """The address of a piece of long work."""
    return reverse("web:task_run_detail", args=[run.pk])


def status_of(run: TaskRun) -> Tag:
    """Its status as a word with a tone."""
    return Tag(TASK_RUN_STATUS.label(run.status), TASK_RUN_STATUS.state(run.status))


def share_of(run: TaskRun) -> float | None:
    """How far it is, 0 to 100; None where nobody knows how much there is."""
    return min(run.done / run.total * 100, 100.0) if run.total else None


class TaskRunList(ListPage):
    """All long work of the site, newest first."""

    permission = VIEW_TASK_RUN
    title = gettext_lazy("Long work")
    intro = gettext_lazy("Imports and recomputations run in the background; you may leave the page meanwhile.")
    counted = ngettext_lazy("%(count)s piece of work", "%(count)s pieces of work", "count")
    columns = (
        Column("what", gettext_lazy("What"), "title", link=run_url),
        Column("status", gettext_lazy("Status"), status_of, kind="tag", sort="status"),
        Column("done", gettext_lazy("Done"), kind="number"),
        Column("total", gettext_lazy("Of"), kind="number", minor=True),
        Column("by", gettext_lazy("Requested by"), "requested_by_label", minor=True),
        Column("requested", gettext_lazy("Requested"), "created_at", kind="moment"),
        Column("ended", gettext_lazy("Ended"), "finished_at", kind="moment", minor=True),
    )
    default_sort = "-requested"
    search_fields = ("title", "requested_by_label")
    empty = Empty(
        gettext_lazy("No long work yet"), gettext_lazy("Imports and recomputations show up here."), icon="clock"
    )

    def get_rows(self) -> QuerySet[TaskRun]:
        """The site's."""
        return TaskRun.objects.filter(site=self.site.code)


def seen(page: PageMixin, pk: int) -> TaskRun:
    """A piece of long work that the person asked for or may see. Raises: NotFound."""
    run = TaskRun.objects.filter(site=page.site.code, pk=pk).first()
    if run is None or not (run.requested_by == page.actor.reference or page.may(VIEW_TASK_RUN)):
        raise NotFound
    return run


class TaskRunDetail(DetailPage):
    """One piece of long work; its progress refreshes by itself while it runs."""

    permission = SIGNED_IN
    template_name = "core/task_run/detail.html"
    subject_name = "run"

    def get_subject(self) -> TaskRun:
        """Raises: NotFound, also for another site's, and for others' work without the right to see it."""
        return seen(self, self.kwargs["pk"])

    def get_title(self) -> str:
        return str(self.subject.title)

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Long work"), reverse("web:task_run_list")),)

    def get_context(self) -> dict[str, Any]:
        run: TaskRun = self.subject
        is_mine = run.requested_by == self.actor.reference
        may_cancel = is_mine or self.may(CANCEL_TASK_RUN)
        return {
            "status": status_of(run),
            "share": share_of(run),
            "cancel_url": reverse("web:task_run_cancel", args=[run.pk]) if may_cancel and not run.is_finished else "",
            "list_url": run.parameters.get("address", "") if run.kind == BULK else "",
            "issues": run.issues.order_by("line", "pk")[:MOST_ISSUES],
            "file_url": reverse("web:export_file", args=[run.pk]) if is_mine and "blob" in run.result else "",
        }


class CancelTaskRun(PageMixin):
    """Ask for the end of a piece of long work; it stops after its present piece, and what is done stays."""

    permission = SIGNED_IN

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = seen(self, pk)
        with use_case(self.actor) as act:
            request_cancel(act, run.pk)
        return HttpResponseRedirect(run_url(run))
