"""Production orders as people look for them: what is to be made, how much is good, where it stands and since when.

An order is a work request of production; one whose quantity nobody stated has no production request and stands here all
the same. What counts as the order's good is the good of its last operation.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DateTimeField, DecimalField, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.plant.engine.terms import WORK_UNIT_LEVELS
from mom.plant.models import Equipment, MaterialDefinition
from mom.plant.selectors.scope import for_actor
from mom.work import permissions
from mom.work.engine.progress import expected_by_now, pace
from mom.work.engine.terms import (
    OPEN_WORK_REQUEST_STATUSES,
    OUTPUT_USES,
    OperationsType,
    WorkRequestCommand,
    WorkRequestStatus,
)
from mom.work.engine.transitions import WORK_REQUEST
from mom.work.models import JobOrder, JobRequirement, JobResponse, WorkRequest
from mom.work.models.labels import WORK_REQUEST_COMMAND, WORK_REQUEST_STATUS

PROPOSED = 300
FIRST_OUTPUT = 10
"""The position of what a job mainly makes: outputs stand first among its requirements."""
IN_WORK = (WorkRequestStatus.RUNNING, WorkRequestStatus.HELD, WorkRequestStatus.SUSPENDED)
WAITING = (
    WorkRequestStatus.FORECAST,
    WorkRequestStatus.WAITING,
    WorkRequestStatus.RELEASED,
    WorkRequestStatus.READY,
)
FINISHED = (WorkRequestStatus.COMPLETED, WorkRequestStatus.CLOSED)
OFFERED = (
    WorkRequestCommand.RELEASE,
    WorkRequestCommand.RESUME,
    WorkRequestCommand.HOLD,
    WorkRequestCommand.CLOSE,
    WorkRequestCommand.CANCEL,
    WorkRequestCommand.ABORT,
)

NEEDS_REASON = frozenset({WorkRequestCommand.HOLD, WorkRequestCommand.CANCEL, WorkRequestCommand.ABORT})


def is_late(now: datetime) -> Q:
    """Open past its due date."""
    return Q(due_at__lt=now, status__in=OPEN_WORK_REQUEST_STATUSES)


def order_list(actor: Actor, site: Site) -> QuerySet[WorkRequest]:
    """The site's production orders that the actor may see, with what a list shows of each. One statement.

    Adds: `good`, `output_unit` of the last operation; `machines`, `first_start`, `last_end`.
    """
    rows = WorkRequest.objects.filter(site=site, operations_type=OperationsType.PRODUCTION)
    outputs = JobRequirement.objects.filter(
        job_order__work_request=OuterRef("pk"), material_use__in=OUTPUT_USES
    ).order_by("-job_order__sequence", "-job_order_id", "position", "id")
    # The last operation may be split, and its rework makes good pieces too: the sum of its jobs that make the product.
    last = JobOrder.objects.filter(work_request=OuterRef("job_order__work_request")).order_by("-sequence")
    good = (
        JobRequirement.objects.filter(
            job_order__work_request=OuterRef("pk"),
            material_use__in=OUTPUT_USES,
            job_order__sequence=Subquery(last.values("sequence")[:1]),
            position=FIRST_OUTPUT,
        )
        .order_by()
        .values("job_order__work_request")
        .annotate(sum=Sum("total__good"))
    )
    responses = JobResponse.objects.filter(job_order__work_request=OuterRef("pk"), reverses=None, reversal__isnull=True)
    machines = JobOrder.objects.filter(work_request=OuterRef("pk"), equipment__isnull=False).order_by("equipment__code")
    rows = rows.select_related("site", "production_request__definition").annotate(
        good=Subquery(good.values("sum"), output_field=DecimalField()),
        output_unit=Subquery(outputs.values("unit")[:1]),
        output_material=Subquery(outputs.values("definition__code")[:1]),
        machines=ArraySubquery(machines.values("equipment__code").distinct()),
        first_start=Subquery(responses.order_by("started_at").values("started_at")[:1]),
        last_end=Subquery(
            responses.filter(ended_at__isnull=False).order_by("-ended_at").values("ended_at")[:1],
            output_field=DateTimeField(),
        ),
    )
    return for_actor(rows, actor, permissions.VIEW)


def order_get(actor: Actor, site: Site, code: str) -> WorkRequest:
    """One order by its number. One statement. Raises: NotFound."""
    order = order_list(actor, site).filter(code=code).first()
    if order is None:
        raise NotFound(_("There is no order %(code)s at this site.") % {"code": code})
    return order


@dataclass(frozen=True)
class OrderOffer:
    """A command that this person may give to the order now."""

    command: WorkRequestCommand
    label: str | Promise
    look: str
    needs_reason: bool

    @property
    def url_name(self) -> str:
        """The name of the command's own address."""
        return f"production:order_{self.command}"


def order_offers(actor: Actor, order: WorkRequest) -> list[OrderOffer]:
    """The commands that the order's status allows and the actor may give."""
    if not actor.may(permissions.PLAN_WORK_REQUEST, order.site.code):
        return []
    possible = set(WORK_REQUEST.commands(WorkRequestStatus(order.status)))
    return [
        OrderOffer(
            command, WORK_REQUEST_COMMAND.label(command), WORK_REQUEST_COMMAND.state(command), command in NEEDS_REASON
        )
        for command in OFFERED
        if command in possible
    ]


@dataclass(frozen=True)
class OrderFigures:
    """What is read off an order of `order_list` at an instant: quantities, pace, times."""

    order: Any
    now: datetime

    @property
    def request(self) -> Any:
        """Its production part; None where nobody stated a quantity."""
        return getattr(self.order, "production_request", None)

    @property
    def quantity(self) -> Decimal | None:
        """What was ordered."""
        return self.request.quantity if self.request else None

    @property
    def unit(self) -> str:
        return str(self.request.unit if self.request else self.order.output_unit or "")

    @property
    def material(self) -> str:
        """The code of what is made."""
        return str(self.request.definition.code if self.request else self.order.output_material or "")

    @property
    def good(self) -> Decimal:
        """Good of the last operation."""
        return self.order.good if self.order.good is not None else Decimal(0)

    @property
    def is_open(self) -> bool:
        return self.order.status in OPEN_WORK_REQUEST_STATUSES

    @property
    def is_late(self) -> bool:
        """Open past its due date."""
        return bool(self.is_open and self.order.due_at and self.order.due_at < self.now)

    @property
    def expected(self) -> Decimal | None:
        """What should be good by now, at a steady pace from its first start to its due date."""
        if not self.is_open:
            return None
        return expected_by_now(self.quantity, self.order.first_start, self.order.due_at, self.now)

    @property
    def pace(self) -> str:
        """How its bar of progress is marked."""
        return pace(self.good, self.quantity, self.expected, is_overdue=self.is_late)

    @property
    def lead_time(self) -> timedelta | None:
        """From the first start to the last end; of an open order until now; None before the start."""
        if self.order.first_start is None:
            return None
        end = self.order.last_end if not self.is_open and self.order.last_end else self.now
        lead: timedelta = end - self.order.first_start
        return lead

    @property
    def state(self) -> str:
        """The colour of its status."""
        return WORK_REQUEST_STATUS.state(self.order.status)

    @property
    def status_word(self) -> str | Promise:
        """Its status in words."""
        return WORK_REQUEST_STATUS.label(self.order.status)


def jobs_of(order: WorkRequest) -> list[JobOrder]:
    """The order's jobs with machine, in sequence. One statement."""
    rows = JobOrder.objects.filter(work_request=order).select_related("site", "equipment", "work_request")
    return list(rows.order_by("sequence", "id"))


def material_choices(site: Site, limit: int = PROPOSED) -> list[tuple[str, str]]:
    """Codes and names of the site's materials, for a field that proposes them. One statement."""
    rows = MaterialDefinition.objects.filter(site=site, is_active=True).order_by("code")
    return list(rows.values_list("code", "name")[:limit])


def machine_choices(site: Site, limit: int = PROPOSED) -> list[tuple[str, str]]:
    """Codes and names of the site's machines and stations, for a field that proposes them. One statement."""
    rows = Equipment.objects.filter(site=site, is_active=True, level__in=WORK_UNIT_LEVELS).order_by("code")
    return list(rows.values_list("code", "name")[:limit])
