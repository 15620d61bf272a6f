"""Label templates: the list, how each looks, and its changes. Only administrators change them."""

import json
from collections.abc import Sequence
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core.errors import NotFound
from mom.core.labels import pdf, registry, svg, templates
from mom.core.labels.forms import TemplateChangeForm, TemplateForm
from mom.core.labels.templates import Look
from mom.core.models import LabelTemplate
from mom.core.permissions_declared import MANAGE_LABELS, VIEW_LABEL
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter
from mom.core.web.views import Action, Crumb, DetailPage, FormPage, PageMixin

EXAMPLES = """\
{"type": "text", "x": 2, "y": 2, "width": 50, "size": 4, "text": "Lot {code}", "bold": true, "align": "left"}
{"type": "code", "x": 2, "y": 8, "width": 18, "height": 18, "symbology": "qr", "data": "{code}", "human": false}
{"type": "line", "x": 2, "y": 7, "width": 58, "height": 0.3}
symbology: qr, datamatrix, code128, gs1-datamatrix, gs1-128"""
"""What an element looks like; the words are the stored ones."""


def template_url(row: LabelTemplate) -> str:
    """The one page of a label template."""
    return reverse("web:label_detail", args=[row.pk])


def noun_label(row: LabelTemplate) -> Any:
    """What the label is for."""
    return next((each.label for each in registry.registered() if each.key == row.noun), row.noun)


class LabelList(ListPage):
    """The site's labels."""

    permission = VIEW_LABEL
    title = _("Labels")
    counted = ngettext_lazy("%(count)s label", "%(count)s labels", "count")
    columns = (
        Column("name", _("Name"), link=template_url),
        Column("for", _("For"), noun_label, sort="noun"),
        Column("look", _("Version"), "looks", kind="number", sort="looks"),
        Column("changed", _("Changed"), "changed_at", kind="moment", sort="changed_at", minor=True),
    )
    default_sort = "name"
    search_fields = ("name", "noun")
    saved_filters = (
        SavedFilter("used", _("In use"), Q(is_active=True)),
        SavedFilter("retired", _("Out of use"), Q(is_active=False)),
    )
    empty = Empty(
        _("No labels yet"),
        _("A label shows the number of a thing as text and as a code to scan. Begin with the standard set."),
        icon="doc",
    )

    def get_actions(self) -> Sequence[Action]:
        if not self.may(MANAGE_LABELS):
            return ()
        return (Action(_("Add label"), reverse("web:label_add"), "plus", "primary"),)

    def get_rows(self) -> QuerySet[LabelTemplate]:
        rows = LabelTemplate.objects.filter(site=self.site.code)
        return rows.annotate(looks=Max("versions__number"), changed_at=Max("versions__created_at"))

    def list_context(self) -> dict[str, Any]:
        return {**super().list_context(), "standard_url": self._standard_url()}

    template_name = "core/labels/list.html"

    def _standard_url(self) -> str:
        have = {row.noun for row in self.rows}
        lacks = any(each.key not in have for each in registry.registered())
        return reverse("web:label_standard") if lacks and self.may(MANAGE_LABELS) else ""


class StandardSet(PageMixin):
    """One label for each kind of thing that has none."""

    permission = MANAGE_LABELS
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        templates.add_standard_set(self.actor, self.site.code)
        return HttpResponseRedirect(reverse("web:label_list"))


class TemplatePage:
    """One label template of the site, read once."""

    @cached_property
    def row(self) -> LabelTemplate:
        """Raises: NotFound, also for another site's."""
        found = LabelTemplate.objects.filter(site=self.site.code, pk=self.kwargs["pk"]).first()  # type: ignore[attr-defined]
        if found is None:
            raise NotFound
        return found


class LabelDetail(TemplatePage, DetailPage):
    """One label: how it looks with examples, and its versions."""

    permission = VIEW_LABEL
    template_name = "core/labels/detail.html"

    def get_subject(self) -> LabelTemplate:
        return self.row

    def get_title(self) -> str:
        return self.row.name

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_t("Labels"), reverse("web:label_list")),)

    def get_actions(self) -> Sequence[Action]:
        key = [self.row.pk]
        actions = [Action(_("Example as PDF"), reverse("web:label_example", args=key), "down")]
        if self.may(MANAGE_LABELS):
            actions.append(Action(_("Change"), reverse("web:label_change", args=key), "admin"))
        return actions

    def get_context(self) -> dict[str, Any]:
        noun = registry.noun(self.row.noun)
        versions = list(self.row.versions.order_by("-number")[:20])
        drawing = templates.drawn(versions[0], noun.examples)
        return {"row": self.row, "noun": noun, "versions": versions, "preview": svg.render(drawing, self.row.name)}


class LabelExample(TemplatePage, PageMixin):
    """The label with examples, as PDF."""

    permission = VIEW_LABEL

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        drawing = templates.drawn(templates.newest(self.row), registry.noun(self.row.noun).examples)
        return pdf_answer(pdf.singles([drawing], self.row.name), f"label-{self.row.pk}.pdf")


def pdf_answer(content: bytes, name: str) -> HttpResponse:
    """A PDF as a file to be saved, that can run nothing."""
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": "sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )


class LabelAdd(FormPage):
    """A new label."""

    permission = MANAGE_LABELS
    template_name = "core/labels/form.html"
    title = _("Add label")
    form_class = TemplateForm
    submit_label = _("Add label")
    cancel_url = reverse_lazy("web:label_list")  # type: ignore[assignment]

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_t("Labels"), reverse("web:label_list")),)

    def get_initial(self) -> dict[str, Any]:
        nouns = registry.registered()
        wanted = self.request.GET.get("noun", "")
        noun = next((each for each in nouns if each.key == wanted), nouns[0])
        return {"noun": noun.key, "name": noun.label, **_typed(templates.standard_look(noun))}

    def get_context(self) -> dict[str, Any]:
        return {"nouns": registry.registered(), "examples": EXAMPLES}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        data = form.cleaned_data
        row = templates.create(self.actor, self.site.code, noun=data["noun"], name=data["name"], look=_look(data))
        return template_url(row)


class LabelChange(TemplatePage, FormPage):
    """Another look becomes the next version."""

    permission = MANAGE_LABELS
    template_name = "core/labels/form.html"
    title = _("Change label")
    intro = _("Another look becomes the next version; what was printed keeps the one it had.")
    form_class = TemplateChangeForm
    submit_label = _("Save changes")

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return template_url(self.row)

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_t("Labels"), reverse("web:label_list")), Crumb(self.row.name, template_url(self.row)))

    def get_initial(self) -> dict[str, Any]:
        last = templates.newest(self.row)
        look = Look(float(last.width), float(last.height), last.elements)
        return {
            "name": self.row.name, "is_active": self.row.is_active, "version": self.row.version, **_typed(look),
        }  # fmt: skip

    def get_context(self) -> dict[str, Any]:
        return {"nouns": [registry.noun(self.row.noun)], "examples": EXAMPLES}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        data = form.cleaned_data
        templates.change(
            self.actor,
            self.site.code,
            self.row.pk,
            data["version"],
            name=data["name"],
            is_active=data["is_active"],
            look=_look(data),
        )
        return template_url(self.row)


_ORDER = ("type", "x", "y", "width", "height", "size", "symbology", "text", "data", "bold", "align", "human")


def _look(data: dict[str, Any]) -> Look:
    return Look(float(data["width"]), float(data["height"]), data["elements"])


def _typed(look: Look) -> dict[str, Any]:
    """A look as the form shows it: one element a line."""
    ordered = [{name: each[name] for name in _ORDER if name in each} for each in look.elements]
    lines = ",\n".join(f"  {json.dumps(each, ensure_ascii=False)}" for each in ordered)
    return {"width": f"{look.width:g}", "height": f"{look.height:g}", "elements": f"[\n{lines}\n]"}
