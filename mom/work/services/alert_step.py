"""One step of an alert: written into its history, the audit trail, the outbox and the open pages."""

import uuid
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core.db.constraints import translating
from mom.core.errors import Conflict, InvalidInput, NotFound, Stale
from mom.core.live.change import tell
from mom.core.use_case import UseCase
from mom.events.alert import AlertMoved
from mom.plant.models import Person
from mom.work.engine.alert import AlertAct, AlertStatus
from mom.work.models import Alert, AlertStep
from mom.work.services import told_time

ESCALATE_TASK = "mom.work.tasks.escalate_alerts"


def locked(act: UseCase, alert_id: int, permission: str) -> Alert:
    """The alert, locked. Raises: NotAllowed, NotFound."""
    rows = Alert.objects.select_for_update(of=("self",)).select_related("site", "equipment", "team")
    alert = rows.filter(pk=alert_id).first()
    if alert is None:
        raise NotFound(_("There is no such alert."))
    act.require(permission, alert.site.code)
    return alert


def refuse_outdated(alert: Alert, version: int | None) -> None:
    """An act on what somebody changed meanwhile. Raises: Stale."""
    if version is not None and version != alert.version:
        raise Stale(faster(alert))


def done(act: UseCase, alert: Alert, step: AlertAct, key: uuid.UUID, **more: Any) -> None:
    """Write a step of a changed alert into its history, the audit trail, the outbox and the open pages.

    `at`: when it was done, where that was told later.
    """
    by = more.pop("by", "") or name_of(more.get("person")) or act.actor.label
    at = more.pop("at", None) or act.now
    write_step(act, alert, step, key, by=by, at=at, **more)
    site, note = alert.site.code, str(more.get("note", ""))
    after = {**shown(alert), "by": by, "note": note, **told_time.occurred(act, at)}
    act.record(f"work.alert_{step}", subject=alert, site=site, after=after)
    moved = AlertMoved(site, alert.pk, step.value, alert.status, by, at, note)
    act.publish(moved, key=f"alert:{alert.pk}")
    tell(site, "alert", alert.pk, alert.version)


def write(alert: Alert, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(alert, name, value)
    alert.version += 1
    alert.save(update_fields=[*values, "version"])


def write_step(
    act: UseCase,
    alert: Alert,
    step: AlertAct,
    key: uuid.UUID,
    *,
    by: str,
    note: str = "",
    at: datetime | None = None,
    **more: Any,
) -> None:
    """One line of an alert's history, now or `at`. Raises: Conflict for a key of another act."""
    with translating({"work_alertstep_op_uuid_key": key_taken}):
        AlertStep.objects.create(
            site_id=alert.site_id,
            alert=alert,
            act=step,
            done_at=at or act.now,
            done_by=by[:200],
            actor=act.actor.reference[:100],
            note=str(note)[:300],
            op_uuid=key,
            **more,
        )


def known(alert: Alert, op_uuid: uuid.UUID) -> bool:
    """Whether this act was done before. Raises: Conflict where the key is that of another alert."""
    known = AlertStep.objects.filter(op_uuid=op_uuid).values_list("alert_id", flat=True).first()
    if known is not None and known != alert.pk:
        raise key_taken()
    return known is not None


def check_sites(site: Site, **named: Any) -> None:
    wrong = {
        name: [_("This belongs to another site.")]
        for name, row in named.items()
        if row is not None and row.site_id != site.pk
    }
    if wrong:
        raise InvalidInput(wrong)


def check_in_use(**named: Any) -> None:
    """Nobody comes for who has left, or for a team that is called no more. Raises: InvalidInput."""
    wrong = {
        name: [_("%(row)s is out of use. Choose another one.") % {"row": row.name or row.code}]
        for name, row in named.items()
        if row is not None and not row.is_active
    }
    if wrong:
        raise InvalidInput(wrong)


def refuse_solved(alert: Alert) -> None:
    if alert.status == AlertStatus.SOLVED:
        raise Conflict(_("It is solved already."), code="alert_solved")


def key_taken() -> Conflict:
    return Conflict(_("Another act has this key. Make a new one."), code="key_taken")


def faster(alert: Alert) -> str:
    last = alert.steps.order_by("-id").first()  # what was written last: a call that was told later may be older
    if last is None:
        return str(Stale.default_sentence)
    words = _("%(who)s was faster: %(act)s. Look at it again.")
    return words % {"who": last.done_by, "act": str(last.get_act_display()).lower()}


def name_of(person: Person | None) -> str:
    return (person.name or person.code) if person is not None else ""


def shown(alert: Alert) -> dict[str, Any]:
    return {
        "title": alert.title,
        "status": alert.status,
        "machine": alert.equipment.code if alert.equipment else None,
        "team": alert.team.code if alert.team else None,
        "holder": alert.holder or None,
        "muted_until": alert.muted_until,
    }
