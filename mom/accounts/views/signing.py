"""Signing on a page: the dialog that any page may hold, and the page that takes it and shows what was refused.

    class DocumentApprove(SignPage):
        permission = "plant.approve_document"
        meanings = (Meaning.APPROVED,)

        def get_record(self):                       # the record as it is now, within the actor's rights; NotFound else
            return ToSign(document, version="3", content=document.content(), what=_("Work instruction"))

        def sign(self, form, credentials):          # one use case, which calls `sign` or `approve` with the credentials
            document_approve(self.actor, document.pk, credentials=credentials, reason=form.cleaned_data["reason"])
            return reverse("plant:document", args=[document.code])

The page that shows the record puts `signing_form(self, record, ...)` and the address into its context and includes
`_components/sign_dialog.html`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils.functional import Promise, cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from mom.accounts.engine.signing import Meaning
from mom.accounts.forms.signing import SigningForm
from mom.accounts.selectors.signature import has_signed
from mom.accounts.services.signature import challenge_for
from mom.accounts.services.signer import SignerCredentials, prove_signer
from mom.core.api.client import client_address
from mom.core.web.views import FormPage, PageMixin

Text = str | Promise


@dataclass(frozen=True)
class ToSign:
    """A record as shown to who signs it: what it is called, its version, and all that the signature covers."""

    subject: Any
    content: Mapping[str, Any]
    version: str = ""
    what: Text = ""
    """What kind of record it is, as in "Work instruction"."""


def session_of(request: HttpRequest) -> str:
    """The stretch of the session since its last sign-in or unlock, as a digest; empty for who has none.

    Signing in, unlocking and a change of person give the session a new key, and with it a new stretch.
    """
    key = request.session.session_key
    return hashlib.sha256(f"signing:{key}".encode()).hexdigest() if key else ""


def signing_form(
    page: PageMixin, record: ToSign, meanings: Sequence[Meaning], *, back: str = "", data: Any = None
) -> SigningForm:
    """The form of the dialog for a record as it is now. Two statements; nothing is written."""
    session = session_of(page.request)
    challenge = challenge_for(
        page.actor, session=session, subject=record.subject, version=record.version, content=record.content
    )
    return SigningForm(
        data,
        initial={"challenge": challenge, "next": back},
        meanings=meanings,
        is_first=not has_signed(page.actor, session),
        auto_id=f"sign-{record.version or 0}-%s",
    )


class SignPage(FormPage):
    """Takes a signature: proves the signer first, in transactions of its own, then signs. See the module's example."""

    template_name = "_components/sign_page.html"
    title = _("Sign")
    submit_label = _("Sign")
    success_message = _("Signed.")
    meanings: ClassVar[Sequence[Meaning]] = (Meaning.APPROVED,)

    def get_record(self) -> ToSign:
        """The record as it is now. Raises: NotFound."""
        raise NotImplementedError

    def sign(self, form: Any, credentials: SignerCredentials) -> str:
        """Signs by one use case and names the address to go to. Raises: MomError, shown in the form."""
        raise NotImplementedError

    @cached_property
    def record(self) -> ToSign:
        return self.get_record()

    def get_form(self) -> Any:
        data = self.request.POST if self.request.method == "POST" else None
        return signing_form(self, self.record, self.meanings, data=data)

    def submit(self, form: Any) -> str:
        typed = form.cleaned_data
        device = getattr(self.request, "device", None)
        credentials = prove_signer(
            self.actor,
            site=self.site,
            subject=self.record.subject,
            secret=typed["secret"],
            challenge=typed["challenge"],
            session=session_of(self.request),
            name=typed["name"],
            device=device or None,
            address=client_address(self.request),
        )
        return self.sign(form, credentials)

    def back(self, form: Any, otherwise: str) -> str:
        """The page that the signature was asked on, where that is one of ours."""
        asked = form.cleaned_data.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(asked, {self.request.get_host()}, self.request.is_secure())
        return asked if asked and is_ours else otherwise

    def get_context(self) -> dict[str, Any]:
        return {"record": self.record}
