"""Giving a machine's stop its reason with one tap on the machine's own page."""

import uuid
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from mom.core.db.retry import retrying
from mom.core.errors import InvalidInput, NotFound
from mom.core.web.views import Page
from mom.floor import permissions
from mom.floor.models import Stop
from mom.floor.services import stop as stops
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import Reason
from mom.plant.selectors.equipment import equipment_get


class StopReason(Page):
    """One tap on a reason: the stop that was open on the page has it, and the machine's page is back."""

    permission = permissions.GIVE_REASON
    http_method_names = ("post",)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        machine = equipment_get(self.actor, self.site, kwargs["code"])
        stop = Stop.objects.filter(site=self.site, equipment=machine, pk=_number(request.POST.get("stop")))
        reasons = Reason.objects.filter(site=self.site, kind=ReasonKind.STOP, pk=_number(request.POST.get("reason")))
        reason, found = reasons.first(), stop.first()
        if reason is None or found is None:
            raise NotFound(_("There is no such stop or reason at this machine."))
        self.perform(found, reason, _key(request.POST.get("key")), request.POST.get("note", "")[:200])
        said = _("%(machine)s: %(reason)s") % {"machine": machine.code, "reason": reason.name or reason.code}
        messages.success(request, said)
        return HttpResponseRedirect(reverse("plant:machine_detail", args=[machine.code]))

    @retrying()
    def perform(self, stop: Stop, reason: Reason, key: UUID, note: str) -> None:
        """The use case, again where its transaction had to yield to another."""
        stops.annotate(self.actor, stop.pk, op_uuid=key, reason=reason, note=note)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0


def _key(text: str | None) -> UUID:
    """The key of the act as the page made it. Raises: InvalidInput for what is no key."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        raise InvalidInput({"key": [_("Load the page again.")]}) from None
