"""All jobs of the site, whatever order they belong to."""

from typing import Any

from django.db.models import DateTimeField, Q, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, State, Tag
from mom.work import permissions
from mom.work.engine.terms import BEGUN_JOB_ORDER_STATUSES, JobOrderStatus
from mom.work.models import JobOrder
from mom.work.models.labels import JOB_ORDER_STATUS
from mom.work.selectors.job_order import is_late, job_order_list, lateness
from mom.work.views.bulk import JOB_ACTIONS


def job_url(job: JobOrder) -> str:
    """The one page of a job."""
    return reverse("work:job_detail", args=[job.code])


def _state(job: JobOrder) -> State:
    return State(JOB_ORDER_STATUS.state(job.status), JOB_ORDER_STATUS.label(job.status))


def _late(page: Any) -> Q:
    return is_late(page.now)


def _lateness(job: Any) -> Tag | None:
    tone, words = lateness(job, job.as_of)
    return Tag(words, tone) if words else None


_OPEN = [JobOrderStatus.WAITING, JobOrderStatus.READY, *BEGUN_JOB_ORDER_STATUSES]


class JobList(ListPage):
    """Every job: what waits, what runs, what is held."""

    permission = permissions.VIEW
    title = _("Jobs")
    counted = ngettext_lazy("%(count)s job", "%(count)s jobs", "count")
    columns = (
        Column("job", _("Job"), "code", kind="code", link=job_url),
        Column("operation", _("Operation"), minor=True),
        Column("order", _("Order"), "work_request.code"),
        Column("machine", _("Machine"), "equipment.code"),
        Column("status", _("Status"), _state, kind="state", sort="status"),
        Column("priority", _("Priority"), kind="number"),
        Column("planned", _("Planned start"), "planned_start", kind="moment", minor=True),
        Column("planned_end", _("Planned end"), "planned_end", kind="moment", minor=True),
        Column("late", _("Late"), _lateness, kind="tag"),
        Column("end", _("Latest end"), "latest_end", kind="moment", minor=True, hidden=True),
        Column("added", _("Added"), "created_at", kind="moment", hidden=True),
    )
    default_sort = "-added"
    search_fields = ("code", "operation", "work_request__code", "equipment__code")
    search_label = _("Search jobs")
    saved_filters = (
        SavedFilter("open", _("Open"), Q(status__in=_OPEN)),
        SavedFilter("running", _("Running"), Q(status=JobOrderStatus.RUNNING)),
        SavedFilter("held", _("Held"), Q(status=JobOrderStatus.HELD), tone="bad"),
        SavedFilter("late", _("Late"), _late, tone="bad"),
        SavedFilter("all", _("All jobs")),
    )
    bulk_actions = JOB_ACTIONS
    empty = Empty(
        _("No jobs yet"), _("A job is what one machine does for an order. Add an order, and it gets its job."), "prod"
    )

    def get_rows(self) -> QuerySet[JobOrder]:
        rows = job_order_list(self.actor, self.site)
        return rows.annotate(as_of=Value(self.now, output_field=DateTimeField()))
