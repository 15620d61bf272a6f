"""Setup: how the plant is built. Lists of its nouns, and the pages on which they are added and changed."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, Tag
from mom.core.web.views import Action, Crumb, FormPage, Page
from mom.plant import permissions
from mom.plant.models import BusinessPartner, EquipmentClass, MaterialClass, PersonnelClass, PhysicalAssetClass
from mom.plant.selectors.equipment import equipment_tree, flat
from mom.plant.selectors.history import change_list
from mom.plant.selectors.master_data import row_list
from mom.plant.services import master_data
from mom.plant.views.machine import capacity, equipment_url
from mom.plant.views.nouns import NOUNS, Noun, noun_of

SETUP = _("Plant model")


def setup_crumb() -> Crumb:
    """The way back to Setup."""
    return Crumb(SETUP, reverse("plant:setup"))


ENTRIES: tuple[tuple[str, Any, Any, str], ...] = (
    (
        "prod",
        _("Equipment"),
        _("The tree: areas, lines, machines, stations, and how much each takes."),
        "equipment_tree",
    ),
    ("list", _("Equipment classes"), _("Machines that can stand in for each other."), "equipment_class_list"),
    ("tool", _("Assets"), _("Machines, tools, moulds and gauges as things, and where they are mounted."), "asset_list"),
    (
        "list",
        _("Asset classes"),
        _("Assets of one make or kind, and what is known of all of them."),
        "asset_class_list",
    ),
    ("cal", _("Calendars"), _("Shifts, breaks, holidays and extra days, in the plant's time."), "calendar_list"),
    ("flag", _("Reasons"), _("Why it stopped, why it was scrapped, and what that counts as."), "reason_list"),
    ("user", _("People"), _("Who works here, with badge and skills."), "person_list"),
    ("badge", _("Skills"), _("What work can ask of a person."), "skill_list"),
    ("inv", _("Materials"), _("Parts, raw materials and products, with their units."), "material_list"),
    ("list", _("Material classes"), _("Materials of one kind."), "material_class_list"),
    ("truck", _("Partners"), _("Customers and suppliers."), "partner_list"),
)
"""Icon, name, what it is for, and the page."""


class SetupIndex(Page):
    """What the plant is made of, each with its page."""

    permission = permissions.VIEW
    title = SETUP
    intro = _("How the plant is built and what counts as what. Every change is kept with its time and its author.")
    template_name = "plant/setup.html"

    def get_context(self) -> dict[str, Any]:
        return {"entries": [(icon, title, text, reverse(f"plant:{name}")) for icon, title, text, name in ENTRIES]}


class EquipmentTree(Page):
    """The whole tree of the site."""

    permission = permissions.VIEW
    title = _("Equipment")
    template_name = "plant/equipment/tree.html"

    def get_crumbs(self) -> Sequence[Crumb]:
        return (setup_crumb(),)

    def get_actions(self) -> Sequence[Action]:
        if not self.may(permissions.CHANGE):
            return ()
        return (Action(_("Add equipment"), reverse("plant:add", args=["equipment"]), "plus"),)

    def get_context(self) -> dict[str, Any]:
        nodes = flat(equipment_tree(self.actor, self.site))
        add = Action(_("Add equipment"), reverse("plant:add", args=["equipment"]), "plus", "primary")
        return {
            "nodes": [(node, equipment_url(node.equipment), capacity(node.equipment)) for node in nodes],
            "add": add if self.may(permissions.CHANGE) else None,
        }


class SetupList(ListPage):
    """A list of one noun under Setup; a row's code leads to its form or its page."""

    permission = permissions.VIEW
    noun_slug: ClassVar[str] = ""
    own_columns: ClassVar[Sequence[Column]] = ()
    default_sort = "code"
    search_fields: ClassVar[Sequence[str]] = ("code", "name")
    empty_text: ClassVar[Any] = ""
    saved_filters: ClassVar[Sequence[SavedFilter]] = (
        SavedFilter("used", _("In use"), Q(is_active=True)),
        SavedFilter("retired", _("Out of use"), Q(is_active=False)),
    )

    @property
    def noun(self) -> Noun:
        return NOUNS[self.noun_slug]

    def get_title(self) -> Any:
        return self.noun.name

    def get_crumbs(self) -> Sequence[Crumb]:
        return (setup_crumb(),)

    @cached_property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        """Code, name, and what is particular to the noun."""
        may_change = self.may(permissions.CHANGE)
        return (
            Column("code", _("Code"), kind="code", link=self._row_url if may_change or self._has_page else None),
            Column("name", _("Name")),
            *self.own_columns,
        )

    @property
    def _has_page(self) -> bool:
        return self.noun.list_name not in {
            "plant:equipment_class_list", "plant:skill_list", "plant:material_class_list", "plant:partner_list",
            "plant:asset_class_list",
        }  # fmt: skip

    def _row_url(self, row: Any) -> str:
        if self._has_page:
            return self.noun.shown_at(row)
        return reverse("plant:change", args=[self.noun_slug, self.noun.address(row)])

    def _add(self, look: str = "") -> Action | None:
        if not self.may(permissions.CHANGE):
            return None
        return Action(self.noun.add, reverse("plant:add", args=[self.noun_slug]), "plus", look)

    def get_actions(self) -> Sequence[Action]:
        add = self._add()
        return (add,) if add else ()

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        return Empty(_("None yet"), self.empty_text, action=self._add("primary"))

    def get_rows(self) -> QuerySet[Any]:
        return row_list(self.actor, self.noun.model, self.site)


def known_of(noun: str) -> Column:
    """The way from a class to what is known of all that belongs to it."""
    return Column(
        "properties",
        _("Properties"),
        lambda _row: _t("Show"),
        sort=None,
        link=lambda row: reverse("web:property_subject", args=[noun, row.code]),
    )


class AssetClassList(SetupList):
    """Assets of one make or kind."""

    noun_slug = "asset-classes"
    own_columns = (Column("assets", _("Assets"), "asset_count", kind="number"), known_of("asset_class"))
    empty_text = _("A class holds assets of one make or kind: what is known of it holds for each of them.")

    def get_rows(self) -> QuerySet[Any]:
        return row_list(self.actor, PhysicalAssetClass, self.site).annotate(asset_count=Count("assets"))


class EquipmentClassList(SetupList):
    """Machines that can stand in for each other."""

    noun_slug = "equipment-classes"
    own_columns = (Column("machines", _("Machines"), "machine_count", kind="number"), known_of("equipment_class"))
    empty_text = _("A class holds machines that can stand in for each other. Routings ask for a class.")

    def get_rows(self) -> QuerySet[Any]:
        return row_list(self.actor, EquipmentClass, self.site).annotate(machine_count=Count("equipment"))


class SkillList(SetupList):
    """What work can ask of a person."""

    noun_slug = "skills"
    own_columns = (Column("people", _("People"), "person_count", kind="number"), known_of("skill"))
    empty_text = _("A skill is a trade or a licence that work can ask for. People get it from a day on.")

    def get_rows(self) -> QuerySet[Any]:
        people = Count("qualifications__person", distinct=True)
        return row_list(self.actor, PersonnelClass, self.site).annotate(person_count=people)


class MaterialClassList(SetupList):
    """Materials of one kind."""

    noun_slug = "material-classes"
    own_columns = (Column("materials", _("Materials"), "material_count", kind="number"), known_of("material_class"))
    empty_text = _("A class holds materials of one kind: bar stock, packaging.")

    def get_rows(self) -> QuerySet[Any]:
        return row_list(self.actor, MaterialClass, self.site).annotate(material_count=Count("definitions"))


def _roles(partner: BusinessPartner) -> str:
    names = [(_t("customer"), partner.is_customer), (_t("supplier"), partner.is_supplier)]
    return ", ".join(name for name, holds in names if holds)


class PartnerList(SetupList):
    """Customers and suppliers."""

    noun_slug = "partners"
    own_columns = (Column("role", _("Role"), _roles, sort=None),)
    empty_text = _("Partners are whom orders come from and whom lots come from.")


class AddRow(FormPage):
    """Adds a row of a noun."""

    permission = permissions.CHANGE
    success_message = _("It was added.")

    @property
    def noun(self) -> Noun:
        return noun_of(self.kwargs["noun"])

    def get_title(self) -> Any:
        return self.noun.add

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(self.noun.name, self.noun.list_url),)

    @property
    def submit_label(self) -> Any:  # type: ignore[override]
        return self.noun.add

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return self.noun.list_url

    @property
    def form_class(self) -> Any:  # type: ignore[override]
        return self.noun.form

    def get_initial(self) -> dict[str, Any]:
        return {name: value for name, value in self.request.GET.items() if name in self.noun.form.base_fields}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def submit(self, form: Any) -> str:
        values = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        return self.noun.shown_at(master_data.create(self.actor, self.noun.model, self.site, **values))


class ChangeRow(AddRow):
    """Changes a row of a noun, from the version that was read; below the form stands who changed what before."""

    template_name = "plant/change.html"
    success_message = _("The change was saved.")

    @cached_property
    def row(self) -> Any:
        return self.noun.get(self.actor, self.site, self.kwargs["code"])

    def get_title(self) -> Any:
        return self.noun.change

    def get_intro(self) -> str:
        return str(self.row)

    @property
    def submit_label(self) -> Any:  # type: ignore[override]
        return _("Save changes")

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return self.noun.shown_at(self.row)

    def get_initial(self) -> dict[str, Any]:
        return {}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site, "instance": self.row}

    def get_context(self) -> dict[str, Any]:
        return {"changes": change_list(self.row)}

    def submit(self, form: Any) -> str:
        values = dict(form.cleaned_data)
        version = values.pop("version")
        return self.noun.shown_at(
            master_data.change(self.actor, self.noun.model, self.row.pk, version=version, **values)
        )


def in_use_tag(row: Any) -> Tag | str:
    """Marks what is out of use."""
    return "" if row.is_active else Tag(_t("Out of use"), "warn")
