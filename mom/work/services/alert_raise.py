"""Alerts raised by people, rules and domains, and ended by the condition itself. Joins the caller's transaction."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core.bell import ring_after_commit
from mom.core.db.constraints import translating
from mom.core.errors import Conflict
from mom.core.live.change import tell
from mom.core.public_url import public_url
from mom.core.use_case import UseCase
from mom.events.alert import AlertRaised
from mom.plant.models import Equipment, Person
from mom.work.engine.alert import AlertAct, AlertImpact, AlertKind, AlertSeverity, AlertStatus, is_muted
from mom.work.models import Alert, AlertStep, AlertTeam, JobOrder
from mom.work.services import alert_step as steps
from mom.work.services import told_time

TRIES = 5


@dataclass(frozen=True)
class NewAlert:
    """What is raised. `repeat_key` names the condition: one alert of it is open at a time. `source`: who found it."""

    title: str
    kind: AlertKind
    source: str
    equipment: Equipment | None = None
    team: AlertTeam | None = None
    job_order: JobOrder | None = None
    severity: AlertSeverity = AlertSeverity.WARN
    impact: AlertImpact = AlertImpact.NONE
    detail: str = ""
    repeat_key: str = ""
    person: Person | None = None
    raised_by: str = ""


def raise_alert(
    act: UseCase, site: Site, new: NewAlert, *, op_uuid: uuid.UUID | None = None, at: datetime | None = None
) -> Alert:
    """Raise an alert, or count on the open one of the same condition. The same `op_uuid` counts once.

    A mute of the condition that has not ended holds for the new alert too. Rights are the caller's to ask. `at`: when
    it was raised, where that is told later; it waits for its team from now on, who could not know before.
    Raises: InvalidInput for a team, machine, person or job of another site, and a time that can't be; Conflict for a
    key of another act, and for a time before the last alert of the condition was solved.
    """
    key = op_uuid or uuid.uuid4()
    steps.check_sites(site, team=new.team, equipment=new.equipment, person=new.person, job_order=new.job_order)
    known = raised_before(site, key)
    if known is not None:
        return known
    told = act.now if at is None else told_time.within_reach(act, at)
    for _try in range(TRIES):
        present = _open_of(site, new.repeat_key)
        if present is not None:
            return raised_before(site, key) or _raise_again(act, present, new, key, told)
        try:
            return _raise_new(act, site, new, key, told)
        except _RaisedMeanwhile:
            continue  # somebody raised it between our look and our write: count on that one
    raise Conflict(_("This was raised and solved by others just now. Try again."))


class _RaisedMeanwhile(Conflict):
    """Another transaction has raised the same condition."""


def raised_before(site: Site, key: uuid.UUID) -> Alert | None:
    """What was raised under this key before. Raises: Conflict where it is another act's."""
    known = AlertStep.objects.select_related("alert").filter(op_uuid=key).first()
    if known is None:
        return None
    if known.site_id != site.pk or known.act not in {AlertAct.RAISED, AlertAct.AGAIN}:
        raise steps.key_taken()
    return known.alert


def _open_of(site: Site, repeat_key: str) -> Alert | None:
    if not repeat_key:
        return None
    rows = Alert.objects.select_for_update(of=("self",)).filter(site=site, repeat_key=repeat_key)
    return rows.exclude(status=AlertStatus.SOLVED).first()


def _raise_new(act: UseCase, site: Site, new: NewAlert, key: uuid.UUID, told: datetime) -> Alert:
    last = _last_of(site, new.repeat_key)
    at = _not_before_the_last_was_solved(told, last, site)
    by = new.raised_by or steps.name_of(new.person) or act.actor.label
    with translating({"work_alert_one_open_per_condition": _RaisedMeanwhile}):
        alert = Alert.objects.create(
            site=site,
            kind=new.kind,
            title=new.title[:200],
            detail=new.detail[:300],
            equipment=new.equipment,
            team=new.team,
            job_order=new.job_order,
            severity=new.severity,
            impact=new.impact,
            source=new.source,
            repeat_key=new.repeat_key,
            waiting_since=act.now,
            raised_at=at,
            raised_by=by[:200],
            **_mute_of(last, act.now),
        )
    steps.write_step(act, alert, AlertAct.RAISED, key, person=new.person, by=by, note=new.detail, at=at)
    after = {**steps.shown(alert), **told_time.occurred(act, at)}
    act.record("work.alert_raised", subject=alert, site=site.code, after=after)
    act.publish(
        AlertRaised(
            site=site.code,
            alert_id=alert.pk,
            kind=alert.kind,
            title=alert.title,
            detail=alert.detail,
            machine=new.equipment.code if new.equipment else "",
            team=new.team.code if new.team else "",
            severity=alert.severity,
            impact=alert.impact,
            source=alert.source,
            at=at,
            is_muted=alert.muted_until is not None,
            url=public_url("work:alert_detail", alert.pk),
        ),
        key=f"alert:{alert.pk}",
    )
    tell(site.code, "alert", alert.pk, alert.version)
    ring_after_commit(steps.ESCALATE_TASK)
    return alert


def _last_of(site: Site, repeat_key: str) -> dict[str, Any] | None:
    """The last alert of the condition: its mute, and when it was solved."""
    if not repeat_key:
        return None
    rows = Alert.objects.filter(site=site, repeat_key=repeat_key).order_by("-raised_at", "-id")
    found = rows.values("muted_at", "muted_by", "muted_until", "mute_reason", "solved_at").first()
    return None if found is None else {**found}


def _mute_of(last: dict[str, Any] | None, now: datetime) -> dict[str, Any]:
    """The mute of the condition that still holds, for the alert that comes now.

    Only the last alert of the condition says so: a mute that was ended there still stands at the solved ones before.
    """
    if last is None or not is_muted(last["muted_until"], now):
        return {}
    return {name: last[name] for name in ("muted_at", "muted_by", "muted_until", "mute_reason")}


def _not_before_the_last_was_solved(told: datetime, last: dict[str, Any] | None, site: Site) -> datetime:
    """What somebody solved since is not raised by a word from before it: only who is there knows whether it is over."""
    sentence = _("It was solved at %(last)s, and this is from %(told)s. If it is still so, call again.")
    return told_time.not_before(told, last["solved_at"] if last is not None else None, site, sentence)


def _raise_again(act: UseCase, alert: Alert, new: NewAlert, key: uuid.UUID, at: datetime) -> Alert:
    """What was told later than the last word counts, and leaves what was said and done since as it is."""
    said: dict[str, Any] = {"impact": new.impact, "severity": new.severity, "detail": new.detail[:300] or alert.detail}
    if at < act.now:
        raised = alert.steps.filter(act__in=[AlertAct.RAISED, AlertAct.AGAIN], done_at__gt=at)
        said = {} if raised.exists() else said
    if alert.cleared_at is None or at >= alert.cleared_at:
        said["cleared_at"] = None
    counted = {"raise_count": F("raise_count") + 1, "version": F("version") + 1}
    Alert.objects.filter(pk=alert.pk).update(**counted, **said)
    alert.refresh_from_db()
    steps.done(act, alert, AlertAct.AGAIN, key, person=new.person, by=new.raised_by, note=new.detail, at=at)
    return alert


def clear(act: UseCase, site: Site, repeat_key: str, *, by: str, words: str) -> Alert | None:
    """The condition has gone: an alert that nobody accepted is solved by it, one that somebody has is marked.

    `by` is the rule's name, `words` the cause as people read it. None where no alert of the condition is open.
    """
    alert = _open_of(site, repeat_key)
    if alert is None:
        return None
    if alert.status == AlertStatus.OPEN:
        steps.write(alert, {
            "status": AlertStatus.SOLVED, "solved_at": act.now, "solved_by": by[:200], "cause": words[:300],
            "cleared_at": act.now,
        })  # fmt: skip
        steps.done(act, alert, AlertAct.SOLVED, uuid.uuid4(), by=by, note=words)
    elif alert.cleared_at is None:
        steps.write(alert, {"cleared_at": act.now})
        steps.done(act, alert, AlertAct.CLEARED, uuid.uuid4(), by=by, note=words)
    return alert
