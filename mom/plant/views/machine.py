"""Machines and stations: what does work itself."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from mom.core.web import printing
from mom.core.web.lists import LIST_ID, Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, Tag
from mom.core.web.views import Action, Crumb, htmx_target
from mom.plant import panels, permissions
from mom.plant.engine.terms import LEVEL_RANK, CapacityKind, EquipmentLevel
from mom.plant.filters import MachineFilters
from mom.plant.models import Equipment
from mom.plant.models.labels import CAPACITY_KIND
from mom.plant.selectors.calendar import nearest_calendar
from mom.plant.selectors.equipment import area_of, equipment_get, machine_list, mounted_on
from mom.plant.views.parts import Fact, PlantDetail, Section, link


def capacity(equipment: Equipment) -> str:
    """How much work it takes at once, in words; empty for what takes none itself, as a site or an area."""
    if LEVEL_RANK[EquipmentLevel(equipment.level)] <= LEVEL_RANK[EquipmentLevel.AREA]:
        return ""
    if equipment.capacity_kind == CapacityKind.PLACES:
        places = equipment.capacity_places or 0
        return ngettext("%(count)s place", "%(count)s places", places) % {"count": places}
    if equipment.capacity_kind == CapacityKind.QUANTITY:
        return printing.quantity(equipment.capacity_quantity, equipment.capacity_unit)
    return str(CAPACITY_KIND.label(equipment.capacity_kind))


def equipment_url(equipment: Equipment) -> str:
    """The one address of an equipment."""
    return reverse("plant:machine_detail", args=[equipment.code])


def _area(equipment: Equipment) -> str:
    area = area_of(equipment)
    return (area.name or area.code) if area else ""


def _in_use(row: Any) -> Tag | str:
    return "" if row.is_active else Tag(_t("Out of use"), "warn")


class MachineList(ListPage):
    """Every machine and station of the site."""

    permission = permissions.VIEW
    title = _("Machines")
    template_name = "plant/machine_list.html"
    counted = ngettext_lazy("%(count)s machine", "%(count)s machines", "count")
    own_columns = (
        Column("machine", _("Machine"), "code", kind="code", link=equipment_url),
        Column("name", _("Name")),
        Column("area", _("Area"), _area, sort=("parent__position", "parent__code", "position")),
        Column("capacity", _("Capacity"), capacity, sort="capacity_kind", minor=True),
    )
    last_columns = (
        Column("calendar", _("Calendar"), "calendar.code", minor=True, hidden=True),
        Column("in_use", _("In use"), _in_use, sort=None, hidden=True),
    )
    default_sort = "area"
    search_fields = ("code", "name", "parent__name")
    search_label = _("Find a machine")
    filterset_class = MachineFilters
    saved_filters = (
        SavedFilter("used", _("In use"), Q(is_active=True)),
        SavedFilter("retired", _("Out of use"), Q(is_active=False)),
    )

    @cached_property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        """Ours, and between them those that storeys above add."""
        return (*self.own_columns, *panels.columns_for("equipment", self.may), *self.last_columns)

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        return Empty(
            _("No machines yet"),
            _("Machines are where jobs run. Add the first one, or import an execution log with its machines."),
            icon="prod",
            action=self._add("primary"),
        )

    def _add(self, look: str) -> Action | None:
        if not self.may(permissions.CHANGE):
            return None
        return Action(_("Add machine"), f"{reverse('plant:add', args=['equipment'])}?level=work_unit", "plus", look)

    def get_actions(self) -> Sequence[Action]:
        add = self._add("")
        return (add,) if add else ()

    def get_rows(self) -> QuerySet[Equipment]:
        return panels.annotated("equipment", machine_list(self.actor, self.site), self.may)

    def get_context(self) -> dict[str, Any]:
        """What storeys above say of all machines; a list that is filtered in place leaves it standing."""
        is_part = htmx_target(self.request) == LIST_ID
        return {} if is_part else {"panels": panels.panels_for("machines", self.request, None)}


class MachineDetail(PlantDetail):
    """One equipment of any level: where it stands, how much it takes, what is mounted on it, and cards from above."""

    subject_name = "equipment"
    panel_kind = "equipment"

    def get_subject(self) -> Equipment:
        return equipment_get(self.actor, self.site, self.kwargs["code"])

    def get_crumbs(self) -> Sequence[Crumb]:
        area = self.subject.parent
        above = [Crumb(area.name or area.code, equipment_url(area))] if area else []
        return (Crumb(_("Machines"), reverse("plant:machine_list")), *above)

    def get_actions(self) -> Sequence[Action]:
        if not self.may_change:
            return ()
        return (Action(_("Change"), reverse("plant:change", args=["equipment", self.subject.code]), "admin"),)

    def get_facts(self) -> Sequence[Fact]:
        row = self.subject
        area, calendar = area_of(row), nearest_calendar(row)
        return (
            Fact(_("Level"), row.get_level_display()),
            Fact(_("Stands in"), link(equipment_url(area), area.name or area.code) if area else ""),
            Fact(_("Takes"), capacity(row)),
            Fact(_("Classes"), ", ".join(each.name or each.code for each in row.classes.all())),
            Fact(
                _("Works by"),
                link(reverse("plant:calendar_detail", args=[calendar.code]), calendar.name or calendar.code)
                if calendar
                else _t("no calendar"),
            ),
            Fact(_("Note"), row.description),
        )

    def get_sections(self) -> Sequence[Section]:
        row = self.subject
        below = list(row.children.filter(is_active=True).order_by("position", "code"))
        children = Section(
            _("Below it"),
            (_("Code"), _("Name"), _("Level")),
            [(link(equipment_url(each), each.code), each.name, each.get_level_display()) for each in below],
            "",
        )
        mounted = Section(
            _("Mounted"),
            (_("Asset"), _("Name"), _("Kind"), _("Serial number"), _("Since")),
            [
                (
                    link(reverse("plant:asset_detail", args=[each.asset.code]), each.asset.code),
                    each.asset.name,
                    each.asset.get_kind_display(),
                    each.asset.serial_number,
                    printing.moment(each.mounted_at),
                )
                for each in mounted_on(row)
            ],
            _("Nothing is mounted here. Mount a machine, tool or mould from its own page under Setup, Assets."),
        )
        return (children, mounted) if below else (mounted,)
