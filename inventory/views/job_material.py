"""A job's material: the card on its page, and the buttons that reserve it and let it go."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from inventory import permissions
from inventory.forms import ReserveForm
from inventory.selectors.job_needs import needs_of
from inventory.services import stock_reservation
from mom.plant.public import Panel
from mom.work.engine.terms import OPEN_JOB_ORDER_STATUSES
from mom.work.models import JobOrder
from mom.work.selectors.job_order import job_order_get
from mom.work.views.returning import ActPage


def material_panel(request: HttpRequest, subject: JobOrder) -> Panel | None:
    """What the job needs, has and lacks; nothing for one that needs no material."""
    needs = needs_of(subject)
    if not needs:
        return None
    actor: Any = request.actor  # type: ignore[attr-defined]
    may_reserve = actor.may(permissions.RESERVE_STOCK, subject.site.code)
    is_open = subject.status in OPEN_JOB_ORDER_STATUSES
    context = {
        "needs": needs,
        "may_reserve": may_reserve and is_open and any(need.short for need in needs),
        "may_let_go": may_reserve and any(need.reserved for need in needs),
    }
    return Panel("inventory/panels/job_material.html", context)


class JobStock(ActPage):
    """An act on what is reserved for one job."""

    permission = permissions.RESERVE_STOCK
    form_class = ReserveForm

    @cached_property
    def job(self) -> JobOrder:
        """Raises: NotFound."""
        return job_order_get(self.actor, self.site, self.kwargs["code"])

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("work:job_detail", args=[self.kwargs["code"]])

    def get_intro(self) -> str:
        return f"{self.job.code} {self.job.operation}"


class JobReserve(JobStock):
    """Reserves what the job still needs."""

    title = _("Reserve material")
    submit_label = _("Reserve")
    success_message = _("Reserved what is there.")

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        _reserved, short = stock_reservation.reserve(self.actor, [self.job.pk])
        if short:
            names = ", ".join(each.material for each in short[:5])
            messages.warning(self.request, _t("Short: %(materials)s.") % {"materials": names})
        return self.cancel_url


class JobLetGo(JobStock):
    """Lets go of what is reserved and not taken."""

    title = _("Let go of material")
    submit_label = _("Let go")
    success_message = _("It is free for others.")

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        stock_reservation.let_go(self.actor, self.job.pk)
        return self.cancel_url
