"""Alerts that nobody accepts are told to the next: by time, to who is on call, a team, a person, a role.

Each step is told once a wait: a row that is unique says so, whoever sweeps and however often. E-mails are stored with
it and sent later by the delivery room; webhooks follow from the event.
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.utils import timezone
from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import Actor
from mom.core.delivery import deliver_email
from mom.core.errors import InvalidInput
from mom.core.public_url import public_url
from mom.core.use_case import UseCase, use_case
from mom.core.web import printing
from mom.events.alert import AlertEscalated
from mom.work.engine.alert import AlertAct, AlertStatus, Step, Waiting, due_steps, is_muted
from mom.work.models import Alert, AlertNotice, EscalationStep
from mom.work.models.alert_labels import ALERT_IMPACT
from mom.work.selectors.alert_team import Recipients, recipients
from mom.work.services import alert_step as steps

log = structlog.get_logger(__name__)

MOST = 200  # notices a sweep; the next one goes on
_KEYS = uuid.UUID("5a5c4f4e-3f5e-4b1c-9d0a-7f2f9f6f1c11")  # the space of the keys that steps of escalation have


def tell_due(actor: Actor) -> int:
    """Tell every step that is due and was not told; gives how many were. Lost, doubled or late it does no harm.

    Raises: the last of what went wrong, after all the others were told.
    """
    now = clock.now()
    told, failed = 0, None
    due, by_key = _due(now)
    for alert_id, step_id in due[:MOST]:
        try:
            with use_case(actor) as act:
                told += _tell(act, alert_id, by_key[step_id])
        except Exception as error:  # one alert that can't be told must not silence those behind it
            log.exception("alert_not_told", alert=alert_id, step=step_id)
            failed = error
    if failed is not None:
        raise failed
    return told


def _due(now: datetime) -> tuple[list[tuple[int, int]], dict[int, EscalationStep]]:
    """What is due at every site, and the steps by key. Three statements."""
    rows = list(
        Alert.objects.filter(status=AlertStatus.OPEN, team__isnull=False).values_list(
            "pk", "team_id", "waiting_since", "muted_until"
        )
    )
    if not rows:
        return [], {}
    known: defaultdict[tuple[int, datetime], set[int]] = defaultdict(set)
    notices = AlertNotice.objects.filter(alert__in=[row[0] for row in rows])
    for alert, since, step in notices.values_list("alert_id", "waiting_since", "escalation_id"):
        known[alert, since].add(step)
    found = EscalationStep.objects.filter(is_active=True, team__in={row[1] for row in rows})
    by_key = {step.pk: step for step in found.select_related("site", "person__user", "team", "other_team", "role")}
    waiting = [Waiting(pk, team, since, muted, frozenset(known[pk, since])) for pk, team, since, muted in rows]
    plan = [Step(step.pk, step.team_id, timedelta(minutes=step.after_minutes)) for step in by_key.values()]
    return due_steps(waiting, plan, now), by_key


def _tell(act: UseCase, alert_id: int, step: EscalationStep) -> bool:
    """Tell one step of one alert, unless somebody took it, told it or muted it meanwhile."""
    rows = Alert.objects.select_for_update(of=("self",)).select_related("site", "equipment", "team")
    alert = rows.get(pk=alert_id)
    if alert.status != AlertStatus.OPEN or alert.team_id != step.team_id or is_muted(alert.muted_until, act.now):
        return False
    if alert.waiting_since + timedelta(minutes=step.after_minutes) > act.now:
        return False  # it was given back meanwhile and waits anew
    if AlertNotice.objects.filter(alert=alert, escalation=step, waiting_since=alert.waiting_since).exists():
        return False
    whom = recipients(alert.site, [step], act.now)[step.pk]
    AlertNotice.objects.create(
        site=alert.site,
        alert=alert,
        escalation=step,
        waiting_since=alert.waiting_since,
        told_at=act.now,
        told=list(whom.names),
    )
    key = uuid.uuid5(_KEYS, f"{alert.pk}:{step.pk}:{alert.waiting_since.isoformat()}")
    steps.done(act, alert, AlertAct.ESCALATED, key, note=_words(step, whom.names))
    _send(act, alert, step, whom)
    return True


def _words(step: EscalationStep, names: Sequence[str]) -> str:
    who = ", ".join(names) if names else _("nobody: the step names no one now")
    return _("%(who)s, after %(minutes)d min") % {"minutes": step.after_minutes, "who": who}


def _send(act: UseCase, alert: Alert, step: EscalationStep, whom: Recipients) -> None:
    machine, url = alert.equipment.code if alert.equipment else "", public_url("work:alert_detail", alert.pk)
    act.publish(
        AlertEscalated(
            site=alert.site.code,
            alert_id=alert.pk,
            title=alert.title,
            machine=machine,
            team=step.team.code,
            minutes=step.after_minutes,
            told=whom.names,
            at=act.now,
            url=url,
        ),
        key=f"alert:{alert.pk}",
    )
    subject = f"{machine} {alert.title}".strip()
    for to in whom.emails:
        try:
            deliver_email(
                act, to, subject, _text(alert, alert.site, act.now), f"alert:{alert.pk}", url=url, site=alert.site.code
            )
        except InvalidInput:
            continue  # what is no address gets no e-mail; the page and the webhook told it all the same


def _text(alert: Alert, site: Site, now: datetime) -> str:
    with timezone.override(site.zone):  # a worker has no page that sets the plant's zone
        raised = printing.moment(alert.raised_at)
    lines = [
        _("%(site)s: %(what)s") % {"site": site.name, "what": alert.title},
        alert.detail,
        str(ALERT_IMPACT.label(alert.impact)),
        _("Raised %(when)s by %(who)s.") % {"when": raised, "who": alert.raised_by},
        _("It has waited %(long)s. Accept it on the Alerts page.")
        % {"long": printing.duration(now - alert.waiting_since)},
    ]
    return "\n".join(line for line in lines if line)
