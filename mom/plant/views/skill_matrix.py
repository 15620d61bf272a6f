"""The matrix of people and skills: colour only where something deviates; each cell is set in place or on its page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core.errors import MomError, NotAllowed, NotFound
from mom.core.web import components, printing
from mom.core.web.lists import LIST_ID, Empty, ListPage
from mom.core.web.tables import Column, SavedFilter
from mom.core.web.views import Action, Crumb, FormPage, htmx_target, show_error
from mom.plant import permissions
from mom.plant.engine.calendar import local_day
from mom.plant.engine.skills import SOON, Cell, Standing
from mom.plant.filters import MatrixFilters
from mom.plant.forms import SiteForm
from mom.plant.forms_rates import ClassSkillForm, SkillCellForm
from mom.plant.models import EquipmentClassSkill, Person, PersonnelClass
from mom.plant.models.labels import SKILL_LEVEL
from mom.plant.selectors import skill_matrix
from mom.plant.selectors.master_data import row_list
from mom.plant.selectors.skill_matrix import Asked
from mom.plant.services.skill import class_skill_remove, class_skill_set, skill_set
from mom.plant.views.person import person_url

_WORDS = dict(SKILL_LEVEL)
_TONE = {
    Standing.ENDS_SOON: "warn",
    Standing.TOO_LOW: "warn",
    Standing.EXPIRED: "bad",
    Standing.MISSING: "bad",
    Standing.COMES: "info",
}
CELL = "skill-cell"  # the beginning of the ids of cells that htmx replaces


def cell_words(cell: Cell) -> str:
    """A cell as a word: the level, or what deviates."""
    held = cell.held
    if cell.standing is Standing.MISSING:
        return _t("missing")
    if held is None:
        return ""
    if cell.standing is Standing.EXPIRED:
        return _t("ended %(day)s") % {"day": printing.day(held.valid_until)}
    if cell.standing is Standing.COMES:
        return _t("from %(day)s") % {"day": printing.day(held.valid_from)}
    if cell.standing is Standing.ENDS_SOON:
        return _t("%(level)d until %(day)s") % {"level": held.level, "day": printing.day(held.valid_until)}
    if cell.standing is Standing.TOO_LOW:
        return _t("%(level)d of %(least)d") % {"level": held.level, "least": cell.least or 0}
    return str(held.level)


def cell_html(person: Person, skill: PersonnelClass, cell: Cell, *, may_change: bool) -> SafeString:
    """A cell as it stands in the matrix, with the way to set it."""
    words, tone = cell_words(cell), _TONE.get(cell.standing, "")
    shown = components.tag(words, tone) if tone else SafeString(format_html("{}", words))
    if not may_change:
        return shown
    address = reverse("plant:skill_cell", args=[skill.pk, person.code])
    label = _t("Set %(skill)s of %(person)s") % {"skill": skill.name or skill.code, "person": person.name}
    key = f"{CELL}-{person.pk}-{skill.pk}"
    return format_html(
        '<span id="{0}"><a class="{5}" href="{1}" hx-get="{1}" hx-target="#{0}" hx-select="unset" hx-swap="outerHTML"'
        ' aria-label="{2}{3}">{4}</a></span>',
        key, address, label, f": {words}" if words else "", shown or "\N{MIDDLE DOT}", "link" if words else "dim",
    )  # fmt: skip


@dataclass(frozen=True)
class SkillColumn(Column):
    """One skill; its cells lead to where they are set."""

    draw: Callable[[Any], SafeString] | None = None

    def cell(self, row: Any) -> SafeString:
        return self.draw(row) if self.draw else super().cell(row)


def _ends_soon(page: Any) -> Q:
    today = page.today
    return Q(is_active=True, qualifications__valid_until__gt=today, qualifications__valid_until__lte=today + SOON)


class SkillMatrix(ListPage):
    """People by skills."""

    permission = permissions.VIEW
    template_name = "plant/skill_matrix.html"
    title = _("Skill matrix")
    counted = ngettext_lazy("%(count)s person", "%(count)s people", "count")
    default_sort = "name"
    search_fields = ("code", "name")
    search_label = _("Find a person")
    filterset_class = MatrixFilters
    saved_filters = (
        SavedFilter("used", _("Here"), Q(is_active=True)),
        SavedFilter("ending", _("Skill ends soon"), _ends_soon, tone="warn"),
    )
    empty = Empty(
        _("No people yet"), _("The matrix shows who can do what. Add people and skills under Setup."), icon="badge"
    )

    @property
    def intro(self) -> Any:  # type: ignore[override]
        """What the numbers mean."""
        levels = ", ".join(f"{level} {words}" for level, words in SKILL_LEVEL)
        return _t("Levels: %(levels)s. Colour marks what deviates.") % {"levels": levels}

    @cached_property
    def today(self) -> Any:
        return local_day(self.now, self.site.zone)

    @cached_property
    def skills(self) -> list[PersonnelClass]:
        return skill_matrix.skill_list(self.actor, self.site)

    @cached_property
    def asked(self) -> Asked:
        return skill_matrix.skills_asked(self.site)

    @cached_property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        """Who, where, when, and a column for each skill."""
        return (
            Column("name", _("Name"), lambda person: person.name or person.code, sort="name", link=person_url),
            Column("place", _("Works at"), "workplace.code", sort="workplace__code", minor=True),
            Column("shift", _("Shift"), "shift.name", sort="shift__code", minor=True),
            *(self._column(skill) for skill in self.skills),
        )

    def _column(self, skill: PersonnelClass) -> SkillColumn:
        may_change = self.may(permissions.CHANGE)

        def cell(person: Person) -> Cell:
            return skill_matrix.cell_for(person, skill, self.asked, self.today)

        return SkillColumn(
            f"skill-{skill.pk}",
            skill.code,
            lambda person: cell_words(cell(person)) or None,
            sort=None,
            help=skill.name,
            draw=lambda person: cell_html(person, skill, cell(person), may_change=may_change),
        )

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("People"), reverse("plant:person_list")),)

    def get_actions(self) -> Sequence[Action]:
        if not self.may(permissions.CHANGE):
            return ()
        return (Action(_("Ask for a skill"), reverse("plant:class_skill_add"), "plus"),)

    def get_rows(self) -> QuerySet[Person]:
        return skill_matrix.people_with_skills(self.actor, self.site).distinct()

    def get_context(self) -> dict[str, Any]:
        """Who covers what, of the people in view; a list that is filtered in place leaves it standing."""
        if htmx_target(self.request) == LIST_ID:
            return {}
        by = "place" if self.request.GET.get("by") == "place" else "shift"
        groups, covered = skill_matrix.coverage(self.narrowed, self.skills, self.asked, self.today, by)
        rows = EquipmentClassSkill.objects.filter(site=self.site)
        return {
            "groups": [name or _t("none") for name in groups],
            "covered": covered,
            "by": by,
            "asked": [
                (row, _WORDS[row.least_level])
                for row in rows.select_related("equipment_class", "personnel_class").order_by("equipment_class__code")
            ],
            "may_change": self.may(permissions.CHANGE),
        }


class SkillCell(FormPage):
    """Sets one cell: in place where the browser can, else as a page of its own."""

    permission = permissions.CHANGE
    form_class = SkillCellForm
    submit_label = _("Set skill")
    success_message = _("The skill was set.")
    in_place_template = "plant/skill_cell.html"

    @cached_property
    def person(self) -> Person:
        """Raises: NotFound."""
        rows = skill_matrix.people_with_skills(self.actor, self.site)
        found = rows.filter(code=self.kwargs["code"]).first()
        if found is None:
            raise NotFound
        return found

    @cached_property
    def skill(self) -> PersonnelClass:
        """Raises: NotFound."""
        found = row_list(self.actor, PersonnelClass, self.site).filter(pk=self.kwargs["skill"]).first()
        if found is None:
            raise NotFound
        return found

    @property
    def today(self) -> Any:
        return local_day(self.now, self.site.zone)

    @property
    def cell_id(self) -> str:
        return f"{CELL}-{self.person.pk}-{self.skill.pk}"

    @property
    def is_in_place(self) -> bool:
        return htmx_target(self.request).startswith(CELL)

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("plant:skill_matrix")

    def get_title(self) -> str:
        return self.skill.name or self.skill.code

    def get_subtitle(self) -> str:
        return self.person.name or self.person.code

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Skill matrix"), self.cancel_url),)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site, "prefix": self.cell_id if self.is_in_place else None}

    def get_initial(self) -> dict[str, Any]:
        held = skill_matrix.cell_for(self.person, self.skill, Asked({}, frozenset()), self.today).held
        level = held.level if held else 3
        return {"valid_from": self.today, "level": level, "valid_until": held.valid_until if held else None}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_in_place:
            return self.in_place(self.get_form())
        return super().get(request, *args, **kwargs)

    def in_place(self, form: Any) -> HttpResponse:
        """The form inside its cell."""
        context = {"form": form, "cell_id": self.cell_id, "address": self.request.path, "view": self}
        return TemplateResponse(self.request, self.in_place_template, context)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.is_in_place:
            return super().post(request, *args, **kwargs)
        form = self.get_form()
        if not form.is_valid():
            return self.in_place(form)
        try:
            self.perform(form)
        except NotAllowed:
            raise
        except MomError as error:
            show_error(form, error)
            return self.in_place(form)
        del self.person  # read again, as it stands now
        asked = skill_matrix.skills_asked(self.site)
        cell = skill_matrix.cell_for(self.person, self.skill, asked, self.today)
        return HttpResponse(cell_html(self.person, self.skill, cell, may_change=True))

    def submit(self, form: Any) -> str:
        skill_set(self.actor, self.person.pk, self.skill, **form.cleaned_data)
        return self.cancel_url


class ClassSkillAdd(FormPage):
    """Lets work on the machines of a class ask for a skill."""

    permission = permissions.CHANGE
    title: ClassVar[Any] = _("Ask for a skill")
    intro: ClassVar[Any] = _(
        "Work on the machines of this class asks for it; who works there and lacks it is marked in the matrix."
    )
    form_class: ClassVar[Any] = ClassSkillForm
    submit_label = _("Ask for skill")
    success_message = _("The class asks for it now.")

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("plant:skill_matrix")

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Skill matrix"), self.cancel_url),)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def submit(self, form: Any) -> str:
        class_skill_set(self.actor, self.site, **form.cleaned_data)
        return self.cancel_url


class ClassSkillRemove(ClassSkillAdd):
    """Lets a class no longer ask for a skill."""

    title = _("Ask no longer")
    intro = ""
    submit_label = _("Ask no longer")
    submit_look = "danger"
    success_message = _("The class no longer asks for it.")
    form_class = SiteForm

    @cached_property
    def row(self) -> EquipmentClassSkill:
        """Raises: NotFound."""
        rows = EquipmentClassSkill.objects.filter(site=self.site, pk=self.kwargs["pk"])
        found = rows.select_related("equipment_class", "personnel_class").first()
        if found is None:
            raise NotFound
        return found

    def get_intro(self) -> str:
        return str(self.row)

    def submit(self, form: Any) -> str:
        class_skill_remove(self.actor, self.site, self.row.pk)
        return self.cancel_url
