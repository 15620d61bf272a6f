"""Lists from spreadsheets: a new one, the choice of its columns beside what it would do, and its way in."""

import csv
import io
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from mom.core.engine.task_run import TaskRunStatus
from mom.core.errors import NotFound
from mom.core.web.exports import guarded
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, Tag
from mom.core.web.views import Action, Crumb, FormPage, PageMixin
from mom.erp.engine.table_fields import FIELDS, TableKind
from mom.erp.forms import ColumnsForm, TableFileForm
from mom.erp.models import TableImport
from mom.erp.models.table_import import TABLE_KIND
from mom.erp.permissions import RUN_IMPORT, VIEW_IMPORT
from mom.erp.selectors.table_import import table_get, table_list
from mom.erp.services import table_import as tables
from mom.erp.services.tables.planned import Fate, Planned
from mom.erp.table_words import EXAMPLES, HINTS, LABELS
from mom.erp.words import sentence

SHOWN = 10
MOST_PREVIEWED = 2_000
WHERE = {
    TableKind.MACHINES: ("plant:machine_list", gettext_lazy("See machines")),
    TableKind.PEOPLE: ("plant:person_list", gettext_lazy("See people")),
    TableKind.MATERIALS: ("plant:material_list", gettext_lazy("See materials")),
    TableKind.ORDERS: ("production:order_list", gettext_lazy("See orders")),
    TableKind.STOCK: ("plant:lot_list", gettext_lazy("See lots")),
    TableKind.ROUTINGS: ("production:definition_list", gettext_lazy("See definitions")),
    TableKind.PLANS: ("quality:plan_list", gettext_lazy("See control plans")),
}
FATES = {
    Fate.NEW: Tag(gettext_lazy("New"), "ok"),
    Fate.CHANGED: Tag(gettext_lazy("Changes"), "info"),
    Fate.SAME: Tag(gettext_lazy("Unchanged"), ""),
    Fate.REFUSED: Tag(gettext_lazy("Refused"), "bad"),
}


def add_address(kind: TableKind) -> str:
    """Where a list of that kind is handed over."""
    return f"{reverse('erp:table_add')}?kind={kind}"


def status_tag(run: TableImport) -> Tag:
    """Where the list stands."""
    task = run.apply_task
    if run.completed_at is not None:
        return Tag(_("Done"), "ok")
    if task is None:
        return Tag(_("Checked"), "warn") if run.checked_at else Tag(_("Columns to choose"), "warn")
    if task.status == TaskRunStatus.CANCELLED:
        return Tag(_("Cancelled"), "")
    return Tag(_("Failed"), "bad") if task.status == TaskRunStatus.FAILED else Tag(_("Running"), "info")


class TableList(ListPage):
    """Every list that was brought in at the site."""

    permission = VIEW_IMPORT
    title = gettext_lazy("Lists")
    intro = gettext_lazy("Spreadsheets of machines, people, materials, orders and opening stock.")
    counted = ngettext_lazy("%(count)s list", "%(count)s lists", "count")
    columns = (
        Column("id", gettext_lazy("List"), "pk", kind="code", link=lambda run: run.get_absolute_url()),
        Column("kind", gettext_lazy("Of"), "get_kind_display"),
        Column("file", gettext_lazy("File"), "file_name"),
        Column("status", gettext_lazy("Status"), status_tag, kind="tag"),
        Column("rows", gettext_lazy("Rows"), "rows_total", kind="number"),
        Column("applied", gettext_lazy("Brought in"), "rows_applied", kind="number"),
        Column("refused", gettext_lazy("Refused"), "rows_refused", kind="number"),
        Column("by", gettext_lazy("By"), "requested_by", minor=True),
        Column("created", gettext_lazy("When"), "created_at", kind="moment"),
    )
    default_sort = "-created"
    search_fields = ("file_name", "requested_by")

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        """What lists are for, with the button for those who may use it."""
        text = _("Bring in what you keep in Excel. You see each row's fate before anything takes effect.")
        return Empty(_("No lists yet"), text, icon="connect", action=self._add() if self.may(RUN_IMPORT) else None)

    @staticmethod
    def _add() -> Action:
        return Action(_("Bring in a list"), reverse("erp:table_add"), "plus", "primary")

    def get_crumbs(self) -> list[Crumb]:
        return [Crumb(_("Imports"), reverse("erp:import_list"))]

    def get_actions(self) -> list[Action]:
        return [self._add()] if self.may(RUN_IMPORT) else []

    def get_rows(self) -> Any:
        return table_list(self.actor, self.site.code)


class TableAdd(FormPage):
    """Hand a spreadsheet over."""

    permission = RUN_IMPORT
    template_name = "erp/table_import/add.html"
    title = gettext_lazy("Bring in a list")
    intro = gettext_lazy("Next you choose which column is what, and see what each row would do.")
    form_class = TableFileForm
    submit_label = gettext_lazy("Read file")

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("erp:table_list")

    def get_crumbs(self) -> list[Crumb]:
        return [Crumb(_("Imports"), reverse("erp:import_list")), Crumb(_("Lists"), reverse("erp:table_list"))]

    def get_initial(self) -> dict[str, Any]:
        return {"kind": self.request.GET.get("kind", "")}

    def get_context(self) -> dict[str, Any]:
        return {"kinds": [(kind.value, TABLE_KIND.label(kind), HINTS[kind]) for kind in TableKind]}

    def submit(self, form: TableFileForm) -> str:
        file = form.cleaned_data["file"]
        run = tables.take_in(
            self.actor,
            self.site,
            TableKind(form.cleaned_data["kind"]),
            file_name=file.name,
            content=file.read(),
        )
        return run.get_absolute_url()


class TableDetail(FormPage):
    """One list: its columns and, once chosen, what it would do; then its way in and what became of it."""

    permission = VIEW_IMPORT
    template_name = "erp/table_import/detail.html"
    form_class = ColumnsForm
    submit_label = gettext_lazy("Check list")

    @cached_property
    def run(self) -> TableImport:
        return table_get(self.actor, self.site.code, self.kwargs["pk"])

    def get_title(self) -> str:
        return self.run.file_name

    def get_subtitle(self) -> str:
        return str(TABLE_KIND.label(self.run.kind))

    def get_crumbs(self) -> list[Crumb]:
        return [Crumb(_("Imports"), reverse("erp:import_list")), Crumb(_("Lists"), reverse("erp:table_list"))]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"run": self.run}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may(RUN_IMPORT):
            raise NotFound
        return super().post(request, *args, **kwargs)

    def submit(self, form: ColumnsForm) -> str:
        tables.check(
            self.actor,
            self.run.pk,
            columns=form.columns(),
            decimal=form.cleaned_data["decimal"],
            date_format=form.cleaned_data["date_format"],
            version=form.cleaned_data["version"],
        )
        return self.run.get_absolute_url()

    def get_context(self) -> dict[str, Any]:
        run = self.run
        address, words = WHERE[TableKind(run.kind)]
        context: dict[str, Any] = {
            "run": run,
            "status_tag": status_tag(run),
            "hint": HINTS[TableKind(run.kind)],
            "may_run": self.may(RUN_IMPORT),
            "is_open": run.apply_task is None,
            "done_url": reverse(address),
            "done_words": words,
            "takes": run.rows_new + run.rows_changed,
            **progress_of(run),
        }
        if run.apply_task is None:
            context["samples"] = tables.samples(run)
            if run.checked_at is not None:
                context |= self._preview()
        return context

    def _preview(self) -> dict[str, Any]:
        planned = tables.plan(self.run, most=MOST_PREVIEWED)
        kind = TableKind(self.run.kind)
        chosen = [each.key for each in FIELDS[kind] if each.key in self.run.columns]
        good = [each for each in planned if each.fate != Fate.REFUSED]
        return {
            "problems": tables.problem_rows(planned)[:SHOWN],
            "preview_head": [LABELS[kind][key] for key in chosen],
            "preview": [
                (each.row.line, FATES[each.fate], [_shown(each, key) for key in chosen]) for each in good[:SHOWN]
            ],
        }


def _shown(each: Planned, key: str) -> str:
    value = each.row.values.get(key, "")
    return ", ".join(value) if isinstance(value, list) else str(value)


def progress_of(run: TableImport) -> dict[str, Any]:
    """What the progress part shows; nothing where no work is under way."""
    task = run.apply_task
    if task is None or task.is_finished:
        return {"working": False}
    return {
        "working": True,
        "title": task.title,
        "share": 100 * task.done / task.total if task.total else None,
        "note": ngettext_lazy("%(count)s row", "%(count)s rows", "count") % {"count": task.done},
        "poll_url": reverse("erp:table_progress", args=[run.pk]),
        "cancel_url": reverse("web:task_run_cancel", args=[task.pk]),
    }


class TableProgress(PageMixin):
    """The progress part alone, asked for every two seconds; when the work ends the whole page is loaded anew."""

    permission = VIEW_IMPORT

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = progress_of(table_get(self.actor, self.site.code, pk))
        if not found["working"]:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return TemplateResponse(request, "_components/progress_work.html", found)


class TableStart(PageMixin):
    """Bring a checked list in."""

    permission = RUN_IMPORT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = table_get(self.actor, self.site.code, pk)
        version = request.POST.get("version", "")
        tables.start(self.actor, run.pk, version=int(version) if version.isdecimal() else None)
        return HttpResponseRedirect(run.get_absolute_url())


class TableProblems(PageMixin):
    """Every refused row of a checked list as CSV, with its reasons: to mend in the spreadsheet."""

    permission = VIEW_IMPORT

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = table_get(self.actor, self.site.code, pk)
        rows = [
            (each.row.line, problem.where, problem.value, sentence(problem))
            for each in (tables.plan(run) if run.checked_at else [])
            for problem in each.problems
        ]
        head = (_("Line"), _("Column"), _("Value"), _("Reason"))
        return csv_answer([head, *rows], f"problems-{run.pk}.csv")


class TableTemplate(PageMixin):
    """An empty list of a kind with its headings and one example row."""

    permission = RUN_IMPORT

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        if kind not in list(TableKind):
            raise NotFound
        found = TableKind(kind)
        head = [each.key.replace("_", " ") for each in FIELDS[found]]
        return csv_answer([head, *EXAMPLES[found]], f"{kind}.csv")


def csv_answer(rows: list[Any], name: str) -> HttpResponse:
    """Rows as a CSV file that spreadsheets open safely."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([guarded(cell) for cell in row])
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)
