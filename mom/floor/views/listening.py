"""How machines are listened to: all of them with what holds now, one with its settings over time, and a new setting."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column
from mom.core.web.views import Action, Crumb, DetailPage, FormPage
from mom.floor.engine.timeline_settings import DEFAULT, Listening
from mom.floor.models import MachineListening
from mom.floor.models.labels import PIECE_SOURCE, SIGNAL_SOURCE, STATE_MODEL
from mom.floor.permissions import SET_LISTENING, VIEW
from mom.floor.selectors.listening import listening_by_machine
from mom.floor.services.listening import set_listening
from mom.floor.views.listening_forms import ListeningForm
from mom.plant.models import Equipment
from mom.plant.selectors.equipment import equipment_get, machine_list


@dataclass(frozen=True)
class MachineRow:
    """A machine with how it is listened to now."""

    machine: Equipment
    listening: Listening
    is_set: bool


class ListeningList(ListPage):
    """Every machine of the site with its present setting."""

    permission = VIEW
    title = _("Listening")
    intro = _("What a machine's timeline and pieces are taken from, and when silence is no signal.")
    counted = ngettext_lazy("%(count)s machine", "%(count)s machines", "count")
    default_sort = "machine"
    search_label = _("Find a machine")
    columns = (
        Column(
            "machine",
            _("Machine"),
            "machine.code",
            kind="code",
            link=lambda row: reverse("floor:listening_detail", args=[row.machine.code]),
        ),
        Column("name", _("Name"), "machine.name", minor=True),
        Column("signal", _("Timeline from"), lambda row: SIGNAL_SOURCE.label(row.listening.signal_source)),
        Column("codes", _("State codes"), lambda row: STATE_MODEL.label(row.listening.state_model)),
        Column("pieces", _("Pieces from"), lambda row: PIECE_SOURCE.label(row.listening.piece_source)),
        Column("heartbeat", _("Silent after"), lambda row: row.listening.heartbeat, kind="duration"),
        Column("minor", _("Minor stop below"), lambda row: row.listening.minor_stop, kind="duration"),
        Column("set", _("Set"), lambda row: _t("own") if row.is_set else _t("default"), minor=True),
    )
    empty = Empty(_("No machines"), _("Machines and stations of the plant model stand here."))

    def get_rows(self) -> list[MachineRow]:
        held = listening_by_machine(self.site, self.now)
        return [
            MachineRow(machine, held.get(machine.pk, DEFAULT), machine.pk in held)
            for machine in machine_list(self.actor, self.site)
        ]


class _OfMachine:
    """One machine of the site, read once."""

    @cached_property
    def machine(self) -> Equipment:
        """Raises: NotFound, also for another site's."""
        return equipment_get(self.actor, self.site, self.kwargs["code"])  # type: ignore[attr-defined]

    @property
    def address(self) -> str:
        """The page of its settings."""
        return reverse("floor:listening_detail", args=[self.machine.code])


class ListeningDetail(_OfMachine, DetailPage):
    """The settings of one machine over time."""

    permission = VIEW
    template_name = "floor/listening/detail.html"
    subject_name = "machine"

    def get_subject(self) -> Equipment:
        return self.machine

    def get_title(self) -> str:
        return str(self.machine.code)

    def get_subtitle(self) -> str:
        return str(self.machine.name)

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_t("Listening"), reverse("floor:listening_list")),)

    def get_actions(self) -> Sequence[Action]:
        if not self.may(SET_LISTENING):
            return ()
        return (Action(_("Set anew"), reverse("floor:listening_change", args=[self.machine.code]), "admin", "primary"),)

    def get_context(self) -> dict[str, Any]:
        rows = list(MachineListening.objects.filter(equipment=self.machine).order_by("-valid_from"))
        return {"rows": rows, "default": DEFAULT}


class ListeningChange(_OfMachine, FormPage):
    """Listens to a machine otherwise from an instant on."""

    permission = SET_LISTENING
    title = _("Set anew")
    intro = _(
        "Holds from the time you give; what held before stays with the past. The timeline from there on is made again."
    )
    form_class = ListeningForm
    submit_label = _("Set")
    success_message = _("The machine is listened to as you said.")

    def get_crumbs(self) -> Sequence[Crumb]:
        return (
            Crumb(_t("Listening"), reverse("floor:listening_list")),
            Crumb(self.machine.code, self.address),
        )

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return self.address

    def get_initial(self) -> dict[str, Any]:
        held = listening_by_machine(self.site, self.now).get(self.machine.pk, DEFAULT)
        return {
            "signal_source": held.signal_source,
            "state_model": held.state_model,
            "piece_source": held.piece_source,
            "heartbeat": held.heartbeat.total_seconds() / 60,
            "minor_stop": held.minor_stop.total_seconds(),
            "counter_modulus": held.counter_modulus,
        }

    def submit(self, form: Any) -> str:
        sent = form.cleaned_data
        set_listening(self.actor, self.machine, form.listening(), valid_from=sent["valid_from"], reason=sent["because"])
        return self.address
