"""Documents: the list, one with its versions and readers, and what is done with them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.accounts.engine.signing import ApprovalMode, Meaning
from mom.accounts.selectors.approval import rule_in_force
from mom.accounts.selectors.signature import signed_by
from mom.accounts.views.signing import ToSign, signing_form
from mom.core.web import printing
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, Tag
from mom.core.web.views import Action, Crumb
from mom.plant import permissions
from mom.plant.engine.document import DOCUMENT_VERSION, DocumentCommand, DocumentKind, DocumentStatus
from mom.plant.models import Document, DocumentReader, DocumentVersion
from mom.plant.models.document import DOCUMENT_STATUS
from mom.plant.selectors import document as documents
from mom.plant.services.document import RECORD_CLASS
from mom.plant.views.machine import equipment_url
from mom.plant.views.parts import Fact, PlantDetail, link
from mom.plant.views.person import person_url

COMMANDS = {
    DocumentCommand.SUBMIT: (_("Hand in for review"), "primary"),
    DocumentCommand.SEND_BACK: (_("Send back"), ""),
    DocumentCommand.WITHDRAW: (_("Withdraw"), "quiet"),
}


def document_url(document: Document) -> str:
    """The one address of a document."""
    return reverse("plant:document_detail", args=[document.code])


def status_tag(row: DocumentVersion, now: Any) -> Tag:
    """A version's status; an approved one says whether it is in force."""
    if row.status == DocumentStatus.APPROVED and row.effective_from is not None:
        if row.effective_from > now:
            return Tag(_t("Approved, not yet in force"), "info")
        if row.effective_to is not None and row.effective_to <= now:
            return Tag(_t("Superseded"), "warn")
        return Tag(_t("In force"), "ok")
    return Tag(DOCUMENT_STATUS.label(row.status), DOCUMENT_STATUS.state(row.status))


def _current(row: Any) -> str:
    return _t("version %(number)d") % {"number": row.current_number} if row.current_number else ""


def _state(row: Any) -> Tag | str:
    if row.has_review:
        return Tag(_t("Waits for approval"), "info")
    return "" if row.current_number else Tag(_t("Nothing in force"), "warn")


class DocumentList(ListPage):
    """Everything that people work by."""

    permission = permissions.VIEW
    title = _("Documents")
    counted = ngettext_lazy("%(count)s document", "%(count)s documents", "count")
    columns = (
        Column("document", _("Document"), "code", kind="code", link=document_url),
        Column("title", _("Title"), "name"),
        Column("kind", _("Kind"), "get_kind_display", sort="kind", minor=True),
        Column("current", _("In force"), _current, sort="current_number"),
        Column("since", _("Since"), "current_since", kind="moment", minor=True),
        Column("state", _("State"), _state, kind="tag", sort=None),
    )
    default_sort = "document"
    search_fields = ("code", "name", "description")
    search_label = _("Find a document")
    saved_filters = (
        SavedFilter("used", _("In use"), Q(is_active=True)),
        SavedFilter("review", _("Waits for approval"), Q(has_review=True)),
        SavedFilter("safety", _("Safety sheets"), Q(is_active=True, kind=DocumentKind.SAFETY_SHEET.value)),
        SavedFilter("retired", _("Out of use"), Q(is_active=False)),
    )

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        return Empty(
            _("No documents yet"),
            _("Procedures, instructions, drawings and safety sheets. Each version is approved, and read by who must."),
            icon="doc",
            action=self._add("primary"),
        )

    def _add(self, look: str) -> Action | None:
        if not self.may(permissions.CHANGE_DOCUMENT):
            return None
        return Action(_("Add document"), reverse("plant:document_add"), "plus", look)

    def get_actions(self) -> Sequence[Action]:
        add = self._add("")
        return (add,) if add else ()

    def get_rows(self) -> QuerySet[Any]:
        return documents.document_list(self.actor, self.site, self.now)


class DocumentDetail(PlantDetail):
    """One document: the version in force, every version with its acts, who must read it and who has."""

    template_name = "plant/document/detail.html"
    subject_name = "document"

    def get_subject(self) -> Document:
        return documents.document_get(self.actor, self.site, self.kwargs["code"])

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Documents"), reverse("plant:document_list")),)

    @property
    def may_change(self) -> bool:
        return self.may(permissions.CHANGE_DOCUMENT)

    def get_actions(self) -> Sequence[Action]:
        if not self.may_change:
            return ()
        code = self.subject.code
        return (
            Action(_("Change"), reverse("plant:document_change", args=[code]), "admin"),
            Action(_("Add readers"), reverse("plant:document_reader_add", args=[code]), "user"),
            Action(_("Add version"), reverse("plant:document_version_add", args=[code]), "plus", "primary"),
        )

    def get_facts(self) -> Sequence[Fact]:
        row, current = self.subject, self.current
        return (
            Fact(_("Kind"), row.get_kind_display()),
            Fact(_("In force"), _t("version %(number)d") % {"number": current.number} if current else _t("nothing")),
            Fact(_("Since"), printing.moment(current.effective_from) if current else ""),
            Fact(_("Approved by"), current.approved_by if current else ""),
            Fact(_("Note"), row.description),
        )

    @cached_property
    def versions(self) -> list[DocumentVersion]:
        """Every version, newest first."""
        rows = DocumentVersion.objects.filter(document=self.subject).select_related("site", "document", "attachment")
        return list(rows.order_by("-number"))

    @cached_property
    def current(self) -> DocumentVersion | None:
        """The version in force."""
        return next((row for row in self.versions if status_tag(row, self.now).text == _t("In force")), None)

    def get_context(self) -> dict[str, Any]:
        readings = documents.readings_of(self.subject, self.now)
        readers = DocumentReader.objects.filter(document=self.subject).select_related("personnel_class", "equipment")
        return {
            **super().get_context(),
            "versions": [(row, status_tag(row, self.now), self.acts(row)) for row in self.versions],
            "current": self.current,
            "lines": signed_by(self.current, self.current.content()) if self.current else [],
            "readers": [(row, self.who(row)) for row in readers.order_by("pk")],
            "readings": [(each, person_url(each.person)) for each in readings],
            "unread": sum(not each.is_enough for each in readings),
            **self.signing(),
        }

    def who(self, row: DocumentReader) -> Any:
        """The readers of one row, in words."""
        skill = row.personnel_class
        who = _t("Everybody") if skill is None else _t("Skill: %(skill)s") % {"skill": skill.name or skill.code}
        if row.equipment is None:
            return who
        place = link(equipment_url(row.equipment), row.equipment.name or row.equipment.code)
        return format_html(_t("{who}, at work on {place}"), who=who, place=place)

    def acts(self, row: DocumentVersion) -> list[Action]:
        """What this person may do with a version now."""
        found = []
        for command in DOCUMENT_VERSION.commands(DocumentStatus(row.status)):
            if command == DocumentCommand.APPROVE or not self.may_command(row, command):
                continue
            label, look = COMMANDS[command]
            found.append(Action(label, reverse(f"plant:document_version_{command.value}", args=[row.pk]), "", look))
        return found

    def may_command(self, row: DocumentVersion, command: DocumentCommand) -> bool:
        """Whether this person may give the command."""
        if command == DocumentCommand.SEND_BACK:
            return self.may_change or self.may(permissions.APPROVE_DOCUMENT)
        is_approved = row.approved_at is not None
        return self.may(permissions.APPROVE_DOCUMENT) if is_approved else self.may_change

    def signing(self) -> dict[str, Any]:
        """The dialog that approves the version in review, where there is one and this person may."""
        row = next((each for each in self.versions if each.status == DocumentStatus.IN_REVIEW), None)
        if row is None or not self.may(permissions.APPROVE_DOCUMENT):
            return {}
        rule = rule_in_force(self.site, RECORD_CLASS, self.now)
        url = reverse("plant:document_version_approve", args=[row.pk])
        if rule.mode is not ApprovalMode.FOUR_EYES:
            return {"to_approve": row, "approve_url": url}
        record = to_sign(row)
        form = signing_form(self, record, (Meaning.APPROVED,), back=document_url(self.subject))
        sign_url = reverse("plant:document_version_sign", args=[row.pk])
        return {"to_approve": row, "approve_url": sign_url, "sign_form": form, "record": record}


def to_sign(row: DocumentVersion) -> ToSign:
    """A version as it is shown to who signs it."""
    return ToSign(row, row.content(), version=str(row.number), what=_("Document"))
