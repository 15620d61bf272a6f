"""What each kind of entry does: the use case behind it, under the entry's own key.

Each runs in the transaction of the entry's row, so both are there or neither is.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from inventory.public import place_lot
from mom.accounts.models import Device, User
from mom.accounts.selectors import actor_for_user
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.floor.models import Stop
from mom.floor.services import stop as machine_stops
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import Equipment, Person, Reason
from mom.terminal.engine.sent import amount_of
from mom.terminal.engine.terms import UNDOABLE, EntryKind, EntryOutcome
from mom.terminal.models import TerminalEntry
from mom.terminal.selectors.station import machine_of
from mom.work.engine.terms import JobOrderCommand, QuantityKind
from mom.work.engine.told import CLOCKS_DIFFER_BY
from mom.work.models import AlertTeam, JobOrder, JobResponse, QuantityReport
from mom.work.selectors.job_order import own_person, real_responses
from mom.work.services import act_undo, alert_call, quantity_report
from mom.work.services import job_order as job_orders
from mom.work.services import stop as work_stops

LOGGED = (
    (QuantityKind.GOOD, "good", "", None),
    (QuantityKind.SCRAP, "scrap", "scrap_reason", ReasonKind.SCRAP),
    (QuantityKind.REWORK, "rework", "rework_reason", ReasonKind.REWORK),
)


def actor_of(entry_user: User | None, by: User, actor: Actor, device: Device) -> Actor:
    """Who acts: the person signed in; else the device, with the rights of whom it claims to have been there."""
    if entry_user is not None and entry_user.pk == by.pk:
        return actor
    if entry_user is None:
        raise NotFound(_("Nobody with a PIN at this site is known under this number."))
    words = _("%(person)s, not proven, at %(device)s") % {"person": entry_user, "device": device.name}
    return replace(actor_for_user(entry_user), kind="device", id=str(device.pk), label=words[:200])


@dataclass(frozen=True)
class Doing:
    """An entry about to be done."""

    actor: Actor
    device: Device
    entry: TerminalEntry

    @property
    def key(self) -> uuid.UUID:
        return self.entry.key

    @property
    def at(self) -> datetime:
        """When it happened, by our clock."""
        return self.entry.occurred_at

    def value(self, name: str) -> Any:
        return self.entry.payload.get(name)

    @cached_property
    def machine(self) -> Equipment:
        """Raises: NotFound."""
        return machine_of(self.device)

    @cached_property
    def person(self) -> Person | None:
        """The worker behind the sign-in."""
        user = self.entry.user
        return own_person(actor_for_user(user), self.device.site) if user is not None else None

    @property
    def job(self) -> JobOrder:
        """The job of this machine that the entry names. Raises: NotFound."""
        found = _row(JobOrder.objects.filter(site=self.device.site, equipment=self.machine), self.value("job"))
        if found is None:
            raise NotFound(_("There is no such job at %(machine)s.") % {"machine": self.machine.code})
        return found

    def reason(self, name: str, kind: ReasonKind) -> Reason | None:
        """The site's reason that the entry names, if it names one. Raises: NotFound."""
        asked = self.value(name)
        if asked is None or asked == "":
            return None
        found = _row(Reason.objects.filter(site=self.device.site, kind=kind), asked)
        if found is None:
            raise NotFound(_("There is no such reason at this site."))
        return found

    @property
    def note(self) -> str:
        return str(self.value("note") or "")[:200]


Row = Any


def _row(rows: "models.QuerySet[Any]", pk: Any) -> Row:
    text = str(pk)
    return rows.filter(pk=int(text)).first() if text.isascii() and text.isdigit() and len(text) < 19 else None


def perform(doing: Doing) -> None:
    """Do what the entry says. Joins the entry's transaction. Raises: MomError, whatever the use case refuses by."""
    ACTS[EntryKind(doing.entry.kind)](doing)


def _command(asked: JobOrderCommand) -> Callable[[Doing], None]:
    def run(doing: Doing) -> None:
        begins = asked in {JobOrderCommand.START, JobOrderCommand.RESUME}
        person = doing.person if begins else None
        job_orders.command(doing.actor, doing.job.pk, asked, person=person, op_uuid=doing.key, at=doing.at)

    return run


def _log(doing: Doing) -> None:
    lines = []
    for kind, name, reason_name, reason_kind in LOGGED:
        quantity = amount_of(doing.value(name))
        if quantity is None:
            raise InvalidInput({name: [_("This is no quantity.")]})
        if quantity:
            reason = doing.reason(reason_name, reason_kind) if reason_kind is not None else None
            lines.append(quantity_report.Reported(kind, quantity, reason=reason, note=doing.note))
    job = doing.job
    quantity_report.report(doing.actor, job.pk, lines, op_uuid=doing.key, occurred_at=doing.at, person=doing.person)


def _undo(doing: Doing) -> None:
    try:
        target = uuid.UUID(str(doing.value("entry")))
    except ValueError:
        raise NotFound(_("There is no such entry to undo.")) from None
    entries = TerminalEntry.objects.filter(site=doing.device.site, kind__in=UNDOABLE, outcome=EntryOutcome.DONE)
    entry = entries.filter(key=target, user=doing.entry.user).first()
    if entry is None:
        raise NotFound(_("The entry to undo was not recorded, or somebody else made it."))
    if entry.kind != EntryKind.LOG:
        job = Doing(doing.actor, doing.device, entry).job
        act_undo.undo(doing.actor, job.pk, op_uuid=doing.key, act_key=target, at=doing.at)
        return
    keys = [uuid.uuid5(target, str(index)) for index in range(len(LOGGED))]
    reports = list(QuantityReport.objects.filter(op_uuid__in=keys).order_by("id"))
    if not reports:
        raise Conflict(_("Nothing was reported by that entry."), code="nothing_to_undo")
    for index, report in enumerate(reports):
        quantity_report.undo(doing.actor, report.pk, op_uuid=uuid.uuid5(doing.key, str(index)))


def _stop(doing: Doing) -> None:
    """What stood at the moment of the tap gets the reason: the stop that the machine told of itself, else the reported
    one that has none; else one begins."""
    reason = doing.reason("reason", ReasonKind.STOP)
    told = _standing(Stop.objects.filter(equipment=doing.machine, withdrawn_at=None), doing.at)
    if told is not None and reason is not None:
        machine_stops.annotate(doing.actor, told.pk, op_uuid=doing.key, reason=reason, note=doing.note, at=doing.at)
        return
    reported = _standing(real_responses(JobResponse.objects.filter(equipment=doing.machine, is_stop=True)), doing.at)
    if reported is not None and reported.reason_id is None and reason is not None:
        work_stops.explain(doing.actor, reported.pk, reason, op_uuid=doing.key, note=doing.note, at=doing.at)
        return
    work_stops.begin(doing.actor, doing.machine, reason=reason, note=doing.note, op_uuid=doing.key, at=doing.at)


def _standing(stops: "models.QuerySet[Any]", at: datetime) -> Row:
    """The one of them that stood at an instant, else the one that began so little later that the clocks may differ."""
    near = stops.filter(models.Q(ended_at=None) | models.Q(ended_at__gt=at), started_at__lte=at + CLOCKS_DIFFER_BY)
    rows = list(near.exclude(ended_at=models.F("started_at")).order_by("started_at", "id"))
    stood = [row for row in rows if row.started_at <= at]
    return stood[-1] if stood else rows[0] if rows else None


def open_stop(machine: Equipment) -> JobResponse | None:
    """The reported stop of a machine that is open."""
    rows = JobResponse.objects.filter(equipment=machine, is_stop=True, ended_at=None, reverses=None)
    return rows.order_by("-started_at", "-id").first()


def _go_on(doing: Doing) -> None:
    stop = open_stop(doing.machine)
    if stop is not None:
        work_stops.end(doing.actor, stop.pk, op_uuid=doing.key, at=doing.at)


def _lot(doing: Doing) -> None:
    place_lot(doing.actor, doing.job.pk, str(doing.value("label") or ""), op_uuid=doing.key, at=doing.at)


def _help(doing: Doing) -> None:
    team = _row(AlertTeam.objects.filter(site=doing.device.site), doing.value("team"))
    if team is None:
        raise NotFound(_("There is no such team at this site."))
    is_standing = doing.value("is_standing") is True
    alert_call.call(
        doing.actor,
        doing.machine,
        team,
        op_uuid=doing.key,
        is_standing=is_standing,
        note=doing.note,
        person=doing.person,
        at=doing.at,
    )


ACTS: Mapping[EntryKind, Callable[[Doing], None]] = {
    EntryKind.START: _command(JobOrderCommand.START),
    EntryKind.RESUME: _command(JobOrderCommand.RESUME),
    EntryKind.PAUSE: _command(JobOrderCommand.PAUSE),
    EntryKind.FINISH: _command(JobOrderCommand.FINISH),
    EntryKind.LOG: _log,
    EntryKind.UNDO: _undo,
    EntryKind.STOP: _stop,
    EntryKind.GO_ON: _go_on,
    EntryKind.LOT: _lot,
    EntryKind.HELP: _help,
}
