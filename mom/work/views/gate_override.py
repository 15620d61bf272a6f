"""Letting a job start although something forbids it: the page on which it is signed."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from mom.accounts.services.signer import SignerCredentials
from mom.accounts.views.signing import SignPage, ToSign
from mom.core.web.views import Crumb
from mom.plant.models import Person
from mom.work import gate, permissions
from mom.work.models import JobOrder
from mom.work.selectors.job_order import job_order_get, likely_person
from mom.work.services import gate_override
from mom.work.views.job_order import order_crumbs


class GateOverridePage(SignPage):
    """Signs that one blocker of one job counts no more."""

    template_name = "work/job/override.html"
    permission = permissions.OVERRIDE_GATE
    title = _("Start all the same")
    submit_label = _("Sign")
    success_message = _("Signed. It no longer forbids the start.")

    @cached_property
    def job(self) -> JobOrder:
        """Raises: NotFound."""
        return job_order_get(self.actor, self.site, self.kwargs["code"])

    @cached_property
    def person(self) -> Person | None:
        """Who is likely to begin: skills and reading are asked of them."""
        return likely_person(self.actor, self.job)

    @property
    def asked(self) -> tuple[str, str, str]:
        """Source, code and subject of the blocker."""
        given = self.request.GET
        source, code, subject = (given.get(name, "").replace("\0", "")[:200] for name in ("source", "what", "of"))
        return source, code, subject

    @cached_property
    def blocker(self) -> gate.Blocker:
        """What is signed for. Raises: Conflict where it is gone."""
        return gate_override.found(self.job, self.now, *self.asked, self.person)

    def get_record(self) -> ToSign:
        return ToSign(
            self.job,
            content=gate_override.signed_content(self.job, *self.asked),
            version=gate_override.signed_version(*self.asked),
            what=_("Job"),
        )

    def get_intro(self) -> str:
        return self.blocker.sentence

    def get_crumbs(self) -> Sequence[Crumb]:
        return [*order_crumbs(self.job), Crumb(self.job.code, self.cancel_url)]

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("work:job_detail", args=[self.job.code])

    def sign(self, form: Any, credentials: SignerCredentials) -> str:
        source, code, subject = self.asked
        gate_override.override(
            self.actor, self.job.pk, source=source, code=code, subject=subject, reason=form.cleaned_data["reason"],
            credentials=credentials, person=self.person,
        )  # fmt: skip
        return self.cancel_url
