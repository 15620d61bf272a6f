"""Materials and their lots. Where lots lie and how much is left is inventory's to say."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core.web import components, printing
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, Tag
from mom.core.web.views import Action, Crumb, FormPage
from mom.plant import panels, permissions
from mom.plant.engine.terms import LotDisposition
from mom.plant.filters import LOT_TONES, LotFilters, MaterialFilters
from mom.plant.forms import MaterialUnitForm
from mom.plant.models import MaterialDefinition, MaterialLot
from mom.plant.models.labels import LOT_DISPOSITION
from mom.plant.selectors.master_data import row_get, row_list
from mom.plant.services.material import material_unit_add
from mom.plant.views.bulk import LOT_ACTIONS
from mom.plant.views.parts import Fact, PlantDetail, Section, link

MOST_LOTS = 50


def material_url(material: MaterialDefinition) -> str:
    """The one address of a material."""
    return reverse("plant:material_detail", args=[material.code])


def lot_url(lot: MaterialLot) -> str:
    """The one address of a lot."""
    return reverse("plant:lot_detail", args=[lot.code])


def disposition(lot: MaterialLot) -> Tag:
    """What may be done with a lot, as a tag."""
    return Tag(LOT_DISPOSITION.label(lot.disposition), LOT_TONES.get(lot.disposition, ""))


def _classes(material: MaterialDefinition) -> str:
    return ", ".join(each.name or each.code for each in material.classes.all())


def _unit(material: MaterialDefinition) -> str:
    return printing.unit(material.unit) or material.unit


class MaterialList(ListPage):
    """Parts, raw materials and products."""

    permission = permissions.VIEW
    title = _("Materials")
    counted = ngettext_lazy("%(count)s material", "%(count)s materials", "count")
    columns = (
        Column("material", _("Material"), "code", kind="code", link=material_url),
        Column("name", _("Name")),
        Column("classes", _("Classes"), _classes, sort=None, minor=True),
        Column("unit", _("Unit"), _unit, sort="unit"),
        Column("tracking", _("Tracking"), "get_tracking_display", sort="tracking", minor=True),
        Column("lots", _("Lots"), "lot_count", kind="number"),
    )
    default_sort = "material"
    search_fields = ("code", "name")
    search_label = _("Find a material")
    filterset_class = MaterialFilters
    saved_filters = (
        SavedFilter("used", _("In use"), Q(is_active=True)),
        SavedFilter("retired", _("Out of use"), Q(is_active=False)),
    )

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        action = Action(_("Add material"), reverse("plant:add", args=["materials"]), "plus", "primary")
        return Empty(
            _("No materials yet"),
            _("Materials are what is made and used up. Add the first one, or import an execution log with its parts."),
            icon="inv",
            action=action if self.may(permissions.CHANGE) else None,
        )

    def get_actions(self) -> Sequence[Action]:
        if not self.may(permissions.CHANGE):
            return ()
        return (Action(_("Add material"), reverse("plant:add", args=["materials"]), "plus"),)

    def get_rows(self) -> QuerySet[Any]:
        rows = row_list(self.actor, MaterialDefinition, self.site).prefetch_related("classes")
        return rows.annotate(lot_count=Count("lots"))


class MaterialDetail(PlantDetail):
    """One material: units, lots, and cards from above."""

    subject_name = "material"
    panel_kind = "material"

    def get_subject(self) -> MaterialDefinition:
        return row_get(self.actor, MaterialDefinition, self.site, self.kwargs["code"])

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Materials"), reverse("plant:material_list")),)

    def get_actions(self) -> Sequence[Action]:
        if not self.may_change:
            return ()
        code = self.subject.code
        return (
            Action(_("Change"), reverse("plant:change", args=["materials", code]), "admin"),
            Action(_("Add unit"), reverse("plant:material_unit_add", args=[code]), "plus"),
            Action(_("Add lot"), f"{reverse('plant:add', args=['lots'])}?definition={self.subject.pk}", "plus"),
        )

    def get_facts(self) -> Sequence[Fact]:
        row = self.subject
        return (
            Fact(_("Unit"), _unit(row)),
            Fact(_("Second unit"), printing.unit(row.second_unit) if row.second_unit else ""),
            Fact(_("Tracking"), row.get_tracking_display()),
            Fact(_("Classes"), _classes(row)),
            Fact(_("Note"), row.description),
        )

    def get_sections(self) -> Sequence[Section]:
        lots = self.subject.lots.select_related("supplier").order_by("-pk")[:MOST_LOTS]
        units = list(self.subject.alternative_units.order_by("code"))
        shown_lots = Section(
            _("Lots"),
            (_("Lot"), _("Disposition"), _("Supplier"), _("Expires")),
            [
                (
                    link(lot_url(lot), lot.code),
                    components.tag(disposition(lot).text, disposition(lot).tone),
                    lot.supplier.name if lot.supplier else "",
                    printing.moment(lot.expires_at) if lot.expires_at else "",
                )
                for lot in lots
            ],
            _("No lot yet. Lots come with receipts and with reported output."),
        )
        shown_units = Section(
            _("Other units"),
            (_("Unit"), _("Holds")),
            [(each.code, _holds(each.factor_numerator, each.factor_denominator, self.subject.unit)) for each in units],
            "",
        )
        return (shown_lots, shown_units) if units else (shown_lots,)


def _holds(numerator: int, denominator: int, unit: str) -> str:
    amount = printing.number(numerator) if denominator == 1 else f"{numerator}/{denominator}"
    return f"{amount}{printing.SPACE}{printing.unit(unit) or unit}"


class MaterialUnitAdd(FormPage):
    """Gives a material another unit."""

    permission = permissions.CHANGE
    title = _("Add unit")
    form_class = MaterialUnitForm
    submit_label = _("Add unit")
    success_message = _("The unit was added.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def get_crumbs(self) -> Sequence[Crumb]:
        material = row_get(self.actor, MaterialDefinition, self.site, self.kwargs["code"])
        return (Crumb(_("Materials"), reverse("plant:material_list")), Crumb(material.code, material_url(material)))

    def submit(self, form: Any) -> str:
        material = row_get(self.actor, MaterialDefinition, self.site, self.kwargs["code"])
        material_unit_add(self.actor, material.pk, form.cleaned_data["code"], form.cleaned_data["factor"])
        return material_url(material)


class LotList(ListPage):
    """Every lot of the site."""

    permission = permissions.VIEW
    title = _("Lots")
    counted = ngettext_lazy("%(count)s lot", "%(count)s lots", "count")
    own_columns = (
        Column("lot", _("Lot"), "code", kind="code", link=lot_url),
        Column(
            "material",
            _("Material"),
            "definition.code",
            note="definition.name",
            link=lambda lot: material_url(lot.definition),
        ),
        Column("disposition", _("Disposition"), disposition, kind="tag", sort="disposition"),
        Column("supplier", _("Supplier"), "supplier.name", minor=True),
        Column("expires", _("Expires"), "expires_at", kind="moment", minor=True),
    )
    default_sort = "lot"
    search_fields = ("code", "definition__code", "definition__name", "supplier_lot")
    search_label = _("Find a lot")
    filterset_class = LotFilters
    bulk_actions = LOT_ACTIONS
    saved_filters = (
        SavedFilter("all", _("All lots")),
        SavedFilter("restricted", _("Restricted"), Q(disposition=LotDisposition.RESTRICTED), tone="bad"),
    )

    @property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        """Ours and those that storeys above add."""
        return (*self.own_columns, *panels.columns_for("lot", self.may))

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        action = Action(_("Add lot"), reverse("plant:add", args=["lots"]), "plus", "primary")
        return Empty(
            _("No lots yet"),
            _("A lot is what was made or received together and is judged together. Add the first one."),
            icon="inv",
            action=action if self.may(permissions.CHANGE) else None,
        )

    def get_rows(self) -> QuerySet[Any]:
        rows = row_list(self.actor, MaterialLot, self.site).select_related("definition", "supplier")
        return panels.annotated("lot", rows, self.may)


class LotDetail(PlantDetail):
    """One lot: what it is, what may be done with it, its sublots and serial numbers."""

    subject_name = "lot"
    panel_kind = "lot"

    def get_subject(self) -> MaterialLot:
        return row_get(self.actor, MaterialLot, self.site, self.kwargs["code"], "definition", "supplier")

    def get_subtitle(self) -> str:
        return self.subject.definition.name or self.subject.definition.code

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Lots"), reverse("plant:lot_list")),)

    def get_actions(self) -> Sequence[Action]:
        if not self.may_change:
            return ()
        return (Action(_("Change"), reverse("plant:change", args=["lots", self.subject.code]), "admin"),)

    def get_facts(self) -> Sequence[Fact]:
        row, shown = self.subject, disposition(self.subject)
        return (
            Fact(_("Disposition"), components.tag(shown.text, shown.tone)),
            Fact(_("Material"), link(material_url(row.definition), row.definition.code)),
            Fact(_("Supplier"), row.supplier.name if row.supplier else ""),
            Fact(_("Supplier's lot"), row.supplier_lot),
            Fact(_("Potency"), printing.percent(row.potency) if row.potency is not None else ""),
            Fact(_("Expires"), printing.moment(row.expires_at) if row.expires_at else ""),
        )

    def get_sections(self) -> Sequence[Section]:
        rows = self.subject.sublots.order_by("code")[:MOST_LOTS]
        return (
            Section(
                _("Sublots and serial numbers"),
                (_("Number"), _("Kind"), _("Quantity"), _("Born")),
                [
                    (
                        each.code,
                        each.get_kind_display(),
                        printing.quantity(each.quantity, self.subject.definition.unit) if each.quantity else "",
                        printing.moment(each.born_at),
                    )
                    for each in rows
                ],
                _("None yet. Sublots and serial numbers are added as pieces get their own number."),
            ),
        )
