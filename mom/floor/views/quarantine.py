"""Quarantine: messages that could not be taken, what is wrong with them, and what a person decides."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from mom.core.actor import Actor
from mom.core.delivery.forms import PlainForm
from mom.core.errors import Conflict
from mom.core.web.bulk import BulkAction, ReasonForm
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, Tag
from mom.core.web.views import Crumb, DetailPage, FormPage
from mom.floor.engine.terms import QuarantineProblem, QuarantineStatus
from mom.floor.models import QuarantinedMessage
from mom.floor.models.labels import MESSAGE_KIND, QUARANTINE_PROBLEM, QUARANTINE_STATUS
from mom.floor.permissions import SETTLE_QUARANTINE, VIEW
from mom.floor.selectors.late import late_of_site
from mom.floor.selectors.quarantine import quarantine_get, quarantine_list, waiting_for_machine
from mom.floor.services import quarantine
from mom.floor.views.quarantine_forms import FIELDS, DiscardForm, ReleaseForm

_WAITING = Q(status=QuarantineStatus.WAITING.value)
_TONES = {QuarantineStatus.WAITING: "bad", QuarantineStatus.RELEASED: "ok", QuarantineStatus.DISCARDED: ""}


def address(row: QuarantinedMessage) -> str:
    """The one page of a message in quarantine."""
    return reverse("floor:quarantine_detail", args=[row.pk])


def status_tag(row: QuarantinedMessage) -> Tag:
    """What became of it, with its tone."""
    return Tag(QUARANTINE_STATUS.label(row.status), _TONES[QuarantineStatus(row.status)])


def kind_of(row: QuarantinedMessage) -> str:
    """The kind that it says it is: whatever was sent, cut where it is none that there is."""
    kind = row.content.get("kind")
    if isinstance(kind, str) and kind in dict(MESSAGE_KIND.choices):
        return str(MESSAGE_KIND.label(kind))
    return _shown(kind, 80)


def machine_of(row: QuarantinedMessage) -> str:
    """What it calls its machine: whatever was sent, cut where no machine can be called so."""
    return _shown(row.content.get("machine"), 200)


def _shown(sent: Any, longest: int) -> str:
    """A gateway may send anything in a field: a list, an object, a number."""
    return "" if sent is None else str(sent)[:longest]


def _release(actor: Actor, row: QuarantinedMessage, _values: Mapping[str, Any]) -> None:
    quarantine.release(actor, row.site.code, row.pk)


def _discard(actor: Actor, row: QuarantinedMessage, values: Mapping[str, Any]) -> None:
    quarantine.discard(actor, row.site.code, row.pk, reason=values["reason"])


class QuarantineList(ListPage):
    """Every message that could not be taken, those that wait first."""

    permission = VIEW
    template_name = "floor/quarantine/list.html"
    title = _("Quarantine")
    intro = _("Messages of machines that could not be taken as they came. None is dropped; a person decides.")
    counted = ngettext_lazy("%(count)s message", "%(count)s messages", "count")
    columns = (
        Column("detail", _("What is wrong"), "detail", link=address),
        Column("machine", _("Machine"), machine_of, kind="code"),
        Column("kind", _("Kind"), kind_of, minor=True),
        Column("source", _("Source"), "source.code", kind="code", minor=True),
        Column("problem", _("Problem"), lambda row: QUARANTINE_PROBLEM.label(row.problem), sort="problem", hidden=True),
        Column("status", _("Status"), status_tag, kind="tag", sort="status"),
        Column("received", _("Received"), "received_at", kind="moment"),
        Column("settled", _("Settled"), "settled_at", kind="moment", hidden=True),
        Column("by", _("By"), "settled_by", hidden=True),
        Column("because", _("Reason"), "settled_because", hidden=True),
    )
    default_sort = "-received"
    search_fields = ("detail", "source__code")
    search_label = _("Search by machine, time or source")
    saved_filters = (
        SavedFilter("waiting", _("Waiting"), _WAITING, tone="bad"),
        *(
            SavedFilter(problem.value, QUARANTINE_PROBLEM.label(problem), _WAITING & Q(problem=problem.value))
            for problem in QuarantineProblem
        ),
        SavedFilter("released", _("Released"), Q(status=QuarantineStatus.RELEASED.value)),
        SavedFilter("discarded", _("Discarded"), Q(status=QuarantineStatus.DISCARDED.value)),
    )
    bulk_actions = (
        BulkAction(
            "release",
            _("Release"),
            SETTLE_QUARANTINE,
            _release,
            ngettext_lazy("Release %(count)s message", "Release %(count)s messages", "count"),
        ),
        BulkAction(
            "discard",
            _("Discard"),
            SETTLE_QUARANTINE,
            _discard,
            ngettext_lazy("Discard %(count)s message", "Discard %(count)s messages", "count"),
            form_class=ReasonForm,
            look="danger",
        ),
    )
    empty = Empty(
        _("Nothing in quarantine"),
        _("Messages with an unknown machine, an impossible time or an unreadable field stop here."),
        icon="check",
    )

    def get_rows(self) -> QuerySet[QuarantinedMessage]:
        return quarantine_list(self.actor, self.site.code)

    def get_context(self) -> dict[str, Any]:
        """What waits for no person but for the archive, on the first page alone."""
        return {"late": late_of_site(self.actor, self.site, self.now)}


class _OfMessage:
    """One message of the site, read once, and the way down to it."""

    @cached_property
    def message(self) -> QuarantinedMessage:
        """Raises: NotFound, also for another site's."""
        return quarantine_get(self.actor, self.site.code, self.kwargs["pk"])  # type: ignore[attr-defined]


class QuarantineDetail(_OfMessage, DetailPage):
    """One message: what is wrong, what was sent, what may be done."""

    permission = VIEW
    template_name = "floor/quarantine/detail.html"
    subject_name = "message"

    def get_subject(self) -> QuarantinedMessage:
        return self.message

    def get_title(self) -> str:
        return _t("Message %(number)s") % {"number": self.message.pk}

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_t("Quarantine"), reverse("floor:quarantine_list")),)

    def get_context(self) -> dict[str, Any]:
        row = self.message
        is_waiting = row.status == QuarantineStatus.WAITING
        machine = machine_of(row)
        is_unknown = is_waiting and row.problem == QuarantineProblem.UNKNOWN_MACHINE
        return {
            "status": status_tag(row),
            "problem": QUARANTINE_PROBLEM.label(row.problem),
            "kind": kind_of(row),
            "machine": machine,
            "raw": json.dumps(row.raw, indent=2, ensure_ascii=False),
            "changed": _changes(row),
            "same_machine": waiting_for_machine(self.site.code, machine) if is_unknown and machine else 0,
            "may_settle": is_waiting and self.may(SETTLE_QUARANTINE),
        }


def _changes(row: QuarantinedMessage) -> list[tuple[str, str, str]]:
    """What a person corrected: field, as it came, as it went in."""
    raw = row.raw if isinstance(row.raw, dict) else {}
    names = sorted((set(raw) | set(row.content)) - {"session"})
    found = [(name, str(raw.get(name, "")), str(row.content.get(name, ""))) for name in names]
    return [each for each in found if each[1] != each[2]]


class _Decide(_OfMessage, FormPage):
    """What a person decides about a message."""

    permission = SETTLE_QUARANTINE

    def get_crumbs(self) -> Sequence[Crumb]:
        row = self.message
        title = _t("Message %(number)s") % {"number": row.pk}
        return (Crumb(_t("Quarantine"), reverse("floor:quarantine_list")), Crumb(title, address(row)))

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return address(self.message)


class QuarantineRelease(_Decide):
    """Take it in, corrected or as it came."""

    title = _("Release message")
    form_class = ReleaseForm
    submit_label = _("Release message")
    success_message = _("The message is in the record.")

    def get_intro(self) -> str:
        return self.message.detail

    def get_initial(self) -> dict[str, Any]:
        return {name: self.message.content.get(name, "") for name in FIELDS}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        quarantine.release(self.actor, self.site.code, self.message.pk, form.corrected(self.message.content))
        return reverse("floor:quarantine_list")


class QuarantineReleaseMachine(_Decide):
    """Take in everything that waits for one machine, once it is known."""

    title = _("Release the machine's messages")
    form_class = PlainForm
    submit_label = _("Release messages")
    success_message = _("The messages are in the record.")

    def get_intro(self) -> str:
        machine = machine_of(self.message)
        many = waiting_for_machine(self.site.code, machine)
        sentence = ngettext(
            "%(many)s message waits for %(machine)s. Add the machine or an alias of it first.",
            "%(many)s messages wait for %(machine)s. Add the machine or an alias of it first.",
            many,
        )
        return sentence % {"many": many, "machine": machine}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        done = quarantine.release_machine(self.actor, self.site, machine_of(self.message))
        if not done.released and done.left:
            raise Conflict(_("The machine is still unknown. Add it, or an alias of it, first."))
        if not done.released:
            raise Conflict(_("None of its messages waits any more."))
        return reverse("floor:quarantine_list")


class QuarantineDiscard(_Decide):
    """Leave it out for good."""

    title = _("Discard message")
    intro = _("It never counts. It stays readable here, with the reason.")
    form_class = DiscardForm
    submit_label = _("Discard message")
    submit_look = "danger"
    success_message = _("The message was discarded.")

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        quarantine.discard(self.actor, self.site.code, self.message.pk, reason=form.cleaned_data["because"])
        return reverse("floor:quarantine_list")
