"""What the demo's gateway sent of a machine: where it stands in the record, and what its counters showed."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from mom.accounts.models import Site
from mom.demo.services.signals import SOURCE
from mom.edge.engine.machine import Counters
from mom.floor.engine.terms import CountName, MessageKind
from mom.floor.models import FloorMessage
from mom.plant.models import Equipment

LOOKED_BACK = timedelta(hours=70)
"""What was missed longer ago stays missing; the door would put it into quarantine."""


def last_heard(site: Site, now: datetime) -> datetime | None:
    """When any machine was heard last, by the demo's own gateway: what others send says nothing of what it missed."""
    return _sent(FloorMessage.objects.filter(site=site), now).values_list("occurred_at", flat=True).first()


def state_sent(equipment: Equipment, at: datetime) -> tuple[str, str]:
    """The state and the reason that the machine sent last; what a person said of the stop is not the machine's."""
    rows = _sent(FloorMessage.objects.filter(equipment=equipment), at).filter(kind=MessageKind.STATE)
    return rows.values_list("code", "reason").first() or ("run", "")


def counters_shown(equipment: Equipment, at: datetime) -> Counters:
    """What the machine's counters showed."""
    rows = _sent(FloorMessage.objects.filter(equipment=equipment), at).filter(kind=MessageKind.COUNT)
    total, reject = (
        rows.filter(name=name).values_list("value", flat=True).first() for name in (CountName.TOTAL, CountName.REJECT)
    )
    return Counters(int(total or 0), int(reject or 0))


def _sent(rows: QuerySet[FloorMessage], at: datetime) -> QuerySet[FloorMessage]:
    """What of it the demo's gateway sent of the time before `at`, the latest first.

    Half-open as the gateway is: what belongs to `at` itself is sent with what follows, and an answer stays the same.
    """
    rows = rows.filter(source__code=SOURCE, occurred_at__gt=at - LOOKED_BACK, occurred_at__lt=at)
    return rows.order_by("-occurred_at", "-id")
