"""Acts on many orders at once, as their list offers them."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core.actor import Actor
from mom.core.web.bulk import BulkAction, ReasonForm
from mom.core.web.inputs import MomentInput
from mom.work import permissions
from mom.work.engine.terms import WorkRequestCommand
from mom.work.models import WorkRequest
from mom.work.services import work_request_command
from mom.work.services.terms_of_work import order_change
from mom.work.views.bulk import PriorityForm
from production.services import planned_times


class DueForm(forms.Form):
    """Another due date."""

    due_at = MomentInput(label=_("Due"))


def _command(asked: WorkRequestCommand) -> Callable[[Actor, WorkRequest, Mapping[str, Any]], object]:
    return lambda actor, order, values: work_request_command.command(
        actor, order.pk, asked, reason=values.get("reason", "")
    )


def _change(actor: Actor, order: WorkRequest, values: Mapping[str, Any]) -> object:
    return order_change(actor, order.pk, **values)


ORDER_ACTIONS = (
    BulkAction(
        "release",
        _("Release"),
        permissions.PLAN_WORK_REQUEST,
        _command(WorkRequestCommand.RELEASE),
        confirm=ngettext_lazy("Release %(count)s order", "Release %(count)s orders", "count"),
    ),
    BulkAction(
        "hold",
        _("Hold"),
        permissions.PLAN_WORK_REQUEST,
        _command(WorkRequestCommand.HOLD),
        confirm=ngettext_lazy("Hold %(count)s order", "Hold %(count)s orders", "count"),
        form_class=ReasonForm,
    ),
    BulkAction(
        "resume",
        _("Resume"),
        permissions.PLAN_WORK_REQUEST,
        _command(WorkRequestCommand.RESUME),
        confirm=ngettext_lazy("Resume %(count)s order", "Resume %(count)s orders", "count"),
    ),
    BulkAction(
        "plan",
        _("Plan times"),
        permissions.PLAN_WORK_REQUEST,
        lambda actor, order, _values: planned_times.plan(actor, order.pk),
        confirm=ngettext_lazy("Plan %(count)s order anew", "Plan %(count)s orders anew", "count"),
    ),
    BulkAction(
        "priority",
        _("Priority"),
        permissions.PLAN_WORK_REQUEST,
        _change,
        confirm=ngettext_lazy(
            "Change the priority of %(count)s order", "Change the priority of %(count)s orders", "count"
        ),
        form_class=PriorityForm,
    ),
    BulkAction(
        "due",
        _("Due date"),
        permissions.PLAN_WORK_REQUEST,
        _change,
        confirm=ngettext_lazy(
            "Change the due date of %(count)s order", "Change the due date of %(count)s orders", "count"
        ),
        form_class=DueForm,
    ),
)
