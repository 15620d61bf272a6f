"""What the plant's pages are made of: facts, tables with their one next step, cards from above, and changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from mom.core.labels.print_views import print_action
from mom.core.labels.views import pdf_answer
from mom.core.web.views import Action, DetailPage
from mom.plant import panels, permissions
from mom.plant.selectors.history import change_list
from mom.plant.views.printed import record

Text = str | Promise


@dataclass(frozen=True)
class Fact:
    """A short fact in the head of a page; an empty value is not shown."""

    label: Text
    value: Any


@dataclass(frozen=True)
class Section:
    """A table below the facts: what it says when it is empty, the one act that adds to it, and whether it is wide."""

    title: Text
    head: Sequence[Text]
    rows: Sequence[Sequence[Any]]
    empty: Text
    action: Action | None = None
    is_wide: bool = False


class PlantDetail(DetailPage):
    """One thing of the plant: facts, the cards of storeys above, sections, and who changed what."""

    permission = permissions.VIEW
    template_name = "plant/detail.html"
    panel_kind: ClassVar[str] = ""

    def get_title(self) -> str:
        return str(self.subject.code)

    def get_subtitle(self) -> Text:
        return str(getattr(self.subject, "name", ""))

    def get_facts(self) -> Sequence[Fact]:
        """The facts, most asked first."""
        return ()

    def get_sections(self) -> Sequence[Section]:
        """The tables."""
        return ()

    def frame(self) -> dict[str, Any]:
        """Things with cards of their own have labels too."""
        found = super().frame()
        if self.panel_kind:
            paper = Action(_("Print record"), "?paper=pdf", "down", "quiet")
            actions = print_action(self, self.panel_kind, self.subject.code)
            found["head"]["actions"] = [paper, *actions, *found["head"]["actions"]]
            found["head"]["is_live"] = bool(found["lead_panels"])
        return found

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page, or with `?paper=pdf` the record on paper."""
        if self.panel_kind and request.GET.get("paper") == "pdf":
            return pdf_answer(record(self), f"{quote(self.subject.code, safe='')}.pdf")
        return super().get(request, *args, **kwargs)

    @property
    def may_change(self) -> bool:
        return self.may(permissions.CHANGE)

    def get_context(self) -> dict[str, Any]:
        drawn = panels.panels_for(self.panel_kind, self.request, self.subject) if self.panel_kind else []
        sections = self.get_sections()
        return {
            "facts": [fact for fact in self.get_facts() if fact.value not in ("", None)],
            "lead_panels": [panel for panel in drawn if panel.leads],
            "wide_panels": [panel for panel in drawn if panel.is_wide and not panel.leads],
            "panels": [panel for panel in drawn if not panel.is_wide and not panel.leads],
            "wide_sections": [section for section in sections if section.is_wide],
            "sections": [section for section in sections if not section.is_wide],
            "changes": change_list(self.subject),
            "is_retired": getattr(self.subject, "is_active", True) is False,
        }


def link(url: str, text: Any) -> SafeString:
    """A link inside a fact or a cell."""
    return format_html('<a class="link" href="{}">{}</a>', url, text)
