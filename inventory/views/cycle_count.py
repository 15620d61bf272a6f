"""Counts: their list with how exact the books are, the blind sheet, and the decision about what differed."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from inventory import permissions
from inventory.engine.terms import CountStatus
from inventory.forms_count import CountAskForm, CountClassForm, CountFoundForm, CountReasonForm, CountSheetForm
from inventory.models import CountClass, CycleCount
from inventory.models.labels import COUNT_STATUS
from inventory.selectors.counting import accuracy_of, count_get, count_list, outcomes_of, sheet_of
from inventory.services import count_job, count_plan, cycle_count
from inventory.services.cycle_count import Counted
from mom.core.web import printing
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, State
from mom.core.web.views import Action, Crumb, FormPage
from mom.work.engine.terms import JobOrderStatus

QUARTER = timedelta(days=90)


def count_url(count: Any) -> str:
    """The one address of a count."""
    return reverse("inventory:count_detail", args=[count.code])


def _state(count: Any) -> State:
    return State(COUNT_STATUS.state(count.status), COUNT_STATUS.label(count.status))


def _progress(count: Any) -> str:
    return f"{count.counted_count} / {count.line_count}" if count.line_count else ""


class CountList(ListPage):
    """Counts, and how exact the books are."""

    permission = permissions.VIEW
    template_name = "inventory/count/list.html"
    title = _("Counts")
    intro = _("Places are counted blind. What differs is posted by somebody who says why.")
    counted = ngettext_lazy("%(count)s count", "%(count)s counts", "count")
    columns = (
        Column("count", _("Count"), "code", kind="code", link=count_url),
        Column("place", _("Place"), "location.equipment.code", kind="code", sort="location__equipment__code"),
        Column("status", _("Status"), _state, kind="state", sort="status"),
        Column("lines", _("Counted"), _progress, sort=None),
        Column("due", _("Until"), "job_order.latest_end", kind="moment", sort="job_order__latest_end", minor=True),
        Column("posted", _("Posted"), "posted_at", kind="moment", minor=True),
        Column("reason", _("Why it differed"), "reason", minor=True),
        Column("added", _("Added"), "created_at", kind="moment", hidden=True),
    )
    default_sort = "-added"
    search_fields = ("code", "location__equipment__code")
    search_label = _("Find count, place")
    saved_filters = (
        SavedFilter("open", _("To do"), Q(status__in=[CountStatus.OPEN, CountStatus.COUNTED])),
        SavedFilter("decide", _("Differ: decide"), Q(status=CountStatus.COUNTED), tone="bad"),
        SavedFilter("all", _("All")),
    )

    def get_rows(self) -> Any:
        return count_list(self.actor, self.site)

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        text = _("Have a place counted, or give places a class: then the plan makes the counts when they are due.")
        ask = Action(_("Count a place"), reverse("inventory:count_ask"), "plus", "primary")
        return Empty(_("Nothing was counted yet"), text, "check", action=ask if self.may_count else None)

    @property
    def may_count(self) -> bool:
        return self.may(permissions.COUNT_STOCK)

    def get_actions(self) -> Sequence[Action]:
        if not self.may_count:
            return ()
        return (Action(_("Count a place"), reverse("inventory:count_ask"), "plus", "primary"),)

    def get_context(self) -> dict[str, Any]:
        found = accuracy_of(self.site, self.now - QUARTER, self.now)
        shown = None if found.ratio is None else printing.percent(found.ratio)
        figures = {"right": found.right, "counted": found.counted, "shown": shown}
        return {"accuracy": figures, "days": QUARTER.days}


class CountPage(FormPage):
    """What pages of one count have in common."""

    @cached_property
    def count(self) -> CycleCount:
        """Raises: NotFound."""
        return count_get(self.actor, self.site, self.kwargs["code"])

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return count_url(self.count)

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Counts"), reverse("inventory:count_list")),)


class CountDetail(CountPage):
    """The sheet of a count, blind while it is counted; what differs, for who decides; what came of it."""

    permission = permissions.VIEW
    template_name = "inventory/count/detail.html"
    form_class = CountSheetForm
    success_message = _("Counted.")

    def get_title(self) -> str:
        return self.count.code

    def get_subtitle(self) -> str:
        return str(self.count.location.equipment.code)

    @cached_property
    def lines(self) -> list[Any]:
        """The lines of the sheet."""
        return list(sheet_of(self.count))

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"lines": self.lines}

    def get_context(self) -> dict[str, Any]:
        count = self.count
        is_started = count.job_order.status not in {JobOrderStatus.WAITING, JobOrderStatus.READY}
        is_open = count.status in {CountStatus.OPEN, CountStatus.COUNTED}
        may_decide = count.status == CountStatus.COUNTED and self.may(permissions.ADJUST_STOCK)
        by_line = {each.line_id: each for each in outcomes_of(count)} if may_decide else {}
        return {
            "count": count,
            "state": _state(count),
            "lines": self.lines,
            "outcomes": [(line, by_line[line.pk]) for line in self.lines if line.pk in by_line],
            "is_started": is_started,
            "is_done": not is_open,
            "may_start": not is_started and self.may(permissions.COUNT_STOCK),
            "may_count": is_started and is_open and self.may(permissions.COUNT_STOCK),
            "may_decide": may_decide,
            "reason_form": CountReasonForm(initial={"version": count.version}) if may_decide else None,
        }

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        counted = form.counted()
        if counted:
            cycle_count.enter(self.actor, self.count.pk, counted)
        return self.cancel_url


class CountStart(CountPage):
    """Begins a count, which makes its sheet."""

    permission = permissions.COUNT_STOCK
    title = _("Start the count")
    intro = _("The start makes the sheet: what lies there now, not how much.")
    form_class = forms.Form
    submit_label = _("Start the count")

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        count_job.start(self.actor, self.count.pk)
        return self.cancel_url


class CountFinish(CountPage):
    """Ends a count: posted where nothing differs, else somebody decides."""

    permission = permissions.COUNT_STOCK
    title = _("Finish the count")
    intro = _("Where nothing differs it is posted. Otherwise somebody decides.")
    form_class = forms.Form
    submit_label = _("Finish the count")

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        count_job.finish(self.actor, self.count.pk)
        return self.cancel_url


class CountFound(CountPage):
    """Something lies there that stands on no line."""

    permission = permissions.COUNT_STOCK
    title = _("Found at the place")
    form_class = CountFoundForm
    submit_label = _("Add to the sheet")
    success_message = _("Counted.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        sent = form.cleaned_data
        found = (sent["material"], sent["lot"], None)
        cycle_count.enter(self.actor, self.count.pk, [Counted(sent["quantity"], sent["op_uuid"], found=found)])
        return self.cancel_url


class CountPost(CountPage):
    """Lets the ledger follow the count."""

    permission = permissions.ADJUST_STOCK
    title = _("Post the count")
    intro = _("The ledger follows the count. Jobs that were promised more than is there lose it, the newest first.")
    form_class = CountReasonForm
    submit_label = _("Post")
    success_message = _("Posted.")

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.count.version}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        sent = form.cleaned_data
        cycle_count.post_count(self.actor, self.count.pk, sent["reason"], version=sent["version"])
        return self.cancel_url


class CountDiscard(CountPage):
    """Throws away a count that is not believed."""

    permission = permissions.ADJUST_STOCK
    title = _("Discard the count")
    intro = _("Nothing is posted. Have the place counted again.")
    form_class = CountReasonForm
    submit_label = _("Discard")
    submit_look = "danger"
    success_message = _("Discarded.")

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.count.version}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        cycle_count.discard(self.actor, self.count.pk, form.cleaned_data["reason"])
        return self.cancel_url


class CountAsk(FormPage):
    """Has a place counted."""

    permission = permissions.COUNT_STOCK
    title = _("Count a place")
    intro = _("The count becomes a job on the list of jobs. Its sheet says what lies there, not how much.")
    form_class = CountAskForm
    submit_label = _("Count")
    success_message = _("The count stands among the jobs.")

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("inventory:count_list")

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Counts"), self.cancel_url),)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def get_initial(self) -> dict[str, Any]:
        return {"place": self.request.GET.get("place")}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        sent = form.cleaned_data
        return count_url(cycle_count.ask(self.actor, sent["place"], due_at=sent["due_at"]))


class CountClasses(FormPage):
    """How often places of each class are counted."""

    permission = permissions.ADJUST_STOCK
    title = _("Count classes")
    intro = _("Places of class A are counted most often. A place may have an interval of its own.")
    form_class = CountClassForm
    submit_label = _("Save")
    success_message = _("Saved.")

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("inventory:place_list")

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Places"), self.cancel_url),)

    def get_initial(self) -> dict[str, Any]:
        return dict(CountClass.objects.filter(site=self.site).values_list("letter", "interval_days"))

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        before = self.get_initial()
        for letter, days in form.cleaned_data.items():
            if days and before.get(letter) != days:
                count_plan.class_set(self.actor, self.site, letter, days)
        return self.cancel_url
