"""Physical assets: what has a serial number, where it is mounted and was before."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mom.core.web import printing
from mom.core.web.tables import Column, SavedFilter
from mom.core.web.views import Action, Crumb, FormPage
from mom.plant import permissions
from mom.plant.filters import AssetFilters
from mom.plant.forms import DismountForm, MountForm
from mom.plant.models import AssetAssignment, PhysicalAsset
from mom.plant.selectors.master_data import row_get, row_list
from mom.plant.services.physical_asset import asset_dismount, asset_mount
from mom.plant.views.machine import equipment_url
from mom.plant.views.parts import Fact, PlantDetail, Section, link
from mom.plant.views.setup import SetupList, setup_crumb


def asset_url(asset: PhysicalAsset) -> str:
    """The one address of an asset."""
    return reverse("plant:asset_detail", args=[asset.code])


def _mounted(asset: PhysicalAsset) -> str:
    return ", ".join(each.equipment.code for each in asset.assignments.all())


class AssetList(SetupList):
    """Machines, tools, moulds and gauges as things."""

    noun_slug = "assets"
    own_columns = (
        Column("kind", _("Kind"), "get_kind_display", sort="kind"),
        Column("serial", _("Serial number"), "serial_number", minor=True),
        Column("manufacturer", _("Manufacturer"), minor=True, hidden=True),
        Column("mounted", _("Mounted on"), _mounted, sort=None),
    )
    filterset_class = AssetFilters
    search_fields = ("code", "name", "serial_number", "manufacturer")
    empty_text = _(
        "An asset is a thing with a serial number: a machine, tool, mould or gauge. It has a history of its own."
    )
    saved_filters = (
        SavedFilter("used", _("In use"), Q(is_active=True)),
        SavedFilter("tools", _("Tools and moulds"), Q(is_active=True, kind__in=("tool", "mould"))),
        SavedFilter("gauges", _("Gauges"), Q(is_active=True, kind="gauge")),
        SavedFilter("retired", _("Out of use"), Q(is_active=False)),
    )

    def get_rows(self) -> QuerySet[Any]:
        now_mounted = AssetAssignment.objects.filter(dismounted_at=None).select_related("equipment")
        rows = row_list(self.actor, PhysicalAsset, self.site)
        return rows.prefetch_related(Prefetch("assignments", now_mounted))


class AssetDetail(PlantDetail):
    """One asset and where it was mounted when."""

    subject_name = "asset"
    panel_kind = "asset"

    def get_subject(self) -> PhysicalAsset:
        return row_get(self.actor, PhysicalAsset, self.site, self.kwargs["code"], "parent")

    def get_crumbs(self) -> Sequence[Crumb]:
        return (setup_crumb(), Crumb(_("Assets"), reverse("plant:asset_list")))

    def get_actions(self) -> Sequence[Action]:
        if not self.may_change:
            return ()
        code = self.subject.code
        is_mounted = self.subject.assignments.filter(dismounted_at=None).exists()
        move = (
            Action(_("Dismount"), reverse("plant:asset_dismount", args=[code]), "out")
            if is_mounted
            else Action(_("Mount"), reverse("plant:asset_mount", args=[code]), "plus", "primary")
        )
        return (Action(_("Change"), reverse("plant:change", args=["assets", code]), "admin"), move)

    def get_facts(self) -> Sequence[Fact]:
        row = self.subject
        return (
            Fact(_("Kind"), row.get_kind_display()),
            Fact(_("Serial number"), row.serial_number),
            Fact(_("Manufacturer"), row.manufacturer),
            Fact(_("Model"), row.model),
            Fact(_("Fixed asset number"), row.fixed_asset_number),
            Fact(_("Part of"), link(asset_url(row.parent), row.parent.code) if row.parent else ""),
            Fact(_("Note"), row.description),
        )

    def get_sections(self) -> Sequence[Section]:
        rows = self.subject.assignments.select_related("equipment").order_by("-mounted_at")
        return (
            Section(
                _("Where it was mounted"),
                (_("Machine"), _("From"), _("Until")),
                [
                    (
                        link(equipment_url(each.equipment), each.equipment.code),
                        printing.moment(each.mounted_at),
                        printing.moment(each.dismounted_at) if each.dismounted_at else _t("now"),
                    )
                    for each in rows
                ],
                _("It is not mounted anywhere. Mount it, so that the machine's page shows it."),
            ),
        )


class AssetMount(FormPage):
    """Mounts an asset on a machine."""

    permission = permissions.CHANGE
    title = _("Mount asset")
    form_class: ClassVar[type[forms.Form]] = MountForm
    submit_label = _("Mount asset")
    success_message = _("The asset is mounted.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def get_crumbs(self) -> Sequence[Crumb]:
        asset = self._asset()
        return (Crumb(_("Assets"), reverse("plant:asset_list")), Crumb(asset.code, asset_url(asset)))

    def _asset(self) -> PhysicalAsset:
        return row_get(self.actor, PhysicalAsset, self.site, self.kwargs["code"])

    def submit(self, form: Any) -> str:
        asset = self._asset()
        asset_mount(self.actor, asset.pk, **form.cleaned_data)
        return asset_url(asset)


class AssetDismount(AssetMount):
    """Takes an asset off the machine on which it is mounted."""

    title = _("Dismount asset")
    form_class = DismountForm
    submit_label = _("Dismount asset")
    success_message = _("The asset was taken off.")

    def submit(self, form: Any) -> str:
        asset = self._asset()
        asset_dismount(self.actor, asset.pk, **form.cleaned_data)
        return asset_url(asset)
