"""Stops: the list of a site, one with all that is known of it, and what people say about it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core.web import printing
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, State, Tag
from mom.core.web.tables import SavedFilter as Tab
from mom.core.web.views import Action, Crumb, DetailPage, FormPage
from mom.floor.models import Stop
from mom.floor.models.labels import INTERVAL_ORIGIN, MACHINE_STATE, MESSAGE_KIND
from mom.floor.permissions import GIVE_REASON, RECLASSIFY_STOP, VIEW
from mom.floor.selectors.timeline_stop import stop_get, stop_view, stops_of_site
from mom.floor.services import stop as stops
from mom.floor.views.stop_forms import ReasonForm, ReclassifyForm, SplitForm, StopFilters
from mom.plant.engine.calendar import day_interval, local_day
from mom.plant.engine.terms import ReasonKind
from mom.work.selectors.choices import reason_choices

_UNCODED = Q(reason=None, is_minor=False)


def address(stop: Stop) -> str:
    """The one page of a stop."""
    return reverse("floor:stop_detail", args=[stop.pk])


def reason_of(stop: Stop) -> Tag | str:
    """Its reason; without one it says so, unless it is minor and needs none."""
    if stop.reason is not None:
        return stop.reason.name or stop.reason.code
    return Tag(_("Minor stop")) if stop.is_minor else Tag(_("No reason"), "warn")


def _today(page: Any) -> Q:
    day = day_interval(local_day(page.now, page.site.zone), page.site.zone)
    return Q(started_at__lt=day.end) & (Q(ended_at=None) | Q(ended_at__gt=day.start))


class StopList(ListPage):
    """Every stop of the site that machines told, newest first."""

    permission = VIEW
    title = _("Stops")
    intro = _("Stretches in which a machine stood still, as its signals tell. Unknown time is not among them.")
    counted = ngettext_lazy("%(count)s stop", "%(count)s stops", "count")
    default_sort = "-started"
    search_fields = ("equipment__code", "reason__code", "reason__name", "note", "job_order__code")
    search_label = _("Search by machine, reason or job")
    filterset_class = StopFilters
    saved_filters = (
        Tab("all", _("All")),
        Tab("today", _("Today"), _today),
        Tab("open", _("Going on"), Q(ended_at=None)),
        Tab("uncoded", _("Without reason"), _UNCODED, tone="warn"),
        Tab("minor", _("Minor"), Q(is_minor=True)),
    )
    empty = Empty(
        _("No stops"), _("A stop stands here as soon as a machine's messages say that it does not run."), icon="check"
    )

    @property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        """A stop that goes on has lasted until now."""
        return (
            Column("started", _("Started"), "started_at", kind="moment", link=address),
            Column("machine", _("Machine"), "equipment.code", kind="code", sort="equipment__code"),
            Column("state", _("State"), lambda row: State(row.state), kind="state", sort="state"),
            Column("reason", _("Reason"), reason_of, sort=("reason__name", "reason__code"), note="note"),
            Column("lasted", _("Duration"), self._lasted, kind="duration", sort=None),
            Column("job", _("Job"), lambda row: row.job_order.code if row.job_order else "", kind="code", minor=True),
            Column("ended", _("Ended"), "ended_at", kind="moment", minor=True),
            Column("by", _("Said by"), "reporter", minor=True),
            Column("code", _("State code"), "code", kind="code", hidden=True),
        )

    def _lasted(self, row: Stop) -> timedelta:
        return (row.ended_at or self.now) - row.started_at

    def get_rows(self) -> QuerySet[Stop]:
        return stops_of_site(self.actor, self.site)


class _OfStop:
    """One stop of the site, read once, and the way down to it."""

    @cached_property
    def stop(self) -> Stop:
        """Raises: NotFound, also for another site's."""
        return stop_get(self.actor, self.site, self.kwargs["pk"])  # type: ignore[attr-defined]

    @property
    def stop_title(self) -> str:
        """The machine and when it stopped."""
        words = {"machine": self.stop.equipment.code, "time": printing.moment(self.stop.started_at)}
        return _t("%(machine)s stopped %(time)s") % words


class StopDetail(_OfStop, DetailPage):
    """One stop: what it was, who said so, the intervals and the messages that it is made of."""

    permission = VIEW
    template_name = "floor/stop/detail.html"
    subject_name = "stop"

    def get_subject(self) -> Stop:
        return self.stop

    def get_title(self) -> str:
        return self.stop_title

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_t("Stops"), reverse("floor:stop_list")),)

    def get_actions(self) -> Sequence[Action]:
        has_reason = self.stop.reason_id is not None
        acts = []
        if self.may(RECLASSIFY_STOP):
            acts.append(Action(_("Split"), reverse("floor:stop_split", args=[self.stop.pk]), "split"))
            acts.append(Action(_("Reclassify"), reverse("floor:stop_reclassify", args=[self.stop.pk])))
        # To change what somebody said takes the right to say something, and the one to say something else.
        if self.may(GIVE_REASON) and (not has_reason or self.may(RECLASSIFY_STOP)):
            label = _("Change reason") if has_reason else _("Give reason")
            acts.append(Action(label, reverse("floor:stop_explain", args=[self.stop.pk]), "", "primary"))
        return acts

    def get_context(self) -> dict[str, Any]:
        view = stop_view(self.stop, self.now)
        return {
            "found": view,
            "reason": reason_of(self.stop),
            "is_tag": isinstance(reason_of(self.stop), Tag),
            "lasted": (self.stop.ended_at or self.now) - self.stop.started_at,
            "intervals": [(each, INTERVAL_ORIGIN.label(each.origin)) for each in view.intervals],
            "words": [(each, MACHINE_STATE.label(each.state) if each.state else "") for each in view.words],
            "told": [(each, MESSAGE_KIND.label(each.kind)) for each in view.messages],
        }


class _StopAct(_OfStop, FormPage):
    """Something that is said about a stop; it leads back to the stop."""

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_t("Stops"), reverse("floor:stop_list")), Crumb(self.stop_title, address(self.stop)))

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return address(self.stop)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"reasons": reason_choices(self.site, [ReasonKind.STOP]), "site": self.site}


class StopExplain(_StopAct):
    """Gives a stop its reason, or another one."""

    permission = GIVE_REASON
    title = _("Give reason")
    form_class = ReasonForm
    submit_label = _("Give reason")
    success_message = _("The stop has its reason.")

    def submit(self, form: Any) -> str:
        sent = form.cleaned_data
        reason = form.reason_row(sent["reason"])
        return address(
            stops.annotate(self.actor, self.stop.pk, op_uuid=sent["op_uuid"], reason=reason, note=sent["note"])
        )


class StopReclassify(_StopAct):
    """Says that a stop was something else."""

    permission = RECLASSIFY_STOP
    title = _("Reclassify")
    intro = _("What the machine said stays in the record; figures follow what is said here.")
    form_class = ReclassifyForm
    submit_label = _("Reclassify stop")
    success_message = _("The stop counts as you said.")

    def submit(self, form: Any) -> str:
        sent = form.cleaned_data
        found = stops.reclassify(
            self.actor,
            self.stop.pk,
            op_uuid=sent["op_uuid"],
            reason=form.reason_row(sent["reason"]),
            state=sent["state"],
            note=sent["note"],
        )
        return address(found)


class StopSplit(_StopAct):
    """From an instant on a stop was something else: two stops then."""

    permission = RECLASSIFY_STOP
    title = _("Split stop")
    intro = _("The part from this time on becomes a stop of its own.")
    form_class = SplitForm
    submit_label = _("Split stop")
    success_message = _("The stop was split.")

    def get_initial(self) -> dict[str, Any]:
        middle = ((self.stop.ended_at or self.now) - self.stop.started_at) / 2
        return {"at": self.stop.started_at + middle}

    def submit(self, form: Any) -> str:
        sent = form.cleaned_data
        found = stops.split(
            self.actor,
            self.stop.pk,
            at=sent["at"],
            op_uuid=sent["op_uuid"],
            reason=form.reason_row(sent["reason"]),
            state=sent["state"],
            note=sent["note"],
        )
        return address(found)
