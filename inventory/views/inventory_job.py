"""Inventory's part of a job's page: the way to a count's sheet, what a move is to bring where; a material's home."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from inventory import permissions
from inventory.forms import HomeForm, MovedForm
from inventory.models import CycleCount, HomePlace, StockTransfer
from inventory.services import stock_transfer
from mom.core.errors import NotFound
from mom.core.web.views import Crumb, FormPage
from mom.plant.models import MaterialDefinition
from mom.plant.public import Panel
from mom.plant.selectors.scope import for_actor
from mom.work.engine.terms import OPEN_JOB_ORDER_STATUSES, OperationsType
from mom.work.models import JobOrder


def inventory_panel(request: HttpRequest, subject: JobOrder) -> Panel | None:
    """What a count or a move is about; nothing for the jobs of other domains."""
    if subject.operations_type != OperationsType.INVENTORY:
        return None
    actor: Any = request.actor  # type: ignore[attr-defined]
    rows = StockTransfer.objects.select_related("definition", "lot", "source__equipment", "target__equipment")
    move = rows.filter(job_order=subject).first()
    if move is not None:
        may_change = move.done_at is None and subject.status in OPEN_JOB_ORDER_STATUSES
        may = may_change and actor.may(permissions.MOVE_STOCK, subject.site.code)
        return Panel("inventory/panels/job_move.html", {"move": move, "may_change": may})
    count = CycleCount.objects.select_related("location__equipment").filter(job_order=subject).first()
    return None if count is None else Panel("inventory/panels/job_count.html", {"count": count})


def home_panel(request: HttpRequest, subject: MaterialDefinition) -> Panel | None:
    """Where a material belongs, and the way to change it."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    home = HomePlace.objects.select_related("location__equipment").filter(definition=subject).first()
    may_change = actor.may(permissions.ADJUST_STOCK, subject.site.code)
    if home is None and not may_change:
        return None
    return Panel("inventory/panels/home.html", {"home": home, "may_change": may_change})


class MoveChange(FormPage):
    """Says before the end what is really brought, or where else to."""

    permission = permissions.MOVE_STOCK
    title = _("Brought otherwise")
    intro = _("The job's end moves this much, to this place.")
    form_class = MovedForm
    submit_label = _("Save")
    success_message = _("Saved.")

    @cached_property
    def move(self) -> StockTransfer:
        """Raises: NotFound."""
        rows = for_actor(StockTransfer.objects.filter(site=self.site), self.actor, permissions.VIEW)
        found = rows.filter(code=self.kwargs["code"]).order_by("pk").first()
        if found is None:
            raise NotFound
        return found

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("work:job_detail", args=[self.move.code])

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(self.move.code, self.cancel_url),)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def get_initial(self) -> dict[str, Any]:
        return {"quantity": self.move.moved, "to": self.move.target_id}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        sent = form.cleaned_data
        stock_transfer.say_moved(self.actor, self.move.code, self.site.code, sent["quantity"], target=sent["to"])
        return self.cancel_url


class HomeChange(FormPage):
    """Says where a material belongs."""

    permission = permissions.ADJUST_STOCK
    title = _("Home of the material")
    form_class = HomeForm
    submit_label = _("Save")
    success_message = _("Saved.")

    @cached_property
    def material(self) -> MaterialDefinition:
        """Raises: NotFound."""
        rows = MaterialDefinition.objects.filter(site=self.site, code=self.kwargs["code"])
        found = rows.select_related("site").order_by("pk").first()
        if found is None:
            raise NotFound
        return found

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("plant:material_detail", args=[self.material.code])

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(self.material.code, self.cancel_url),)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def get_initial(self) -> dict[str, Any]:
        return {"place": HomePlace.objects.filter(definition=self.material).values_list("location", flat=True).first()}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        stock_transfer.set_home(self.actor, self.material, form.cleaned_data["place"])
        return self.cancel_url
