"""Who sends messages to a site, what of it never came, and what of it waits for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Count, F, IntegerField, OuterRef, QuerySet, Subquery, Sum, Window
from django.db.models.functions import Coalesce

from mom.core.actor import Actor
from mom.floor.engine.terms import QuarantineStatus
from mom.floor.models import LateMessage, MessageGap, QuarantinedMessage, Source, SourceSession
from mom.floor.permissions import VIEW

MOST_SHOWN = 20

LATE = LateMessage.objects.filter(source=OuterRef("pk")).order_by().values("source").annotate(many=Count("id"))
_WAITING = (
    QuarantinedMessage.objects.filter(source=OuterRef("pk"), status=QuarantineStatus.WAITING.value)
    .order_by()
    .values("source")
    .annotate(many=Count("id"))
)
_MISSING = (
    MessageGap.objects.filter(session__source=OuterRef("pk"))
    .order_by()
    .values("session__source")
    .annotate(many=Sum(F("last_sequence") - F("first_sequence") + 1))
)
_SESSION = SourceSession.objects.filter(source=OuterRef("pk")).order_by("-started_at", "-pk")


def source_list(actor: Actor, site: str) -> QuerySet[Any]:
    """The site's sources, each with `session` (the newest one's code), and how many of its messages are `missing`,
    are `waiting` in quarantine, or came `late` for days that only the archive has; within the actor's rights.
    """
    rows = Source.objects.filter(site__code=site).annotate(
        session=Subquery(_SESSION.values("code")[:1]),
        missing=Coalesce(Subquery(_MISSING.values("many"), output_field=BigIntegerField()), 0),
        waiting=Coalesce(Subquery(_WAITING.values("many"), output_field=IntegerField()), 0),
        late=Coalesce(Subquery(LATE.values("many"), output_field=IntegerField()), 0),
    )
    return rows if actor.may(VIEW, site) else rows.none()


@dataclass(frozen=True)
class Gaps:
    """The holes in the numbering that were found last, and how many there are beside."""

    shown: Sequence[MessageGap] = ()
    left_out: int = 0


def gaps_of_site(actor: Actor, site: str) -> Gaps:
    """Which numbers never came, found last first; nothing where the actor may not look. One statement."""
    if not actor.may(VIEW, site):
        return Gaps()
    rows = (
        MessageGap.objects.filter(site__code=site).select_related("session__source").annotate(many=Window(Count("pk")))
    )
    shown = list(rows.order_by("-found_at", "first_sequence")[:MOST_SHOWN])
    return Gaps(shown, shown[0].many - len(shown) if shown else 0)
