"""Holding back everything that leaves the house: after a restore, until a person has looked (P31).

Workers ask in the statement that takes a message, so a pause that is committed holds at once.
"""

from django.db import connection
from django.utils.translation import gettext as _

from mom.core.errors import Conflict, NotAllowed
from mom.core.models import SendingPause
from mom.core.permissions_declared import MANAGE_DELIVERY
from mom.core.use_case import Subject, UseCase

_SUBJECT = Subject("core.sendingpause", "sending", "sending")


def is_paused() -> bool:
    """Whether sending is held back."""
    return SendingPause.objects.filter(resumed_at=None).exists()


def present() -> SendingPause | None:
    """The pause that holds now: why and since when."""
    return SendingPause.objects.filter(resumed_at=None).first()


def pause(act: UseCase, reason: str) -> None:
    """Hold everything back until somebody resumes; paused twice stays paused, with the first reason.

    Joins the caller's transaction. Raises: NotAllowed.
    """
    _require(act)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_sendingpause (reason, paused_at, paused_by, resumed_by) VALUES (%s, %s, %s, '')"
            " ON CONFLICT DO NOTHING",
            [reason, act.now, act.actor.label],
        )
        if cursor.rowcount == 0:
            return
    act.record("core.sending_paused", subject=_SUBJECT, after={"reason": reason})


def resume(act: UseCase) -> None:
    """Let messages go again. Joins the caller's transaction. Raises: NotAllowed, Conflict where nothing is paused."""
    _require(act)
    held = SendingPause.objects.select_for_update().filter(resumed_at=None).first()
    if held is None:
        raise Conflict(_("Sending is not paused."))
    SendingPause.objects.filter(pk=held.pk).update(resumed_at=act.now, resumed_by=act.actor.label)
    act.record("core.sending_resumed", subject=_SUBJECT, before={"reason": held.reason, "paused_at": held.paused_at})


def _require(act: UseCase) -> None:
    """Sending is paused for the whole installation; who manages messages at one site may do it."""
    sites = act.actor.sites_with(MANAGE_DELIVERY)
    if sites is not None and not sites:
        raise NotAllowed
