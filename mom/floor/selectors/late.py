"""Messages that came late for days which only the archive has, while they wait to be laid in (ADR 0032)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Count, Min
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.status import BAD, OK, WARN, Found
from mom.floor.archive.store import DirectoryStore, StoreAway, the_store
from mom.floor.models import LateMessage
from mom.floor.permissions import VIEW

LONG = timedelta(minutes=30)
"""A worker comes within minutes: who waits longer than this waits for a store or a file."""
MOST_SHOWN = 20


@dataclass(frozen=True)
class LateDay:
    """What one source sent for one day of a machine."""

    machine: str
    day: date
    source: str
    many: int
    since: datetime
    is_long: bool


@dataclass(frozen=True)
class Late:
    """All that waits at a site: how many messages, and the days of them that wait longest."""

    many: int = 0
    is_long: bool = False
    days: Sequence[LateDay] = ()
    left_out: int = 0


def late_of_site(actor: Actor, site: Site, now: datetime) -> Late:
    """What waits at a site, longest waiting first; nothing where the actor may not look. One statement."""
    if not actor.may(VIEW, site.code):
        return Late()
    rows = LateMessage.objects.filter(site=site).order_by().values_list("equipment__code", "day", "source__code")
    found = rows.annotate(many=Count("id"), since=Min("received_at")).order_by("since", "equipment__code", "day")
    days = [LateDay(machine, day, source, many, at, now - at > LONG) for machine, day, source, many, at in found]
    shown = days[:MOST_SHOWN]
    return Late(sum(day.many for day in days), any(day.is_long for day in days), shown, len(days) - len(shown))


_STANDING = """
SELECT count(*) FILTER (WHERE address <> '' AND dropped_at IS NOT NULL),
       count(*) FILTER (WHERE address = '' OR dropped_at IS NULL),
       (SELECT count(*) FROM floor_latemessage), (SELECT min(received_at) FROM floor_latemessage),
       EXISTS (SELECT 1 FROM floor_archivedday WHERE address <> '')
FROM floor_archivedday WHERE problem <> ''
"""


def _away() -> str:
    """Why the directory of the archive is not there. A store by network is not asked: who looks would wait for it."""
    store = the_store()
    try:
        if isinstance(store, DirectoryStore):
            store.require_there()
    except StoreAway as error:
        return str(error)
    return ""


def archive_status(now: datetime) -> Iterator[Found]:
    """How the archive is, for all sites: damaged files, days that were not written, late messages that wait."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING)
        damaged, again, many, since, has_files = cursor.fetchone()
    away = _away() if has_files else ""
    if away:
        yield BAD, _("It is not in its place: days that left the database can't be read, and none is written."), away
    if damaged:
        text = ngettext(
            "%(many)d file is missing or damaged, and its day is nowhere else.",
            "%(many)d files are missing or damaged, and their days are nowhere else.",
            damaged,
        )
        yield (
            BAD,
            text % {"many": damaged},
            _("Run manage.py verify_archive: it says which and how to mend it."),
        )
    if again:
        text = ngettext(
            "%(many)d machine day could not be written; the database still has it.",
            "%(many)d machine days could not be written; the database still has them.",
            again,
        )
        yield WARN, text % {"many": again}, _("It is tried again by itself. Setup, Archive says what is wrong.")
    if many:
        text = ngettext(
            "%(many)d late message of archived days waits since %(since)s UTC.",
            "%(many)d late messages of archived days wait since %(since)s UTC.",
            many,
        ) % {"many": many, "since": f"{since:%Y-%m-%d %H:%M}"}
        if now - since > LONG:
            yield WARN, text, _("Run manage.py verify_archive: the store is away, or a file is damaged.")
        else:
            yield OK, text
    if not (away or damaged or again or many):
        yield OK, _("No file is known to be damaged, and no late message waits.")
