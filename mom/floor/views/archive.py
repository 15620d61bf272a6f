"""Setup > Archive: what the archive holds, what it waits for, and which days leave the database next."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core.delivery.forms import PlainForm
from mom.core.status import in_words
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, Tag
from mom.core.web.task_runs import run_url
from mom.core.web.views import Action, Crumb, FormPage
from mom.floor.models import ArchivedDay
from mom.floor.permissions import MANAGE_ARCHIVE, VIEW
from mom.floor.selectors.archive import archived_days, days_past_horizon, policy_for, standing
from mom.floor.services import archive
from mom.floor.services.archive import Kept


def state_tag(row: ArchivedDay) -> Tag:
    """How an archived day stands: what is wrong first."""
    if row.problem:
        return Tag(_("Damaged"), "bad") if row.address else Tag(_("Not written"), "bad")
    if row.due_at is not None:
        return Tag(_("To be written again"), "warn") if row.address else Tag(_("To be written"), "info")
    if row.verified_at is None:
        return Tag(_("Not verified"), "warn")
    return Tag(_("Only in the archive"), "ok") if row.dropped_at else Tag(_("Verified"), "ok")


class ArchivedDayList(ListPage):
    """Every machine's day that is in the archive or waits for it."""

    permission = VIEW
    title = _("Archive")
    intro = _("Closed days of machine messages as files that any engine reads. No message leaves unless one holds it.")
    template_name = "floor/archive/list.html"
    counted = ngettext_lazy("%(count)s machine day", "%(count)s machine days", "count")
    columns = (
        Column("day", _("Day (UTC)"), "day", kind="day", sort="day"),
        Column("machine", _("Machine"), "equipment.code", kind="code", sort="equipment__code"),
        Column("messages", _("Messages"), "row_count", kind="number", sort="row_count"),
        Column("size", _("Size"), lambda row: in_words(row.byte_count) if row.address else "", sort="byte_count"),
        Column("state", _("State"), state_tag, kind="tag"),
        Column("problem", _("Problem"), "problem", minor=True),
        Column("written", _("Written"), "written_at", kind="moment", minor=True),
        Column("verified", _("Verified"), "verified_at", kind="moment", minor=True),
        Column("dropped", _("Left the database"), "dropped_at", kind="moment", hidden=True),
        Column("address", _("File"), "address", kind="code", hidden=True),
        Column("sha256", _("SHA-256"), "sha256", kind="code", hidden=True),
    )
    default_sort = "-day"
    search_fields = ("equipment__code", "address")
    search_label = _("Find a machine")
    saved_filters = (
        SavedFilter("all", _("All")),
        SavedFilter("damaged", _("Damaged"), ~Q(problem=""), tone="bad"),
        SavedFilter("waiting", _("To be written"), Q(due_at__isnull=False)),
        SavedFilter("dropped", _("Only in the archive"), Q(dropped_at__isnull=False)),
    )
    empty = Empty(
        _("Nothing archived yet"),
        _("A machine's day is archived once it is closed, two days after its end unless set otherwise."),
    )

    def get_rows(self) -> QuerySet[ArchivedDay]:
        return archived_days(self.actor, self.site)

    def get_actions(self) -> Sequence[Action]:
        if not self.may(MANAGE_ARCHIVE):
            return ()
        return (
            Action(_("Archive now"), reverse("floor:archive_now")),
            Action(_("Verify again"), reverse("floor:archive_verify")),
            Action(_("Settings"), reverse("floor:archive_settings"), "admin"),
        )

    def get_context(self) -> dict[str, Any]:
        found = standing(self.site)
        return {
            "standing": found,
            "size": in_words(found.bytes),
            "policy": policy_for(self.site),
            "next_days": days_past_horizon(self.now)[:3],
        }


class _Below(FormPage):
    """An act on the archive."""

    permission = MANAGE_ARCHIVE
    form_class: ClassVar[type[forms.BaseForm]] = PlainForm

    def get_crumbs(self) -> list[Crumb]:
        return [Crumb(_("Archive"), reverse("floor:archived_day_list"))]


class ArchiveNow(_Below):
    """Writes what is closed at once instead of at the next round."""

    title = _("Archive now")
    intro = _("Every closed day that is not in the archive yet is written. A day that is there already stays as it is.")
    submit_label = _("Archive now")

    def submit(self, form: forms.Form) -> str:
        return run_url(archive.request_archive(self.actor, self.site))


class ArchiveVerify(_Below):
    """Reads every file again."""

    title = _("Verify again")
    intro = _("Every file is read and compared with what was written, and with the database where that has the day.")
    submit_label = _("Verify again")

    def submit(self, form: forms.Form) -> str:
        return run_url(archive.request_verify(self.actor, self.site))


class ArchiveForm(forms.Form):
    """When days are archived and when they leave."""

    close_after_days = forms.IntegerField(
        label=_("Archive after days"),
        min_value=1,
        max_value=365,
        help_text=_("Late messages of these days come in without a rewrite."),
    )
    keep_days = forms.IntegerField(
        label=_("Keep in the database for days"),
        min_value=1,
        max_value=32_000,
        required=False,
        help_text=_("Empty: for ever. Figures of older days are then made from the archive."),
    )


class ArchiveSettings(_Below):
    """Sets closing and horizon of the site."""

    title = _("Archive settings")
    intro = _("A day leaves the database when it is past the horizon of every site and all of it is verified.")
    form_class = ArchiveForm
    submit_label = _("Save")
    success_message = _("Saved.")

    def get_initial(self) -> dict[str, Any]:
        policy = policy_for(self.site)
        return {"close_after_days": policy.close_after_days, "keep_days": policy.keep_days}

    def submit(self, form: forms.Form) -> str:
        archive.set_policy(self.actor, self.site, Kept(**form.cleaned_data))
        return reverse("floor:archived_day_list")
