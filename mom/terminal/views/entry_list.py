"""Entries of stations for whoever leads the shift: what was refused, whose person is not proven, what became of it."""

import json
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, Tag
from mom.core.web.views import Crumb, DetailPage, FormPage
from mom.terminal.engine.terms import EntryOutcome, Settled
from mom.terminal.models import TerminalEntry
from mom.terminal.models.labels import ENTRY_KIND, SETTLED
from mom.terminal.permissions import SETTLE_ENTRY, VIEW_ENTRIES
from mom.terminal.selectors.entry import NEEDS_PERSON, entry_get, entry_list
from mom.terminal.services.entry import settle


def address(row: TerminalEntry) -> str:
    """The one page of an entry."""
    return reverse("terminal:entry_detail", args=[row.pk])


def settlement_of(row: TerminalEntry) -> Any:
    """What a person made of it, if anybody had to."""
    return getattr(row, "settlement", None)


def status_tag(row: TerminalEntry) -> Tag:
    """What became of it, with its tone."""
    settled = settlement_of(row)
    if settled is not None:
        return Tag(SETTLED.label(settled.settled_as), "ok")
    if row.outcome == EntryOutcome.REFUSED:
        return Tag(_t("Refused"), "bad")
    return Tag(_t("Person not proven"), "warn") if row.is_claimed else Tag(_t("Done"), "ok")


def needs_person(row: TerminalEntry) -> bool:
    """Whether somebody must say what becomes of it."""
    return settlement_of(row) is None and (row.outcome == EntryOutcome.REFUSED or row.is_claimed)


class EntryList(ListPage):
    """Everything that was entered on tablets; what needs somebody has a tab of its own."""

    permission = VIEW_ENTRIES
    title = _("Terminal entries")
    intro = _("What operators entered on tablets. Nothing is dropped: what could not be recorded waits here for you.")
    counted = ngettext_lazy("%(count)s entry", "%(count)s entries", "count")
    columns = (
        Column("words", _("Entry"), "words", link=address),
        Column("station", _("Station"), "station", kind="code", sort="station"),
        Column("person", _("Person"), lambda row: str(row.user or ""), sort="user__username"),
        Column("kind", _("Kind"), lambda row: ENTRY_KIND.label(row.kind), sort="kind", minor=True),
        Column("status", _("Status"), status_tag, kind="tag", sort="outcome"),
        Column("why", _("Why"), "sentence"),
        Column("made", _("Made"), "occurred_at", kind="moment", sort="occurred_at"),
        Column("received", _("Received"), "received_at", kind="moment", sort="received_at"),
    )
    default_sort = "-received"
    search_fields = ("station", "sentence", "user__display_name")
    search_label = _("Search by station, person or reason")
    saved_filters = (
        SavedFilter("needs", _("Needs somebody"), NEEDS_PERSON, tone="bad"),
        SavedFilter("refused", _("Refused"), Q(outcome=EntryOutcome.REFUSED.value)),
        SavedFilter("unproven", _("Person not proven"), Q(is_claimed=True)),
    )
    empty = Empty(
        _("Nothing was entered on a tablet yet"),
        _("Enrol a tablet at a machine: operators log there, and what could not be recorded waits here."),
        icon="tablet",
    )

    def get_rows(self) -> QuerySet[TerminalEntry]:
        return entry_list(self.actor, self.site)


class _OfEntry:
    """One entry of the site, read once, and the way down to it."""

    @cached_property
    def entry(self) -> TerminalEntry:
        """Raises: NotFound, also for another site's."""
        return entry_get(self.actor, self.site, self.kwargs["pk"])  # type: ignore[attr-defined]


class EntryDetail(_OfEntry, DetailPage):
    """One entry: what it says, when, by whom, and what came of it."""

    permission = VIEW_ENTRIES
    template_name = "terminal/entry/detail.html"
    subject_name = "entry"

    def get_subject(self) -> TerminalEntry:
        return self.entry

    def get_title(self) -> str:
        return self.entry.words

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_t("Terminal entries"), reverse("terminal:entry_list")),)

    def get_context(self) -> dict[str, Any]:
        row = self.entry
        settled = settlement_of(row)
        return {
            "status": status_tag(row),
            "kind": ENTRY_KIND.label(row.kind),
            "settled": settled,
            "content": json.dumps(row.payload, indent=2, ensure_ascii=False),
            "may_settle": needs_person(row) and self.may(SETTLE_ENTRY),
        }


class SettleForm(forms.Form):
    """What became of it, and why."""

    settled_as = forms.ChoiceField(label=_("What became of it"), choices=SETTLED.choices)
    note = forms.CharField(label=_("Reason"), min_length=2, max_length=200)


class EntrySettle(_OfEntry, FormPage):
    """A person says what becomes of an entry that could not be recorded, or that nobody proved."""

    permission = SETTLE_ENTRY
    title = _("Settle entry")
    form_class = SettleForm
    submit_label = _("Settle entry")
    success_message = _("The entry is settled.")

    def get_intro(self) -> str:
        return self.entry.sentence or self.entry.words

    def get_crumbs(self) -> Sequence[Crumb]:
        row = self.entry
        return (Crumb(_t("Terminal entries"), reverse("terminal:entry_list")), Crumb(row.words, address(row)))

    def get_initial(self) -> dict[str, Any]:
        is_refused = self.entry.outcome == EntryOutcome.REFUSED
        return {"settled_as": (Settled.BY_HAND if is_refused else Settled.CONFIRMED).value}

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return address(self.entry)

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        data = form.cleaned_data
        settle(self.actor, self.entry.pk, Settled(data["settled_as"]), note=data["note"])
        return reverse("terminal:entry_list")
