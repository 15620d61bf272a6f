"""Lists: search, filters as chips, saved filters as tabs, sort, pages, and an export of exactly this view.

    class OrderList(ListPage):
        permission = "production.view_order"
        title = _("Orders")
        counted = ngettext_lazy("%(count)s order", "%(count)s orders", "count")
        columns = (
            Column("order", _("Order"), "code", kind="code", link=lambda order: order.get_absolute_url()),
            Column("due", _("Due"), "due_at", kind="moment"),
            Column("good", _("Good"), "good_quantity", kind="quantity", unit="unit"),
        )
        default_sort = "-due"
        search_fields = ("code", "material__name")          # `?q=`, any contains the text; to-one paths only
        filterset_class = OrderFilters                       # django-filter; no filter named q, view, sort, col, page
        saved_filters = (
            SavedFilter("all", _("All orders")),
            SavedFilter("late", _("Late"), lambda page: Q(due_at__lt=page.now), tone="bad"),
        )
        empty = Empty(_("No orders yet"), _("Orders come from the ERP, from a file or by hand."), icon="prod")

        def get_rows(self):
            return order_list(self.actor, self.site.code)   # a queryset, or a plain list of objects or dicts

The first saved filter is open without `?view=`. Statements for a queryset: one for the rows, one for all tab counts,
one more for the count where a search or filter is on. `?export=csv` and `xlsx` give every row of the view.
To put something above the list (tiles, a chart), extend `_components/list_page.html` and fill `{% block above %}`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core.web import bulk, chips, exports, first_use, saved_views
from mom.core.web.tables import Column, SavedFilter, is_sortable, ordered
from mom.core.web.views import Action, PageMixin, htmx_target

Text = str | Promise
KEPT = ("view", "sort", "col", "density", saved_views.ASKED)  # what stays when search and filters go
LIST_ID = "list"  # the element that htmx replaces


@dataclass(frozen=True)
class Empty:
    """What a list says at first use: what it is for, and the one button that starts it."""

    title: Text
    text: Text = ""
    icon: str = "list"
    action: Action | None = None


@dataclass(frozen=True)
class Heading:
    """A column's head: the address that sorts by it, and how it sorts now ("ascending", "descending" or "")."""

    column: Column
    url: str
    direction: str


@dataclass(frozen=True)
class Tab:
    """A saved filter as shown."""

    key: str
    label: Text
    url: str
    count: int
    tone: str
    current: bool


class ListPage(PageMixin):
    """A list of one noun. See the module's example; everything is declared, only `get_rows` is written."""

    template_name: ClassVar[str] = "_components/list_page.html"
    columns: ClassVar[Sequence[Column]] = ()
    filterset_class: ClassVar[Any] = None
    search_fields: ClassVar[Sequence[str]] = ()
    search_label: ClassVar[Text] = _("Search this list")
    saved_filters: ClassVar[Sequence[SavedFilter]] = ()
    default_sort: ClassVar[str] = ""
    page_size: ClassVar[int] = 50
    export_formats: ClassVar[Sequence[str]] = ("csv", "xlsx")
    bulk_actions: ClassVar[Sequence[bulk.BulkAction]] = ()
    counted: ClassVar[Any] = ngettext_lazy("%(count)s row", "%(count)s rows", "count")
    empty: ClassVar[Empty] = Empty(_("Nothing here yet"))

    def get_rows(self) -> Any:
        """Everything the actor may see at the site, from a selector: a queryset or a plain list."""
        raise NotImplementedError

    def get_row_class(self, row: Any) -> str:
        """The class of a row that deviates: "row-bad" or ""."""
        return ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        default = next((each for each in self.kept_views if each.is_default), None) if not request.GET else None
        if default is not None:
            return HttpResponseRedirect(default.url)
        if request.GET.get("export") in self.export_formats:
            if isinstance(self.narrowed, QuerySet) and self.narrowed.count() > exports.AT_ONCE:
                return TemplateResponse(request, "_components/export_large.html", self.frame())
            return exports.respond(request.GET["export"], self.get_title(), self.shown_columns, self.narrowed)
        template = "_components/list.html" if htmx_target(request) == LIST_ID else self.template_name
        response: HttpResponse = TemplateResponse(request, template, {**self.frame(), **self.list_context()})
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """An act on the chosen rows."""
        return bulk.posted(self)

    def run_address(self, run: Any) -> str:
        """Where the outcome of an act on many rows is told."""
        return reverse("web:task_run_detail", args=[run.pk])

    def ways(self) -> list[Action]:
        """Other ways to fill the list while it is empty, from storeys above."""
        match = self.request.resolver_match
        return first_use.ways(match.view_name, self.may) if match else []

    # -- what the address asks for ---------------------------------------------------------------------------------

    @cached_property
    def rows(self) -> Any:
        """All rows of the list, before tab, search and filters."""
        return self.get_rows()

    @cached_property
    def filterset(self) -> Any:
        """The bound filter set, or None."""
        if self.filterset_class is None:
            return None
        return self.filterset_class(self.request.GET, queryset=self.within_tab, request=self.request)

    @cached_property
    def tab(self) -> SavedFilter | None:
        """The saved filter that is open."""
        wanted = self.request.GET.get("view", "")
        return next((each for each in self.saved_filters if each.key == wanted), next(iter(self.saved_filters), None))

    @property
    def text(self) -> str:
        """What was typed into the list's search."""
        return self.request.GET.get("q", "").replace("\0", "").strip()[:200]

    @property
    def sort(self) -> str:
        """The sort in force: the address's where it names a sortable column, else the default."""
        asked = self.request.GET.get("sort", "")
        known = {column.key for column in self.columns if is_sortable(column, self.rows)}
        return asked if asked.removeprefix("-") in known else self.default_sort

    @cached_property
    def shown_columns(self) -> list[Column]:
        """The columns chosen under Columns (`?col=`), else those not hidden."""
        known = {column.key: column for column in self.columns}
        chosen = dict.fromkeys(self.request.GET.getlist("col"))
        return [known[key] for key in chosen if key in known] or [each for each in self.columns if not each.hidden]

    @property
    def offered_columns(self) -> list[Column]:
        """All columns for the chooser: the shown ones in their order, then the others."""
        return [*self.shown_columns, *(each for each in self.columns if each not in self.shown_columns)]

    @property
    def density(self) -> str:
        """How high the rows are."""
        asked = self.request.GET.get("density", "")
        return asked if asked in saved_views.DENSITIES else saved_views.DENSITIES[0]

    @cached_property
    def kept_views(self) -> list[saved_views.KeptView]:
        """The views that the person keeps of this list or that are shared with them. One statement."""
        match = getattr(self.request, "resolver_match", None)
        return saved_views.kept_views(self.actor, self.site, match.view_name) if match else []

    @cached_property
    def open_view(self) -> saved_views.KeptView | None:
        """The kept view that is open."""
        asked = self.request.GET.get(saved_views.ASKED, "")
        return next((each for each in self.kept_views if str(each.key) == asked), None)

    @property
    def may_share_views(self) -> bool:
        """Whether the person may show a view to others."""
        return self.may(saved_views.SHARE)

    @property
    def lost_note(self) -> str:
        """What the open view asks for and the list has no more."""
        if self.open_view is None:
            return ""
        keys = {column.key for column in self.columns}
        sortable = {column.key for column in self.columns if is_sortable(column, self.rows)}
        filters: set[str] = set()
        for name, field in self.filterset.form.fields.items() if self.filterset is not None else ():
            filters |= set(chips.keys_of(name, field))
        tabs = {each.key for each in self.saved_filters}
        return saved_views.note_of(saved_views.lost_parts(self.request.GET, keys, sortable, filters, tabs))

    # -- rows ------------------------------------------------------------------------------------------------------

    @cached_property
    def within_tab(self) -> Any:
        if self.tab is None:
            return self.rows
        if isinstance(self.rows, QuerySet):
            return self.rows.filter(self.tab.condition(self))
        return [row for row in self.rows if self.tab.matches is None or self.tab.matches(row)]

    @cached_property
    def narrowed(self) -> Any:
        """The rows of this view in its order: what the page shows part of, and the export all of."""
        rows = self.filterset.qs if self.filterset is not None else self.within_tab
        if self.text:
            rows = self.search(rows)
        return ordered(rows, self.columns, self.sort)

    def search(self, rows: Any) -> Any:
        """The rows that contain the text in one of `search_fields` (a plain list: in any column)."""
        if isinstance(rows, QuerySet):
            condition = Q()
            for name in self.search_fields:
                condition |= Q(**{f"{name}__icontains": self.text})
            return rows.filter(condition)
        wanted = self.text.casefold()
        return [row for row in rows if any(wanted in str(column.plain(row)).casefold() for column in self.columns)]

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many rows each saved filter holds, in one statement."""
        if not isinstance(self.rows, QuerySet):
            return {
                tab.key: sum(tab.matches is None or tab.matches(row) for row in self.rows) for tab in self.saved_filters
            }
        if not self.saved_filters:
            return {}
        counts = {
            f"tab_{tab.key}": Count("pk", filter=tab.condition(self), distinct=True) for tab in self.saved_filters
        }
        found = self.rows.order_by().aggregate(**counts)
        return {tab.key: found[f"tab_{tab.key}"] for tab in self.saved_filters}

    @cached_property
    def chips(self) -> list[chips.Chip]:
        """The filters in force."""
        return chips.of(self.filterset, self.request.GET) if self.filterset is not None else []

    # -- what the template shows -----------------------------------------------------------------------------------

    def list_context(self) -> dict[str, Any]:
        """Everything `_components/list.html` needs."""
        is_narrowed = bool(self.text or self.chips)
        paginator = Paginator(self.narrowed, self.page_size)
        if self.tab is not None and not is_narrowed:
            paginator.count = self.counts[self.tab.key]
        page = paginator.get_page(self.request.GET.get("page"))
        acts = bulk.allowed(self) if isinstance(self.rows, QuerySet) else []
        return {
            "list_id": LIST_ID,
            "tabs": self.tabs(),
            "headings": [self.heading(column) for column in self.shown_columns],
            "rows": [
                (
                    self.get_row_class(row),
                    [(column, column.cell(row)) for column in self.shown_columns],
                    (row.pk, getattr(row, "code", "") or row) if acts else None,
                )
                for row in page
            ],
            "bulk_actions": acts,
            "page": page,
            "total": self.counted % {"count": paginator.count},
            "pages": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
            "is_narrowed": is_narrowed,
            "is_first_use": not (paginator.count or is_narrowed) and self.tab in {None, *self.saved_filters[:1]},
            "clear_url": chips.address(self.request.GET, keep=KEPT),
            "export_links": [
                (name.upper(), chips.address(self.request.GET, without=("page",), export=name))
                for name in self.export_formats
            ],
            "kept_for_search": chips.pairs(self.request.GET, without=("q", "page")),
            "kept_for_filters": [(key, value) for key in KEPT for value in self.request.GET.getlist(key)],
            "kept_for_columns": chips.pairs(self.request.GET, without=("col", "page", "density")),
        }

    def tabs(self) -> list[Tab]:
        """The saved filters; opening one keeps the chosen columns and drops search and filters."""
        return [
            Tab(
                each.key,
                each.label,
                chips.address(self.request.GET, keep=("col", "density"), view=each.key),
                self.counts[each.key],
                each.tone,
                each is self.tab and self.open_view is None,
            )
            for each in self.saved_filters
        ]

    def heading(self, column: Column) -> Heading:
        """A column's head; a second click turns the order round."""
        if not is_sortable(column, self.rows):
            return Heading(column, "", "")
        current = self.sort.removeprefix("-") == column.key
        down = current and self.sort.startswith("-")
        target = column.key if down or not current else f"-{column.key}"
        url = chips.address(self.request.GET, without=("page",), sort=target)
        return Heading(column, url, ("descending" if down else "ascending") if current else "")
