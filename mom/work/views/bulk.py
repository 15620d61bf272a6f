"""Acts on many jobs at once, as their list offers them."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core.actor import Actor
from mom.core.web.bulk import BulkAction, ReasonForm
from mom.work import permissions
from mom.work.engine.terms import JobOrderCommand
from mom.work.models import JobOrder
from mom.work.services import job_order
from mom.work.services.terms_of_work import LEAST, URGENT, job_priority


class PriorityForm(forms.Form):
    """Another priority."""

    priority = forms.IntegerField(
        label=_("Priority"), min_value=URGENT, max_value=LEAST, help_text=_("0 is most urgent, 100 least.")
    )


def _command(asked: JobOrderCommand) -> Callable[[Actor, JobOrder, Mapping[str, Any]], object]:
    return lambda actor, job, values: job_order.command(actor, job.pk, asked, reason=values.get("reason", ""))


def _priority(actor: Actor, job: JobOrder, values: Mapping[str, Any]) -> object:
    return job_priority(actor, job.pk, values["priority"])


JOB_ACTIONS = (
    BulkAction(
        "release",
        _("Release"),
        permissions.DISPATCH_JOB_ORDER,
        _command(JobOrderCommand.RELEASE),
        confirm=ngettext_lazy("Release %(count)s job", "Release %(count)s jobs", "count"),
    ),
    BulkAction(
        "hold",
        _("Hold"),
        permissions.EXECUTE_JOB_ORDER,
        _command(JobOrderCommand.HOLD),
        confirm=ngettext_lazy("Hold %(count)s job", "Hold %(count)s jobs", "count"),
        form_class=ReasonForm,
    ),
    BulkAction(
        "priority",
        _("Priority"),
        permissions.DISPATCH_JOB_ORDER,
        _priority,
        confirm=ngettext_lazy("Change the priority of %(count)s job", "Change the priority of %(count)s jobs", "count"),
        form_class=PriorityForm,
    ),
)
