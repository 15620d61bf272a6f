"""What is done with documents: adding, changing, handing in, approving, withdrawing, reading."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mom.accounts.services.signer import SignerCredentials
from mom.accounts.views.signing import SignPage, ToSign
from mom.core.errors import NotFound
from mom.core.files import limits
from mom.core.files.refusals import refusal
from mom.core.web.views import Crumb, FormPage, Page, PageMixin
from mom.plant import permissions
from mom.plant.engine.document import DocumentCommand
from mom.plant.forms_document import (
    ApproveForm,
    DocumentForm,
    ReaderForm,
    SubmitForm,
    VersionForm,
    WhyForm,
)
from mom.plant.models import Document, DocumentReader, DocumentVersion
from mom.plant.selectors import document as documents
from mom.plant.services import document as services
from mom.plant.views.document import document_url, to_sign


class DocumentAdd(FormPage):
    """Adds a document."""

    permission = permissions.CHANGE_DOCUMENT
    title = _("Add document")
    form_class = DocumentForm
    submit_label = _("Add document")
    success_message = _("The document was added. Add its first version.")
    cancel_url = reverse_lazy("plant:document_list")  # type: ignore[assignment]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Documents"), reverse("plant:document_list")),)

    def submit(self, form: Any) -> str:
        values = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        return document_url(services.document_add(self.actor, self.site, **values))


class OnDocument(FormPage):
    """An act on one document, which is read within the actor's rights, once."""

    permission = permissions.CHANGE_DOCUMENT

    @cached_property
    def document(self) -> Document:
        """Raises: NotFound."""
        return documents.document_get(self.actor, self.site, self.kwargs["code"])

    def get_intro(self) -> str:
        return str(self.document)

    def get_crumbs(self) -> Sequence[Crumb]:
        here = Crumb(self.document.code, document_url(self.document))
        return (Crumb(_("Documents"), reverse("plant:document_list")), here)

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return document_url(self.document)


class DocumentChange(OnDocument):
    """Changes what a document is called."""

    title = _("Change document")
    form_class = DocumentForm
    submit_label = _("Save changes")
    success_message = _("The change was saved.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site, "instance": self.document}

    def submit(self, form: Any) -> str:
        values = dict(form.cleaned_data)
        version = values.pop("version")
        return document_url(services.document_change(self.actor, self.document.pk, version=version, **values))


class VersionAdd(OnDocument):
    """Adds the next version as a draft, with its file."""

    template_name = "core/file/add.html"
    title = _("Add version")
    form_class = VersionForm
    submit_label = _("Add version")
    success_message = _("The version was added as a draft. Hand it in for review when it is ready.")

    def submit(self, form: Any) -> str:
        data = dict(form.cleaned_data)
        sent = data.pop("file")
        if sent.size > limits.MOST_BYTES:
            raise refusal("file_too_large")
        services.version_add(self.actor, self.document.pk, name=sent.name or "", content=sent.read(), **data)
        return document_url(self.document)


class ReaderAdd(OnDocument):
    """Says who must read a document."""

    title = _("Add readers")
    form_class = ReaderForm
    submit_label = _("Add readers")
    success_message = _("The readers were added; they find it under To read.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def submit(self, form: Any) -> str:
        services.reader_add(self.actor, self.document.pk, **form.cleaned_data)
        return document_url(self.document)


class ReaderRemove(PageMixin):
    """Takes readers off a document."""

    permission = permissions.CHANGE_DOCUMENT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = DocumentReader.objects.select_related("document").filter(site=self.site, pk=pk).first()
        if row is None:
            raise NotFound
        services.reader_remove(self.actor, row.pk)
        messages.success(request, _t("The readers were taken off."))
        return HttpResponseRedirect(document_url(row.document))


class OnVersion(FormPage):
    """An act on one version."""

    permission = permissions.VIEW

    @cached_property
    def row(self) -> DocumentVersion:
        """Raises: NotFound."""
        return documents.version_get(self.actor, self.site, self.kwargs["pk"])

    def get_intro(self) -> str:
        return f"{self.row} · {self.row.change_note}"

    def get_crumbs(self) -> Sequence[Crumb]:
        here = Crumb(self.row.document.code, self.cancel_url)
        return (Crumb(_("Documents"), reverse("plant:document_list")), here)

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return document_url(self.row.document)

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.row.version}


class VersionSubmit(OnVersion):
    """Hands a draft in for review."""

    permission = permissions.CHANGE_DOCUMENT
    title = _("Hand in for review")
    form_class = SubmitForm
    submit_label = _("Hand in for review")
    success_message = _("The version waits for approval.")

    def submit(self, form: Any) -> str:
        services.version_move(self.actor, self.row.pk, DocumentCommand.SUBMIT, version=form.cleaned_data["version"])
        return self.cancel_url


class VersionSendBack(OnVersion):
    """Sends a version in review back to its author."""

    title = _("Send back")
    form_class = WhyForm
    submit_label = _("Send back")
    success_message = _("The version is a draft again.")

    def submit(self, form: Any) -> str:
        data = form.cleaned_data
        services.version_move(
            self.actor, self.row.pk, DocumentCommand.SEND_BACK, reason=data["reason"], version=data["version"]
        )
        return self.cancel_url


class VersionApprove(OnVersion):
    """Approves a version where the site's rule takes no signature."""

    permission = permissions.APPROVE_DOCUMENT
    title = _("Approve version")
    form_class = ApproveForm
    submit_label = _("Approve version")
    success_message = _("The version is approved.")

    def submit(self, form: Any) -> str:
        data = form.cleaned_data
        services.version_approve(self.actor, self.row.pk, reason=data["reason"], version=data["version"])
        return self.cancel_url


class VersionSign(SignPage):
    """Approves a version by signature."""

    permission = permissions.APPROVE_DOCUMENT
    title = _("Approve version")
    submit_label = _("Sign")
    success_message = _("The version is approved and signed.")

    @cached_property
    def row(self) -> DocumentVersion:
        """Raises: NotFound."""
        return documents.version_get(self.actor, self.site, self.kwargs["pk"])

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return document_url(self.row.document)

    def get_record(self) -> ToSign:
        return to_sign(self.row)

    def sign(self, form: Any, credentials: SignerCredentials) -> str:
        services.version_approve(self.actor, self.row.pk, credentials=credentials, reason=form.cleaned_data["reason"])
        return self.back(form, self.cancel_url)


class VersionWithdraw(OnVersion):
    """Takes a version out of force."""

    title = _("Withdraw version")
    form_class = WhyForm
    submit_label = _("Withdraw version")
    submit_look = "danger"
    success_message = _("The version was withdrawn. It stays in the record.")

    def submit(self, form: Any) -> str:
        data = form.cleaned_data
        services.version_withdraw(self.actor, self.row.pk, reason=data["reason"], version=data["version"])
        return self.cancel_url


class ToRead(Page):
    """What the signed-in person has to read, and has read lately."""

    permission = permissions.CONFIRM_READING
    title = _("To read")
    template_name = "plant/document/to_read.html"

    def get_context(self) -> dict[str, Any]:
        person = documents.own_person(self.actor, self.site)
        if person is None:
            return {"person": None}
        read = documents.confirmation_list(self.actor).filter(person=person)
        return {
            "person": person,
            "unread": list(documents.unread_documents_for(person, self.now)),
            "read": list(read.order_by("-confirmed_at")[:20]),
        }


class ConfirmReading(PageMixin):
    """The signed-in person says to have read a version."""

    permission = permissions.CONFIRM_READING
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = documents.version_get(self.actor, self.site, pk)
        person = documents.own_person(self.actor, self.site)
        if person is None:
            raise NotFound(_t("Nobody among the people of this site signs in as you. Ask an administrator."))
        services.reading_confirm(self.actor, row.pk, person)
        messages.success(request, _t("Confirmed: you have read %(version)s.") % {"version": row})
        return HttpResponseRedirect(reverse("plant:to_read"))
