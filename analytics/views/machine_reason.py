"""Giving a machine's stop its reason with one tap, and saying afterwards that it was something else."""

import uuid
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mom.core.db.retry import retrying
from mom.core.errors import InvalidInput, NotFound
from mom.core.web import printing
from mom.core.web.components import STATES
from mom.core.web.views import Crumb, FormPage, Page
from mom.floor import permissions
from mom.floor.models import Stop
from mom.floor.services import stop as stops
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import Reason
from mom.plant.selectors.equipment import equipment_get
from mom.work.selectors.choices import reason_choices


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


class StopChangeForm(forms.Form):
    """What the stop was: reason, state, from when on, and a note."""

    reason = forms.ModelChoiceField(Reason.objects.none(), label=gettext_lazy("Reason"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    since = forms.DateTimeField(
        label=gettext_lazy("Only from"),
        required=False,
        help_text=gettext_lazy("Splits the stop: what you say holds from this time on. Empty: for all of it."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"),
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, site: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason: Any = self.fields["reason"]
        reason.queryset = Reason.objects.filter(site=site, kind=ReasonKind.STOP, is_active=True)
        reason.choices = [("", _("as it is")), *reason_choices(site, [ReasonKind.STOP])]
        state: Any = self.fields["state"]
        state.choices = [("", _("as it is")), *((str(each), STATES[each]) for each in stops.SAYABLE)]


class StopChange(FormPage):
    """A stop of a machine was something else, all of it or from one instant on; what was said before stays."""

    permission = permissions.RECLASSIFY_STOP
    title = gettext_lazy("Split or reclassify")
    form_class = StopChangeForm
    submit_label = gettext_lazy("Keep it so")
    success_message = gettext_lazy("The stop was changed. What was said before stays in its history.")

    @cached_property
    def stop(self) -> Stop:
        """The stop. Raises: NotFound."""
        rows = Stop.objects.filter(site=self.site, withdrawn_at=None, pk=self.kwargs["pk"])
        found = rows.select_related("equipment", "reason").first()
        if found is None:
            raise NotFound(_("There is no such stop."))
        equipment_get(self.actor, self.site, found.equipment.code)
        return found

    def get_crumbs(self) -> Sequence[Crumb]:
        code = self.stop.equipment.code
        return (Crumb(code, reverse("plant:machine_detail", args=[code])),)

    def get_intro(self) -> str:
        stop = self.stop
        reason = (stop.reason.name or stop.reason.code) if stop.reason else _("no reason")
        end = timezone.localtime(stop.ended_at).strftime("%H:%M:%S") if stop.ended_at else _("now")
        return _("%(start)s to %(end)s, %(state)s: %(reason)s") % {
            "start": f"{printing.day(stop.started_at)} {timezone.localtime(stop.started_at):%H:%M:%S}",
            "end": end,
            "state": STATES[stop.state],
            "reason": reason,
        }

    def get_initial(self) -> dict[str, Any]:
        return {"key": uuid4()}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def submit(self, form: Any) -> str:
        said = {name: form.cleaned_data[name] for name in ("reason", "state", "note")}
        key = form.cleaned_data["key"]
        if form.cleaned_data["since"]:
            stops.split(self.actor, self.stop.pk, at=form.cleaned_data["since"], op_uuid=key, **said)
        else:
            stops.reclassify(self.actor, self.stop.pk, op_uuid=key, **said)
        return reverse("plant:machine_detail", args=[self.stop.equipment.code])
