"""What state codes mean: everybody's rows and the site's own, with their validity; a new meaning, and its end."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core.errors import NotFound
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, State
from mom.core.web.views import Action, Crumb, FormPage
from mom.floor.engine.terms import StateModel
from mom.floor.models import StateMapping
from mom.floor.models.labels import STATE_MODEL
from mom.floor.permissions import SET_LISTENING, VIEW
from mom.floor.services.mapping import end_meaning, set_meaning
from mom.floor.views.listening_forms import EndMeaningForm, MeaningForm


def _rows(page: Any) -> QuerySet[StateMapping]:
    return StateMapping.objects.filter(Q(site=page.site) | Q(site=None)).select_related("site")


class MappingList(ListPage):
    """Every meaning that holds at the site or did."""

    permission = VIEW
    title = _("State codes")
    intro = _("What a machine's codes count as. The site's own meaning goes before everybody's, a mode's before any.")
    counted = ngettext_lazy("%(count)s meaning", "%(count)s meanings", "count")
    default_sort = "codes"
    search_fields = ("code", "mode")
    search_label = _("Find a code")
    saved_filters = (
        SavedFilter("all", _("All")),
        SavedFilter("site", _("Of this site"), Q(site__isnull=False)),
        *(SavedFilter(model.value, STATE_MODEL.label(model), Q(state_model=model.value)) for model in StateModel),
    )
    empty = Empty(_("No meanings"), _("Codes without a meaning show as no signal, with their code."))

    @property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        """Who may set meanings gets to the form from the code."""
        link = self._change if self.may(SET_LISTENING) else None
        return (
            Column(
                "codes", _("State codes"), "get_state_model_display", sort=("state_model", "code", "mode", "valid_from")
            ),
            Column("code", _("Code"), "code", kind="code", link=link),
            Column("mode", _("Mode"), "mode", kind="code"),
            Column("state", _("State"), lambda row: State(row.state), kind="state", sort="state"),
            Column("class", _("Time class"), "get_time_class_display", sort="time_class"),
            Column(
                "free",
                _("Without order"),
                "get_time_class_without_order_display",
                sort="time_class_without_order",
                hidden=True,
            ),
            Column("loss", _("Loss class"), "get_loss_class_display", sort="loss_class", minor=True),
            Column(
                "whose",
                _("Whose"),
                lambda row: row.site.code if row.site else _t("everybody's"),
                sort="site",
                minor=True,
            ),
            Column("from", _("From"), lambda row: row.valid_from if row.site else None, kind="moment", hidden=True),
            Column("until", _("Until"), "valid_until", kind="moment", hidden=True, link=self._end),
        )

    def _change(self, row: StateMapping) -> str:
        return reverse("floor:mapping_change", args=[row.pk])

    def _end(self, row: StateMapping) -> str | None:
        is_open = row.site_id is not None and row.valid_until is None
        return reverse("floor:mapping_end", args=[row.pk]) if is_open and self.may(SET_LISTENING) else None

    def get_actions(self) -> Sequence[Action]:
        if not self.may(SET_LISTENING):
            return ()
        return (Action(_("Add meaning"), reverse("floor:mapping_add"), "plus"),)

    def get_rows(self) -> QuerySet[StateMapping]:
        return _rows(self)


class _MappingAct(FormPage):
    """An act on meanings; it leads back to the list."""

    permission = SET_LISTENING

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("floor:mapping_list")

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_t("State codes"), self.cancel_url),)

    @property
    def row(self) -> StateMapping:
        """The row at this address. Raises: NotFound, also for another site's."""
        found = _rows(self).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotFound
        return found


class MappingAdd(_MappingAct):
    """Says what a code means at this site."""

    title = _("Add meaning")
    intro = _(
        "Holds at this site from the time you give. Timelines with this code from there on are made again, and their "
        "figures with them."
    )
    form_class = MeaningForm
    submit_label = _("Set meaning")
    success_message = _("The code means this from then on.")

    def submit(self, form: Any) -> str:
        sent = form.cleaned_data
        set_meaning(
            self.actor,
            self.site,
            StateModel(sent["state_model"]),
            sent["code"],
            sent["mode"],
            form.meaning(),
            valid_from=sent["valid_from"],
            reason=sent["because"],
        )
        return self.cancel_url


class MappingChange(MappingAdd):
    """The same, with what the code means now filled in."""

    title = _("Set meaning")

    def get_actions(self) -> Sequence[Action]:
        row = self.row
        if row.site_id is None or row.valid_until is not None:
            return ()
        return (Action(_("End it"), reverse("floor:mapping_end", args=[row.pk]), "", "quiet"),)

    def get_initial(self) -> dict[str, Any]:
        names = ("state_model", "code", "mode", "state", "time_class", "time_class_without_order", "loss_class")
        row = self.row
        return {name: getattr(row, name) for name in names}


class MappingEnd(_MappingAct):
    """Ends a meaning of the site: everybody's holds again."""

    title = _("End meaning")
    form_class = EndMeaningForm
    submit_label = _("End meaning")
    success_message = _("Everybody's meaning holds again.")

    def get_initial(self) -> dict[str, Any]:
        """Nothing to fill in; but there must be a meaning of this site at the address."""
        if self.row.site_id is None:
            raise NotFound
        return {}

    def submit(self, form: Any) -> str:
        if self.row.site_id is None:
            raise NotFound
        end_meaning(self.actor, self.row.pk, at=form.cleaned_data["at"], reason=form.cleaned_data["because"])
        return self.cancel_url
