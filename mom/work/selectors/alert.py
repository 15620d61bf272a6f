"""Alerts as pages, walls and the API read them: by impact, with how often they came back and who was told."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.plant.engine.calendar import day_interval, local_day
from mom.plant.selectors.calendar import current_shift
from mom.plant.selectors.scope import for_actor
from mom.work import permissions
from mom.work.engine.alert import (
    ALERT,
    IMPACT_RANK,
    SEVERITY_RANK,
    AlertStatus,
    is_muted,
)
from mom.work.models import Alert, AlertNotice
from mom.work.models.alert_labels import ALERT_IMPACT, ALERT_STATUS

WITHOUT_SHIFT = timedelta(hours=8)


def alert_list(actor: Actor, site: Site) -> QuerySet[Alert]:
    """The site's alerts that the actor may see, with machine, team, job and cause."""
    rows = Alert.objects.filter(site=site).select_related("site", "equipment", "team", "job_order", "reason")
    return for_actor(rows, actor, permissions.VIEW)


def alert_get(actor: Actor, site: Site, pk: int, now: datetime | None = None) -> Alert:
    """One alert, with `times_today` where `now` is given. One statement. Raises: NotFound."""
    rows = alert_list(actor, site).select_related("holder_person").filter(pk=pk)
    alert = (with_times_today(rows, site, now) if now is not None else rows).first()
    if alert is None:
        raise NotFound(_("There is no such alert at this site."))
    return alert


def _rank(field: str, ranks: dict[Any, int]) -> Case:
    whens = [When(**{field: str(value)}, then=Value(rank)) for value, rank in ranks.items()]
    return Case(*whens, default=Value(len(ranks)), output_field=IntegerField())


def by_impact(rows: QuerySet[Alert], now: datetime) -> QuerySet[Alert]:
    """The biggest impact first, then severity, then what waits longest; muted ones last."""
    muted = Case(When(muted_until__gt=now, then=Value(1)), default=Value(0), output_field=IntegerField())
    return rows.order_by(muted, _rank("impact", IMPACT_RANK), _rank("severity", SEVERITY_RANK), "raised_at", "id")


def with_times_today(rows: QuerySet[Alert], site: Site, now: datetime) -> QuerySet[Alert]:
    """Rows with `times_today`: how often their condition was raised since the plant's midnight, this time included."""
    midnight = day_interval(local_day(now, site.zone), site.zone).start
    same = Alert.objects.filter(site=site, repeat_key=OuterRef("repeat_key"), raised_at__gte=midnight)
    sums = same.exclude(repeat_key="").order_by().values("repeat_key").annotate(found=Sum("raise_count"))
    return rows.annotate(times_today=Coalesce(Subquery(sums.values("found")), 1))


def open_alerts(site: Site, now: datetime) -> QuerySet[Alert]:
    """What is open at a site, the biggest impact first, with `times_today`. One statement."""
    rows = Alert.objects.filter(site=site).exclude(status=AlertStatus.SOLVED)
    rows = rows.select_related("site", "equipment", "team", "job_order")
    return by_impact(with_times_today(rows, site, now), now)


def open_count(actor: Actor, site: Site, now: datetime) -> tuple[int, int]:
    """How many are open and not muted, and how many of these nobody has accepted. One statement."""
    rows = for_actor(Alert.objects.filter(site=site), actor, permissions.VIEW).exclude(status=AlertStatus.SOLVED)
    rows = rows.exclude(muted_until__gt=now)
    counts = rows.aggregate(all=Count("id"), waiting=Count("id", filter=Q(status=AlertStatus.OPEN)))
    return counts["all"], counts["waiting"]


@dataclass(frozen=True)
class AlertView:
    """An alert with everything that stands about it in one row of a page."""

    alert: Alert
    now: datetime
    told: tuple[str, ...]
    told_at: datetime | None
    commands: frozenset[str]
    may_mute: bool

    @property
    def since(self) -> int:
        """When it was raised, as a timer counts: seconds since 1970."""
        return int(self.alert.raised_at.timestamp())

    @property
    def age(self) -> timedelta:
        """How long it has been open."""
        return (self.alert.solved_at or self.now) - self.alert.raised_at

    @property
    def state(self) -> str:
        """The colour and shape of its impact."""
        return ALERT_IMPACT.state(self.alert.impact)

    @property
    def impact_word(self) -> Any:
        return ALERT_IMPACT.label(self.alert.impact)

    @property
    def status_state(self) -> str:
        return ALERT_STATUS.state(self.alert.status)

    @property
    def is_muted(self) -> bool:
        return is_muted(self.alert.muted_until, self.now)

    @property
    def times_today(self) -> int:
        return getattr(self.alert, "times_today", 1)


def alert_views(actor: Actor, site: Site, rows: Iterable[Alert], now: datetime) -> list[AlertView]:
    """Rows as pages show them, in the same order. Two statements, whatever their number."""
    alerts = list(rows)
    told = _told(alerts)
    may_answer = actor.may(permissions.ANSWER_ALERT, site.code)
    may_mute = actor.may(permissions.MUTE_ALERT, site.code)
    return [
        AlertView(
            alert=alert,
            now=now,
            told=tuple(told[alert.pk][0]),
            told_at=told[alert.pk][1],
            commands=_commands(alert) if may_answer else frozenset(),
            may_mute=may_mute and alert.status != AlertStatus.SOLVED,
        )
        for alert in alerts
    ]


def _commands(alert: Alert) -> frozenset[str]:
    return frozenset(command.value for command in ALERT.commands(AlertStatus(alert.status)))


def _told(alerts: Sequence[Alert]) -> dict[int, tuple[list[str], datetime | None]]:
    """Who was told since each began to wait, in the order in which they were."""
    found: defaultdict[int, tuple[list[str], datetime | None]] = defaultdict(lambda: ([], None))
    since = {alert.pk: alert.waiting_since for alert in alerts}
    notices = AlertNotice.objects.filter(alert__in=list(since)).order_by("told_at", "id")
    for notice in notices if since else ():
        if notice.waiting_since != since[notice.alert_id]:
            continue
        names, _at = found[notice.alert_id]
        found[notice.alert_id] = ([*names, *(name for name in notice.told if name not in names)], notice.told_at)
    return found


@dataclass(frozen=True)
class Handled:
    """What was solved since the shift began, for the day on which nothing is open."""

    count: int
    since: datetime
    shift: str


def handled_this_shift(actor: Actor, site: Site, now: datetime) -> Handled:
    """How many alerts were solved in the running shift; without one, in the last eight hours."""
    shift = current_shift(site, now)
    since = shift.interval.start if shift is not None else now - WITHOUT_SHIFT
    rows = for_actor(Alert.objects.filter(site=site, solved_at__gte=since), actor, permissions.VIEW)
    name = (shift.name or shift.code) if shift is not None else ""
    return Handled(rows.count(), since, name)


def alerts_at(actor: Actor, equipment_id: int) -> QuerySet[Alert]:
    """What is open at a machine."""
    rows = Alert.objects.filter(equipment=equipment_id).exclude(status=AlertStatus.SOLVED)
    return for_actor(rows.select_related("site", "equipment", "team"), actor, permissions.VIEW)
