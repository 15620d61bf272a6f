"""Printing: a label of one thing, the printers, and what was printed by whom."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core.errors import InvalidInput, NotFound
from mom.core.labels import printers, printing, registry, svg, templates
from mom.core.labels.forms import PrinterChangeForm, PrinterForm, PrintForm, ReprintForm
from mom.core.labels.views import pdf_answer
from mom.core.models import LabelTemplate, Printer, PrintJob
from mom.core.models.delivery import DELIVERY_STATE
from mom.core.models.printer import PRINTER_KIND
from mom.core.permissions_declared import MANAGE_LABELS, MANAGE_PRINTERS, PRINT_LABEL, VIEW_LABEL
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, Tag
from mom.core.web.views import Action, Crumb, FormPage, PageMixin


def print_url(noun: str, code: str) -> str:
    """Where a label of a thing is printed."""
    return reverse("web:label_print", args=[noun, code])


def print_action(page: Any, noun: str, code: str) -> Sequence[Action]:
    """The button "Print label" on the page of a thing, for who may print."""
    return (Action(_("Print label"), print_url(noun, code), "doc"),) if page.may(PRINT_LABEL) else ()


class PrintLabel(FormPage):
    """One thing's label: as it will look, to a printer or as PDF."""

    permission = PRINT_LABEL
    template_name = "core/labels/print.html"
    title = _("Print label")
    form_class = PrintForm
    submit_label = _("Print")
    success_message = _("The label is on its way to the printer.")

    @cached_property
    def subject(self) -> registry.LabelSubject:
        """Raises: NotFound."""
        return printing.subject_of(self.actor, self.site.code, self.kwargs["noun"], self.kwargs["code"])

    @cached_property
    def templates(self) -> list[LabelTemplate]:
        """The labels in use for this kind of thing."""
        return list(LabelTemplate.objects.filter(site=self.site.code, noun=self.kwargs["noun"], is_active=True))

    @cached_property
    def printers(self) -> list[Printer]:
        """The printers in use."""
        return list(Printer.objects.filter(site=self.site.code, is_active=True))

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return self.subject.url

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(self.subject.label, self.subject.url),)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"templates": self.templates, "printers": self.printers}

    @property
    def chosen(self) -> LabelTemplate | None:
        """The label that is shown: the asked one, else the first."""
        asked = self.request.POST.get("template") or self.request.GET.get("template", "")
        return next((each for each in self.templates if str(each.pk) == asked), next(iter(self.templates), None))

    def get_initial(self) -> dict[str, Any]:
        return {"template": self.chosen.pk if self.chosen else None}

    def get_context(self) -> dict[str, Any]:
        subject, chosen = self.subject, self.chosen
        shown: dict[str, Any] = {"preview": "", "refused": ""}
        if chosen is not None:
            try:
                drawing = templates.drawn(templates.newest(chosen), dict(subject.values))
                shown["preview"] = svg.render(drawing, f"{chosen.name} {subject.label}")
            except InvalidInput as error:
                shown["refused"] = error.sentence
            pdf_url = reverse("web:label_pdf", args=[self.kwargs["noun"], self.kwargs["code"]])
            shown["pdf_url"] = f"{pdf_url}?template={chosen.pk}"
        jobs = PrintJob.objects.filter(site=self.site.code, noun=self.kwargs["noun"], subject_id=subject.id)
        return {
            **shown,
            "chosen": chosen,
            "choices": self.templates,
            "printers": self.printers,
            "may_manage": self.may(MANAGE_LABELS),
            "jobs": jobs.select_related("delivery", "printer")[:5],
        }

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        data = form.cleaned_data
        wanted = printing.Wanted(
            self.kwargs["noun"], self.kwargs["code"], data["template"], data["printer"], data["copies"]
        )
        printing.print_label(self.actor, self.site.code, wanted)
        return self.subject.url


class LabelPdf(PageMixin):
    """The label as PDF; it needs no printer."""

    permission = PRINT_LABEL

    def get(self, request: HttpRequest, noun: str, code: str) -> HttpResponse:
        template, copies = _number(request.GET.get("template", "0"), -1), _number(request.GET.get("copies", ""), 1)
        wanted = printing.Wanted(noun, code, template, 0, copies)
        is_sheet = request.GET.get("paper") == "a4"
        content = printing.document(self.actor, self.site.code, wanted, on_sheets=is_sheet)
        return pdf_answer(content, f"label-{quote(code, safe='')}.pdf")


def _number(text: str, least: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else least


class PrinterList(ListPage):
    """The site's printers."""

    permission = VIEW_LABEL
    title = _("Printers")
    counted = ngettext_lazy("%(count)s printer", "%(count)s printers", "count")
    columns = (
        Column("name", _("Name"), link=lambda row: reverse("web:printer_change", args=[row.pk])),
        Column("kind", _("Reads"), lambda row: PRINTER_KIND.label(row.kind), sort="kind"),
        Column("host", _("Address"), lambda row: f"{row.host}:{row.port}", sort="host", minor=True),
        Column("dots", _("Dots per inch"), kind="number", minor=True),
    )
    default_sort = "name"
    search_fields = ("name", "host")
    saved_filters = (
        SavedFilter("used", _("In use"), Q(is_active=True)),
        SavedFilter("retired", _("Out of use"), Q(is_active=False)),
    )

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        return Empty(
            _("No printers yet"),
            _("Labels can be saved as PDF without one. A label printer in the plant's network prints them at once."),
            icon="doc",
            action=self._add("primary"),
        )

    def _add(self, look: str) -> Action | None:
        may = self.may(MANAGE_PRINTERS)
        return Action(_("Add printer"), reverse("web:printer_add"), "plus", look) if may else None

    def get_actions(self) -> Sequence[Action]:
        add = self._add("primary")
        return (add,) if add else ()

    def get_rows(self) -> QuerySet[Printer]:
        return Printer.objects.filter(site=self.site.code)


class PrinterAdd(FormPage):
    """A new printer."""

    permission = MANAGE_PRINTERS
    title = _("Add printer")
    form_class = PrinterForm
    submit_label = _("Add printer")
    success_message = _("The printer was added.")
    cancel_url = reverse_lazy("web:printer_list")  # type: ignore[assignment]

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_t("Printers"), reverse("web:printer_list")),)

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        printers.create(self.actor, self.site.code, **form.cleaned_data)
        return reverse("web:printer_list")


class PrinterChange(FormPage):
    """Change a printer; labels that wait go to its new address."""

    permission = MANAGE_PRINTERS
    title = _("Change printer")
    form_class = PrinterChangeForm
    submit_label = _("Save changes")
    success_message = _("The printer was changed.")
    cancel_url = reverse_lazy("web:printer_list")  # type: ignore[assignment]

    @cached_property
    def row(self) -> Printer:
        """Raises: NotFound, also for another site's."""
        found = Printer.objects.filter(site=self.site.code, pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotFound
        return found

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_t("Printers"), reverse("web:printer_list")),)

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.row, name) for name in (*printers.FIELDS, "version")}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        printers.change(self.actor, self.site.code, self.row.pk, **form.cleaned_data)
        return reverse("web:printer_list")


class PrintJobList(ListPage):
    """What was printed, by whom, and why again."""

    permission = VIEW_LABEL
    title = _("Print jobs")
    counted = ngettext_lazy("%(count)s print job", "%(count)s print jobs", "count")
    columns = (
        Column("what", _("What"), "subject_label", link=lambda row: reverse("web:print_again", args=[row.pk])),
        Column("label", _("Label"), "template.template.name", minor=True),
        Column("version", _("Version"), "template.number", kind="number", hidden=True),
        Column("printer", _("Printer"), "printer.name"),
        Column("copies", _("Copies"), kind="number", minor=True),
        Column(
            "state",
            _("State"),
            lambda row: Tag(DELIVERY_STATE.label(row.delivery.state), row.delivery.tone),
            kind="tag",
            sort="delivery__state",
        ),
        Column("by", _("Printed by"), "requested_by", minor=True),
        Column("asked", _("Asked for"), "created_at", kind="moment"),
        Column("reason", _("Why again"), "reason", minor=True),
    )
    default_sort = "-asked"
    search_fields = ("subject_label", "requested_by", "printer__name")
    saved_filters = (
        SavedFilter("all", _("All print jobs")),
        SavedFilter("stuck", _("Need a person"), Q(delivery__state="dead"), tone="bad"),
        SavedFilter("again", _("Printed again"), Q(reprint_of__isnull=False)),
    )
    empty = Empty(_("Nothing printed yet"), _("Print a label from the page of a lot, machine, person or order."), "doc")

    def get_rows(self) -> QuerySet[PrintJob]:
        rows = PrintJob.objects.filter(site=self.site.code)
        return rows.select_related("delivery", "printer", "template__template")


class PrintAgain(FormPage):
    """The same label again, as it was, for a reason."""

    permission = PRINT_LABEL
    title = _("Print again")
    form_class = ReprintForm
    submit_label = _("Print again")
    success_message = _("The label is on its way to the printer.")
    cancel_url = reverse_lazy("web:print_job_list")  # type: ignore[assignment]

    @cached_property
    def job(self) -> PrintJob:
        """Raises: NotFound, also for another site's."""
        rows = PrintJob.objects.select_related("printer", "template__template")
        found = rows.filter(site=self.site.code, pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotFound
        return found

    def get_intro(self) -> str:
        return _t("%(label)s of %(what)s on %(printer)s, as it was then.") % {
            "label": self.job.template.template.name,
            "what": self.job.subject_label,
            "printer": self.job.printer.name,
        }

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_t("Print jobs"), reverse("web:print_job_list")),)

    def get_initial(self) -> dict[str, Any]:
        return {"copies": self.job.copies}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        printing.reprint(self.actor, self.site.code, self.job.pk, **form.cleaned_data)
        return reverse("web:print_job_list")
