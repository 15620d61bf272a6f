"""Reasons, and what each counts as from when on."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, IntegerField, Prefetch, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mom.core.web import printing
from mom.core.web.tables import Column, SavedFilter
from mom.core.web.views import Action, Crumb, FormPage
from mom.plant import permissions
from mom.plant.engine.terms import LossClass, TimeClass
from mom.plant.forms import ClassifyForm
from mom.plant.models import Reason, ReasonClassification
from mom.plant.selectors.master_data import row_list
from mom.plant.services.reason import reason_classify
from mom.plant.views.nouns import reason_address, reason_get
from mom.plant.views.parts import Fact, PlantDetail, Section, link
from mom.plant.views.setup import SetupList, setup_crumb


def reason_url(reason: Reason) -> str:
    """The one address of a reason."""
    return reverse("plant:reason_detail", args=[reason_address(reason)])


def _counts_as(reason: Reason) -> str:
    held = list(reason.classifications.all())
    return ", ".join(f"{each.get_time_class_display()} / {each.get_loss_class_display()}" for each in held)


def in_tree_order(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows with what orders them as a tree: each group's place and code, its head before what stands below it."""
    return rows.annotate(
        group_place=Coalesce("parent__position", "position"),
        group_code=Coalesce("parent__code", "code"),
        depth=Case(When(parent=None, then=Value(0)), default=Value(1), output_field=IntegerField()),
    )


class ReasonList(SetupList):
    """Why it stopped, why it was scrapped."""

    noun_slug = "reasons"
    own_columns = (
        Column("part_of", _("Part of"), "parent.name", minor=True),
        Column(
            "kind",
            _("Kind"),
            "get_kind_display",
            sort=("kind", "group_place", "group_code", "depth", "position", "code"),
        ),
        Column("counts_as", _("Counts as"), _counts_as, sort=None),
    )
    default_sort = "kind"
    empty_text = _("Reasons answer why a machine stood or a piece was scrapped. Start with five that everybody knows.")
    saved_filters = (
        SavedFilter("stop", _("Stops"), Q(is_active=True, kind="stop")),
        SavedFilter("scrap", _("Scrap"), Q(is_active=True, kind="scrap")),
        SavedFilter("rework", _("Rework"), Q(is_active=True, kind="rework")),
        SavedFilter("indirect", _("Indirect time"), Q(is_active=True, kind="indirect")),
        SavedFilter("retired", _("Out of use"), Q(is_active=False)),
    )

    def get_rows(self) -> QuerySet[Any]:
        now_held = ReasonClassification.objects.filter(valid_from__lte=self.now).exclude(valid_until__lte=self.now)
        rows = in_tree_order(row_list(self.actor, Reason, self.site).select_related("parent"))
        return rows.prefetch_related(Prefetch("classifications", now_held))


class ReasonDetail(PlantDetail):
    """One reason and its classifications over time."""

    subject_name = "reason"

    def get_subject(self) -> Reason:
        return reason_get(self.actor, self.site, self.kwargs["code"])

    def get_crumbs(self) -> Sequence[Crumb]:
        return (setup_crumb(), Crumb(_("Reasons"), reverse("plant:reason_list")))

    def get_actions(self) -> Sequence[Action]:
        if not self.may_change:
            return ()
        address = reason_address(self.subject)
        return (
            Action(_("Change"), reverse("plant:change", args=["reasons", address]), "admin"),
            Action(_("Classify anew"), reverse("plant:reason_classify", args=[address]), "split", "primary"),
        )

    def get_facts(self) -> Sequence[Fact]:
        row = self.subject
        return (
            Fact(_("Kind"), row.get_kind_display()),
            Fact(_("Part of"), link(reason_url(row.parent), row.parent.name) if row.parent else ""),
            Fact(_("Order"), row.position),
            Fact(_("Note"), row.description),
        )

    def get_sections(self) -> Sequence[Section]:
        return (
            Section(
                _("Counts as"),
                (_("Time class"), _("Loss class"), _("From"), _("Until")),
                [
                    (
                        each.get_time_class_display(),
                        each.get_loss_class_display(),
                        printing.moment(each.valid_from),
                        printing.moment(each.valid_until) if each.valid_until else _t("now"),
                    )
                    for each in self.subject.classifications.order_by("-valid_from")
                ],
                _("It counts as nothing yet. Classify it, so that figures know where its minutes belong."),
            ),
        )


class ReasonClassify(FormPage):
    """Says what a reason counts as from now on; figures of the past keep the classification that held."""

    permission = permissions.CHANGE
    title = _("Classify anew")
    intro = _("Holds from now on. Figures of the past keep the classification that held at their time.")
    form_class = ClassifyForm
    submit_label = _("Classify")
    success_message = _("The new classification holds from now on.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def get_crumbs(self) -> Sequence[Crumb]:
        reason = reason_get(self.actor, self.site, self.kwargs["code"])
        return (
            Crumb(_("Reasons"), reverse("plant:reason_list")),
            Crumb(reason.name or reason.code, reason_url(reason)),
        )

    def submit(self, form: Any) -> str:
        reason = reason_get(self.actor, self.site, self.kwargs["code"])
        reason_classify(
            self.actor,
            reason.pk,
            TimeClass(form.cleaned_data["time_class"]),
            LossClass(form.cleaned_data["loss_class"]),
        )
        return reason_url(reason)
