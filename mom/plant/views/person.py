"""People, and what they may do."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core.errors import NotFound
from mom.core.web import components, printing
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, Tag
from mom.core.web.views import Action, Crumb, FormPage
from mom.plant import permissions
from mom.plant.engine.calendar import local_day
from mom.plant.filters import PersonFilters
from mom.plant.forms import EndForm, QualificationForm
from mom.plant.models import Person, Qualification
from mom.plant.selectors.master_data import row_get, row_list
from mom.plant.selectors.scope import for_actor
from mom.plant.services.person import qualification_end, qualification_grant
from mom.plant.views.bulk import PERSON_ACTIONS
from mom.plant.views.parts import Fact, PlantDetail, Section, link

SOON = timedelta(days=30)


def person_url(person: Person) -> str:
    """The one address of a person."""
    return reverse("plant:person_detail", args=[person.code])


def _name(person: Person) -> Any:
    return format_html(
        '<span class="row">{}{}</span>', components.avatar(person.name or person.code, small=True), person.name
    )


def _skills(person: Person) -> str:
    return ", ".join(each.personnel_class.name or each.personnel_class.code for each in person.qualifications.all())


def _ends_soon(page: Any) -> Q:
    today = local_day(page.now, page.site.zone)
    return Q(is_active=True, qualifications__valid_until__gt=today, qualifications__valid_until__lte=today + SOON)


class PersonList(ListPage):
    """Everybody who works here."""

    permission = permissions.VIEW
    title = _("People")
    counted = ngettext_lazy("%(count)s person", "%(count)s people", "count")
    columns = (
        Column("badge", _("Badge"), "code", kind="code", link=person_url),
        Column("name", _("Name"), _name, sort="name"),
        Column("skills", _("Skills"), _skills, sort=None, minor=True),
        Column("sign_in", _("Signs in as"), "user.username", minor=True),
    )
    default_sort = "badge"
    search_fields = ("code", "name")
    search_label = _("Find a person")
    filterset_class = PersonFilters
    bulk_actions = PERSON_ACTIONS
    saved_filters = (
        SavedFilter("used", _("Here"), Q(is_active=True)),
        SavedFilter("ending", _("Skill ends soon"), _ends_soon, tone="warn"),
        SavedFilter("retired", _("No longer here"), Q(is_active=False)),
    )

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        action = Action(_("Add person"), reverse("plant:add", args=["people"]), "plus", "primary")
        return Empty(
            _("No people yet"),
            _("People are who reports work. Add the first one; a sign-in is optional, a badge number is enough."),
            icon="user",
            action=action if self.may(permissions.CHANGE) else None,
        )

    def get_actions(self) -> Sequence[Action]:
        if not self.may(permissions.CHANGE):
            return ()
        return (Action(_("Add person"), reverse("plant:add", args=["people"]), "plus"),)

    def get_rows(self) -> QuerySet[Person]:
        today = local_day(self.now, self.site.zone)
        held = Qualification.objects.filter(valid_from__lte=today).exclude(valid_until__lte=today)
        held = held.select_related("personnel_class").order_by("personnel_class__code")
        rows = row_list(self.actor, Person, self.site).select_related("user")
        return rows.prefetch_related(Prefetch("qualifications", held)).distinct()


class PersonDetail(PlantDetail):
    """One person: badge, sign-in, skills with their days, and cards from above."""

    subject_name = "person"
    panel_kind = "person"

    def get_subject(self) -> Person:
        return row_get(self.actor, Person, self.site, self.kwargs["code"], "user")

    def get_title(self) -> str:
        return self.subject.name or self.subject.code

    def get_subtitle(self) -> str:
        return self.subject.code if self.subject.name else ""

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("People"), reverse("plant:person_list")),)

    def get_actions(self) -> Sequence[Action]:
        if not self.may_change:
            return ()
        return (
            Action(_("Change"), reverse("plant:change", args=["people", self.subject.code]), "admin"),
            Action(_("Add skill"), reverse("plant:qualification_add", args=[self.subject.code]), "plus", "primary"),
        )

    def get_facts(self) -> Sequence[Fact]:
        return (
            Fact(_("Badge"), self.subject.code),
            Fact(_("Signs in as"), self.subject.user.username if self.subject.user else _t("no sign-in")),
            Fact(_("Note"), self.subject.description),
        )

    def get_sections(self) -> Sequence[Section]:
        today = local_day(self.now, self.site.zone)
        rows = self.subject.qualifications.select_related("personnel_class").order_by("-valid_from")
        return (
            Section(
                _("Skills"),
                (_("Skill"), _("From"), _("Until"), _("State"), ""),
                [
                    (
                        each.personnel_class.name or each.personnel_class.code,
                        printing.day(each.valid_from),
                        printing.day(each.valid_until) if each.valid_until else _t("open"),
                        _state(each, today),
                        self._end(each, today),
                    )
                    for each in rows
                ],
                _("No skill is recorded. Add one, so that jobs that ask for it can start."),
            ),
        )

    def _end(self, qualification: Qualification, today: Any) -> Any:
        is_over = qualification.valid_until is not None and qualification.valid_until <= today
        if not self.may_change or is_over:
            return ""
        return link(reverse("plant:qualification_end", args=[qualification.pk]), _t("End it"))


def _state(qualification: Qualification, today: Any) -> Any:
    tag = Tag(_t("Holds"), "ok")
    if qualification.valid_from > today:
        tag = Tag(_t("Not yet"), "info")
    elif qualification.valid_until is not None and qualification.valid_until <= today:
        tag = Tag(_t("Ended"))
    elif qualification.valid_until is not None and qualification.valid_until <= today + SOON:
        tag = Tag(_t("Ends soon"), "warn")
    return components.tag(tag.text, tag.tone)


class QualificationAdd(FormPage):
    """Gives a person a skill."""

    permission = permissions.CHANGE
    title = _("Add skill")
    form_class = QualificationForm
    submit_label = _("Add skill")
    success_message = _("The skill was added.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def get_initial(self) -> dict[str, Any]:
        return {"valid_from": local_day(self.now, self.site.zone)}

    def get_crumbs(self) -> Sequence[Crumb]:
        person = row_get(self.actor, Person, self.site, self.kwargs["code"])
        return (Crumb(_("People"), reverse("plant:person_list")), Crumb(person.name or person.code, person_url(person)))

    def submit(self, form: Any) -> str:
        person = row_get(self.actor, Person, self.site, self.kwargs["code"])
        qualification_grant(self.actor, person.pk, **form.cleaned_data)
        return person_url(person)


class QualificationEnd(FormPage):
    """Ends a skill of a person."""

    permission = permissions.CHANGE
    title = _("End skill")
    form_class = EndForm
    submit_label = _("End skill")
    success_message = _("The skill ends on that day.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def get_intro(self) -> str:
        row = self._qualification()
        return f"{row.person.name or row.person.code}: {row.personnel_class.name or row.personnel_class.code}"

    def submit(self, form: Any) -> str:
        row = self._qualification()
        qualification_end(self.actor, row.pk, **form.cleaned_data)
        return person_url(row.person)

    def _qualification(self) -> Qualification:
        rows = for_actor(Qualification.objects.filter(site=self.site), self.actor, permissions.VIEW)
        row = rows.filter(pk=self.kwargs["pk"]).select_related("person", "personnel_class").first()
        if row is None:
            raise NotFound(_("There is no such qualification at this site."))
        return row
