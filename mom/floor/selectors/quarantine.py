"""What waits for a person, and what became of it."""

from typing import Any

from django.db.models import QuerySet

from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.floor.engine.terms import QuarantineProblem, QuarantineStatus
from mom.floor.models import QuarantinedMessage
from mom.floor.permissions import VIEW


def quarantine_list(actor: Actor, site: str) -> QuerySet[QuarantinedMessage]:
    """The site's messages in quarantine, newest first, settled or not, within the actor's rights."""
    rows = QuarantinedMessage.objects.filter(site__code=site).select_related("source", "site")
    return rows if actor.may(VIEW, site) else rows.none()


def quarantine_get(actor: Actor, site: str, pk: int) -> QuarantinedMessage:
    """One of them. Raises: NotFound."""
    found = quarantine_list(actor, site).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def waiting_for_machine(site: str, machine: str) -> int:
    """How many messages wait because nothing is called `machine`."""
    return _of_machine(site, machine).count()


def waiting_keys(site: str, machine: str, most: int) -> list[int]:
    """The keys of those messages, oldest first."""
    return list(_of_machine(site, machine).order_by("pk").values_list("pk", flat=True)[:most])


def _of_machine(site: str, machine: str) -> QuerySet[Any]:
    return QuarantinedMessage.objects.filter(
        site__code=site,
        status=QuarantineStatus.WAITING.value,
        problem=QuarantineProblem.UNKNOWN_MACHINE.value,
        content__machine=machine,
    )
