"""Imports: the list, a new one, one on its way, and what it refused or changed."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, Tag
from mom.core.web.views import Action, Crumb, DetailPage, FormPage, PageMixin
from mom.erp.engine.status import ImportStatus
from mom.erp.forms import ImportForm
from mom.erp.models import ImportRun
from mom.erp.permissions import RUN_IMPORT, VIEW_IMPORT
from mom.erp.selectors.import_run import import_get, import_list, issue_list, preview
from mom.erp.selectors.mapping import mapping_list
from mom.erp.services import import_run as imports
from mom.erp.services.import_run import HowToRun
from mom.erp.services.running import cancelled_sentence

TONES = {
    ImportStatus.CHECKING: "info",
    ImportStatus.CHECKED: "warn",
    ImportStatus.RUNNING: "info",
    ImportStatus.COMPLETED: "ok",
    ImportStatus.CANCELLED: "",
    ImportStatus.FAILED: "bad",
}


def status_tag(run: ImportRun) -> Tag:
    """The status as a tag with its tone."""
    return Tag(run.get_status_display(), TONES[run.status])


class ImportList(ListPage):
    """Every file that was brought in at the site."""

    permission = VIEW_IMPORT
    title = gettext_lazy("Imports")
    intro = gettext_lazy("Files from other systems: checked as a whole, then brought in.")
    counted = ngettext_lazy("%(count)s import", "%(count)s imports", "count")
    columns = (
        Column("id", gettext_lazy("Import"), "pk", kind="code", link=lambda run: run.get_absolute_url()),
        Column("file", gettext_lazy("File"), "file_name"),
        Column("status", gettext_lazy("Status"), status_tag, kind="tag"),
        Column("new", gettext_lazy("New rows"), "rows_new", kind="number"),
        Column("applied", gettext_lazy("Brought in"), "rows_applied", kind="number"),
        Column("known", gettext_lazy("Known"), "rows_known", kind="number", minor=True),
        Column("refused", gettext_lazy("Refused"), "rows_refused", kind="number"),
        Column("changed", gettext_lazy("Changed"), "rows_changed", kind="number", minor=True),
        Column("by", gettext_lazy("By"), "requested_by", minor=True),
        Column("created", gettext_lazy("When"), "created_at", kind="moment"),
    )
    default_sort = "-created"
    search_fields = ("file_name", "source", "requested_by")

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        """What imports are for, with the button for those who may use it."""
        action = (
            Action(_("Import a file"), reverse("erp:import_add"), "plus", "primary") if self.may(RUN_IMPORT) else None
        )
        text = _(
            "Bring in orders and work reports from another system's export. "
            "Nothing takes effect before the whole file is checked."
        )
        return Empty(_("No imports yet"), text, icon="connect", action=action)

    def ways(self) -> list[Action]:
        """Without an import yet the lists are still there: the head of an empty page shows no acts."""
        return [*super().ways(), self._lists()]

    @staticmethod
    def _lists() -> Action:
        return Action(_("Lists from Excel"), reverse("erp:table_list"))

    def get_actions(self) -> list[Action]:
        if not self.may(RUN_IMPORT):
            return [self._lists()]
        return [self._lists(), Action(_("Import a file"), reverse("erp:import_add"), "plus", "primary")]

    def get_rows(self) -> Any:
        return import_list(self.actor, self.site.code)


class ImportAdd(FormPage):
    """Hand a file over; a worker checks it, then a person decides."""

    permission = RUN_IMPORT
    title = gettext_lazy("Import a file")
    intro = gettext_lazy("The file is checked first. You see what it would bring in before anything takes effect.")
    form_class = ImportForm
    submit_label = gettext_lazy("Check file")

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("erp:import_list")

    def get_crumbs(self) -> list[Crumb]:
        return [Crumb(_("Imports"), reverse("erp:import_list"))]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"mappings": mapping_list(self.site.code)}

    def submit(self, form: ImportForm) -> str:
        file = form.cleaned_data["file"]
        file.seek(0)  # an act that had to yield to another is done again
        run = imports.request(
            self.actor,
            self.site,
            file_name=file.name,
            content=file.read(),
            mapping=form.cleaned_data["chosen"],
            how=HowToRun(waits_for_start=True),
        )
        return run.get_absolute_url()


class ImportDetail(DetailPage):
    """One import: how far it is, what it found, its first rows, and what may be done now."""

    permission = VIEW_IMPORT
    template_name = "erp/import_run/detail.html"
    subject_name = "run"

    def get_subject(self) -> ImportRun:
        return import_get(self.actor, self.site.code, self.kwargs["pk"])

    def get_title(self) -> str:
        return self.subject.file_name

    def get_crumbs(self) -> list[Crumb]:
        return [Crumb(_("Imports"), reverse("erp:import_list"))]

    def get_context(self) -> dict[str, Any]:
        run: ImportRun = self.subject
        return {
            "status_tag": status_tag(run),
            "preview": preview(run) if run.status in {ImportStatus.CHECKED, ImportStatus.RUNNING} else [],
            "issues": list(issue_list(run)[:10]),
            "cancelled": cancelled_sentence(run) if run.status == ImportStatus.CANCELLED and run.apply_task else "",
            "may_run": self.may(RUN_IMPORT),
            **progress_of(run, may_run=self.may(RUN_IMPORT)),
        }


def progress_of(run: ImportRun, *, may_run: bool) -> dict[str, Any]:
    """What the progress part shows; nothing where no work is under way."""
    if run.status not in {ImportStatus.CHECKING, ImportStatus.RUNNING}:
        return {"working": False}
    task = run.task
    share = 100 * task.done / task.total if task.total else None
    return {
        "working": True,
        "work_title": task.title,
        "share": share,
        "note": ngettext_lazy("%(count)s row", "%(count)s rows", "count") % {"count": task.done},
        "poll_url": reverse("erp:import_progress", args=[run.pk]),
        "cancel_url": reverse("erp:import_cancel", args=[run.pk]) if may_run else "",
    }


class ImportProgress(ImportDetail):
    """The progress part alone, asked for every two seconds; when the work ends the whole page is loaded anew."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found = progress_of(self.subject, may_run=self.may(RUN_IMPORT))
        if not found["working"]:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return TemplateResponse(request, "_components/progress_work.html", {**found, "title": found["work_title"]})


class ImportIssues(ListPage):
    """Every row that was refused or changed: line, column, value and reason. Exports like any list."""

    permission = VIEW_IMPORT
    counted = ngettext_lazy("%(count)s problem", "%(count)s problems", "count")
    columns = (
        Column("line", gettext_lazy("Line"), "line", kind="number"),
        Column("column", gettext_lazy("Column"), "column"),
        Column("value", gettext_lazy("Value"), "value"),
        Column("code", gettext_lazy("Kind"), "code", minor=True),
        Column("message", gettext_lazy("Reason"), "message"),
    )
    default_sort = "line"
    search_fields = ("column", "value", "message")
    empty = Empty(gettext_lazy("No problems"), gettext_lazy("Every row was taken as it stands."), icon="check")

    @cached_property
    def run(self) -> ImportRun:
        return import_get(self.actor, self.site.code, self.kwargs["pk"])

    def get_title(self) -> str:
        return _("Problems in %(file)s") % {"file": self.run.file_name}

    def get_crumbs(self) -> list[Crumb]:
        return [Crumb(_("Imports"), reverse("erp:import_list")), Crumb(str(self.run), self.run.get_absolute_url())]

    def get_rows(self) -> Any:
        return issue_list(self.run)


class ImportStart(PageMixin):
    """Bring a checked file in."""

    permission = RUN_IMPORT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = import_get(self.actor, self.site.code, pk)
        return HttpResponseRedirect(imports.start(self.actor, run.pk).get_absolute_url())


class ImportCancel(PageMixin):
    """Stop an import, or discard one that waits."""

    permission = RUN_IMPORT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = import_get(self.actor, self.site.code, pk)
        return HttpResponseRedirect(imports.cancel(self.actor, run.pk).get_absolute_url())
