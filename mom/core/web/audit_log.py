"""Setup, Audit log: who did what, when, to what and why; one entry in full; and the proof that nobody changed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from mom.core import permissions
from mom.core.audit import proof
from mom.core.audit.log import entry_get, entry_list, versions_of
from mom.core.models import AuditEntry, TaskRun
from mom.core.permissions_declared import VIEW_AUDIT_TRAIL
from mom.core.use_case import use_case
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter
from mom.core.web.task_runs import run_url
from mom.core.web.views import Action, Crumb, DetailPage, Page, PageMixin


def apps_with_acts(_request: Any = None) -> list[tuple[str, str]]:
    """The parts of the software whose acts stand in the trail."""
    names = sorted({right.app for right in permissions.declared().values()})
    return [(name, name.capitalize()) for name in names]


class AuditFilters(django_filters.FilterSet):
    """By person, by part of the software, by kind of subject and by dates."""

    person = django_filters.CharFilter(label=gettext_lazy("Person"), field_name="actor_label", lookup_expr="icontains")
    part = django_filters.ChoiceFilter(label=gettext_lazy("Part"), choices=apps_with_acts, method="of_part")
    action = django_filters.CharFilter(label=gettext_lazy("Action"), lookup_expr="icontains")
    subject = django_filters.CharFilter(
        label=gettext_lazy("Subject"), field_name="subject_label", lookup_expr="icontains"
    )
    when = django_filters.DateFromToRangeFilter(label=gettext_lazy("When"), field_name="recorded_at")

    class Meta:
        model = AuditEntry
        fields: tuple[str, ...] = ()

    def of_part(self, rows: QuerySet[AuditEntry], name: str, part: str) -> QuerySet[AuditEntry]:
        """Those of one app."""
        return rows.filter(action__startswith=f"{part}.")


def entry_url(entry: AuditEntry) -> str:
    """The page of an entry."""
    return reverse("web:audit_entry", args=[entry.pk])


class AuditLog(ListPage):
    """Every act at the site, newest first."""

    permission = VIEW_AUDIT_TRAIL
    title = gettext_lazy("Audit log")
    intro = gettext_lazy("Every act with who, when, what and why. Nobody changes it, not even administrators.")
    counted = ngettext_lazy("%(count)s entry", "%(count)s entries", "count")
    filterset_class = AuditFilters
    search_fields = ("subject_label", "actor_label", "action", "reason")
    saved_filters = (
        SavedFilter("all", gettext_lazy("All")),
        SavedFilter(
            "signed", gettext_lazy("Signatures and approvals"), Q(action__in=["accounts.signed", "accounts.approved"])
        ),
        SavedFilter("refused", gettext_lazy("Refused"), Q(action__endswith="_refused")),
        SavedFilter("rights", gettext_lazy("People and rights"), Q(action__startswith="accounts.")),
    )
    columns = (
        Column("when", gettext_lazy("When"), "recorded_at", kind="moment", sort=("recorded_at", "pk"), link=entry_url),
        Column("person", gettext_lazy("Who"), "actor_label"),
        Column("action", gettext_lazy("What"), kind="code"),
        Column("subject", gettext_lazy("On what"), "subject_label", note="subject_type"),
        Column("reason", gettext_lazy("Why"), minor=True),
        Column("before", gettext_lazy("Before"), lambda entry: flat(entry.before), hidden=True),
        Column("after", gettext_lazy("After"), lambda entry: flat(entry.after), hidden=True),
        Column("request", gettext_lazy("Request"), "request_id", hidden=True),
        Column("number", gettext_lazy("Number"), "pk", kind="number", sort="pk", hidden=True),
    )
    default_sort = "-when"
    empty = Empty(gettext_lazy("No acts yet"), gettext_lazy("Whatever anybody does here is written down."), icon="list")

    def get_actions(self) -> Sequence[Action]:
        return (Action(_("Proof"), reverse("web:audit_proof"), "check"),)

    def get_rows(self) -> QuerySet[AuditEntry]:
        return entry_list(self.actor, self.site.code)


def flat(values: Mapping[str, Any]) -> str:
    """Names and values in one line."""
    return ", ".join(f"{name}: {value}" for name, value in values.items())


@dataclass(frozen=True)
class Changed:
    """One name with its value before and after."""

    name: str
    before: Any
    after: Any


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Changed]:
    """Every name of either side, those that differ first."""
    names = sorted(dict.fromkeys([*before, *after]), key=lambda name: before.get(name) == after.get(name))
    return [Changed(name, before.get(name), after.get(name)) for name in names]


class AuditEntryDetail(DetailPage):
    """One entry in full, with the versions of the row that it left."""

    permission = VIEW_AUDIT_TRAIL
    template_name = "core/audit/entry.html"
    subject_name = "entry"

    def get_subject(self) -> AuditEntry:
        return entry_get(self.actor, self.site.code, self.kwargs["pk"])

    def get_title(self) -> str:
        return str(self.subject.action)

    def get_subtitle(self) -> str:
        return str(self.subject.subject_label)

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Audit log"), reverse("web:audit_log")),)

    def get_context(self) -> dict[str, Any]:
        entry: AuditEntry = self.subject
        versions = [
            (version.operation, version.recorded_at, changes(version.old or {}, version.new or {}))
            for version in versions_of(entry)
        ]
        return {"changes": changes(entry.before, entry.after), "versions": versions}


FINDING_WORDS = {
    "edited": gettext_lazy("an entry was changed"),
    "deleted": gettext_lazy("an entry was deleted"),
    "unsealed": gettext_lazy("an entry was put in"),
    "gap": gettext_lazy("an entry before this one is missing"),
    "broken_link": gettext_lazy("an entry was put in or sealed anew"),
    "moved": gettext_lazy("an entry was moved to another site"),
    "cut": gettext_lazy("the end of the trail was cut off"),
    "rewritten": gettext_lazy("the trail was written anew from some entry on"),
    "guard_off": gettext_lazy("a guard of this table is switched off"),
    "guard_changed": gettext_lazy("a guard was rewritten"),
    "anchor_edited": gettext_lazy("an anchor file was changed"),
    "anchor_missing": gettext_lazy("an anchor file is missing"),
    "anchor_unreadable": gettext_lazy("an anchor file can't be read"),
    "version_edited": gettext_lazy("versions of a row do not follow each other"),
    "row_edited": gettext_lazy("a row was changed past its history"),
    "row_unversioned": gettext_lazy("a row was put in past its history"),
    "row_gone": gettext_lazy("a row was deleted past its history"),
}


class AuditProofPage(Page):
    """What the last verification found, and the line to keep elsewhere."""

    permission = VIEW_AUDIT_TRAIL
    title = gettext_lazy("Proof of the audit log")
    intro = gettext_lazy(
        "Each day every entry is verified against its neighbours and against the anchors kept outside."
    )
    template_name = "core/audit/proof.html"

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Audit log"), reverse("web:audit_log")),)

    def get_context(self) -> dict[str, Any]:
        shown = proof.audit_proof(self.now)
        running = TaskRun.objects.filter(kind=proof.PROOF, finished_at=None, site=self.site.code).first()
        return {
            "proof": shown,
            "findings": [(FINDING_WORDS.get(each.kind, each.kind), each) for each in shown.findings],
            "running_url": run_url(running) if running else "",
            "start_url": reverse("web:audit_proof_start"),
        }


class StartAuditProof(PageMixin):
    """Queue a verification now; it is followed, and cancelled, on its own page."""

    permission = VIEW_AUDIT_TRAIL
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        with use_case(self.actor) as act:
            run = proof.start(act, self.site.code)
        return HttpResponseRedirect(run_url(run))
