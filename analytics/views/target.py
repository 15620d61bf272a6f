"""Targets: what figures should be, where and from when; set from a day on, and ended."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from analytics import permissions
from analytics.engine.book import BOOK
from analytics.forms_target import TargetForm
from analytics.models import KpiTarget
from analytics.selectors.targets import target_list
from analytics.services.target import target_end, target_set
from analytics.views.kpi_words import TREND, amount
from mom.core.errors import NotFound
from mom.core.web.lists import Empty, ListPage
from mom.core.web.property_forms import EndForm
from mom.core.web.tables import Column, SavedFilter, Tag
from mom.core.web.views import Action, Crumb, FormPage
from mom.plant.engine.calendar import local_day


def _figure(target: KpiTarget) -> str:
    kpi = BOOK.get(target.kpi)
    return _t(kpi.name) if kpi else target.kpi


def _value(target: KpiTarget) -> str:
    kpi = BOOK.get(target.kpi)
    return amount(kpi, target.value, kpi.unit, kpi.per or "") if kpi else str(target.value)


def _trend(target: KpiTarget) -> str:
    kpi = BOOK.get(target.kpi)
    return str(TREND[kpi.trend]) if kpi else ""


def _place(target: KpiTarget) -> str:
    return f"{target.equipment.code} {target.equipment.name}".strip() if target.equipment else _t("all of the site")


def _material(target: KpiTarget) -> str:
    made = target.definition
    return f"{made.code} {made.name}".strip() if made else _t("whatever is made")


def _now(page: Any) -> Q:
    return Q(valid_from__lte=page.now) & (Q(valid_until=None) | Q(valid_until__gt=page.now))


class TargetList(ListPage):
    """Every target of the site."""

    permission = permissions.VIEW
    title = _("Targets")
    intro = _("What figures are judged by. The nearest one holds: material, machine, line, area, site.")
    counted = ngettext_lazy("%(count)s target", "%(count)s targets", "count")
    default_sort = "kpi"
    search_fields = ("kpi", "equipment__code", "equipment__name", "definition__code", "definition__name")
    search_label = _("Find a target")
    saved_filters = (
        SavedFilter("now", _("Hold now"), _now),
        SavedFilter("future", _("To come"), lambda page: Q(valid_from__gt=page.now)),
        SavedFilter("past", _("Ended"), lambda page: Q(valid_until__lte=page.now)),
    )

    @property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        """The end of a target is offered to who may set it."""
        shown = [
            Column("kpi", _("Figure"), _figure, sort=("kpi", "valid_from"), link=_figure_url),
            Column("value", _("Target"), _value, sort=None),
            Column("trend", _("Direction"), _trend, sort=None, minor=True),
            Column("place", _("Where"), _place, sort="equipment__code"),
            Column("material", _("Material"), _material, sort="definition__code", minor=True),
            Column("period", _("Of"), "get_period_display", sort="period", minor=True),
            Column("from", _("From"), "valid_from", kind="day"),
            Column("until", _("Until"), "valid_until", kind="day", minor=True),
        ]
        if self.may(permissions.SET_TARGET):
            shown.append(Column("end", _("Act"), self._end_word, sort=None, link=self._end_url))
        return shown

    def _end_word(self, target: KpiTarget) -> Tag | str:
        return _t("End it") if target.valid_until is None else ""

    def _end_url(self, target: KpiTarget) -> str | None:
        return reverse("analytics:target_end", args=[target.pk]) if target.valid_until is None else None

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        action = Action(_("Set target"), reverse("analytics:target_add"), "plus", "primary")
        return Empty(
            _("No targets yet"),
            _("A target marks a figure that misses it. Set the first one, for example of OEE."),
            action=action if self.may(permissions.SET_TARGET) else None,
        )

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("KPI book"), reverse("analytics:kpi_list")),)

    def get_actions(self) -> Sequence[Action]:
        if not self.may(permissions.SET_TARGET):
            return ()
        return (Action(_("Set target"), reverse("analytics:target_add"), "plus"),)

    def get_rows(self) -> QuerySet[KpiTarget]:
        return target_list(self.actor, self.site)


def _figure_url(target: KpiTarget) -> str | None:
    return reverse("analytics:kpi_detail", args=[target.kpi]) if target.kpi in BOOK else None


class TargetPage(FormPage):
    """An act on targets; it leads back to the list."""

    permission = permissions.SET_TARGET

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("analytics:target_list")

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("KPI book"), reverse("analytics:kpi_list")), Crumb(_("Targets"), self.cancel_url))


class TargetAdd(TargetPage):
    """Sets a target from a day on."""

    title = _("Set target")
    form_class = TargetForm
    submit_label = _("Set target")
    success_message = _("The target was set.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET.get("kpi", "")
        return {
            "valid_from": local_day(self.now, self.site.zone),
            "kpi": asked if asked in BOOK else "oee_index",
            "period": "any",
        }

    def submit(self, form: Any) -> str:
        target_set(self.actor, self.site, form.new_target())
        return self.cancel_url


class TargetEnd(TargetPage):
    """Ends a target without a new one."""

    title = _("End target")
    form_class = EndForm
    submit_label = _("End target")
    success_message = _("The target ends.")

    def submit(self, form: Any) -> str:
        found = target_list(self.actor, self.site).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotFound
        target_end(self.actor, found.pk, at=form.cleaned_data["at"], reason=form.cleaned_data["reason"])
        return self.cancel_url
