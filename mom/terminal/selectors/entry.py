"""Entries of stations as the device asks for them again, and those that need a person."""

import uuid
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from mom.accounts.models import Device, Site, User
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.plant.selectors.scope import for_actor
from mom.terminal.engine.terms import UNDOABLE, EntryOutcome
from mom.terminal.models import EntrySettlement, TerminalEntry
from mom.terminal.permissions import VIEW_ENTRIES

NEEDS_PERSON = Q(settlement=None) & (Q(outcome=EntryOutcome.REFUSED.value) | Q(is_claimed=True))
UNDO_WITHIN = timedelta(minutes=10)


def entry_known(key: uuid.UUID) -> TerminalEntry | None:
    """The entry of that key, whatever became of it."""
    return TerminalEntry.objects.filter(key=key).first()


def entry_list(actor: Actor, site: Site) -> QuerySet[TerminalEntry]:
    """The site's entries, newest first."""
    rows = TerminalEntry.objects.filter(site=site).select_related(
        "site", "user", "session_user", "device", "settlement"
    )
    return for_actor(rows, actor, VIEW_ENTRIES)


def entry_get(actor: Actor, site: Site, pk: int) -> TerminalEntry:
    """One of them. Raises: NotFound."""
    found = entry_list(actor, site).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such entry at this site."))
    return found


def refused_at(device: Device) -> list[TerminalEntry]:
    """What was refused at the device's station and no person has settled yet, the newest nine."""
    unsettled = ~Exists(EntrySettlement.objects.filter(entry=OuterRef("pk")))
    rows = TerminalEntry.objects.filter(unsettled, site=device.site, station=device.station, outcome="refused")
    return list(rows.select_related("user").order_by("-received_at", "-id")[:9])


def last_entry(device: Device, user: User, now: datetime) -> tuple[TerminalEntry | None, bool]:
    """The person's last entry here today, and whether it can still be taken back. Two statements at most."""
    rows = TerminalEntry.objects.filter(site=device.site, station=device.station, user=user, outcome="done")
    last = rows.filter(received_at__gte=now - timedelta(hours=12)).order_by("-id").first()
    if last is None or last.kind not in UNDOABLE or last.is_claimed or now - last.received_at > UNDO_WITHIN:
        return last, False
    return last, True
