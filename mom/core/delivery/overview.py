"""How the delivery room fares at a site: what flows, what waits, what needs a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mom.core.delivery import email
from mom.core.engine.delivery import DeliveryChannel, DeliveryState
from mom.core.models import Delivery

Text = str | Promise
HOURS = 8
SHOWN = 50
LATE = timedelta(minutes=15)
_BETWEEN: dict[str, Text] = {
    DeliveryChannel.EMAIL: _("MOM to people"),
    DeliveryChannel.WEBHOOK: _("MOM to webhook"),
    DeliveryChannel.PRINTER: _("MOM to printer"),
}


@dataclass(frozen=True)
class Flow:
    """One way out: how much went today and in each of the last hours, and what holds it up."""

    channel: str
    name: str
    key: int
    today: int
    last_at: datetime | None
    hours: Sequence[int]
    waiting: int
    dead: int
    is_off: bool

    @property
    def between(self) -> Text:
        """From where to where."""
        return _BETWEEN[self.channel]


@dataclass(frozen=True)
class Overview:
    """All ways out, with what needs a person first."""

    flows: list[Flow]
    today: int
    yesterday: int
    dead: int
    oldest_at: datetime | None
    hours: list[int]


_FLOWS = """
WITH targets AS (
    SELECT 'webhook' AS channel, e.id, e.name, NOT e.is_active AS is_off FROM core_webhookendpoint e
    WHERE e.site = %(site)s
    UNION ALL SELECT 'printer', p.id, p.name, NOT p.is_active FROM core_printer p WHERE p.site = %(site)s
    UNION ALL SELECT 'email', 0, '', %(no_mail)s
), recent AS (
    SELECT channel, coalesce(endpoint_id, printer_id, 0) AS id,
        count(*) FILTER (WHERE created_at >= %(today)s) AS today,
        count(*) FILTER (WHERE created_at >= %(before)s AND created_at < %(same)s) AS yesterday,
        max(ended_at) FILTER (WHERE state = 'sent') AS last_at
    FROM core_delivery WHERE site = %(site)s AND created_at >= %(before)s GROUP BY 1, 2
), hourly AS (
    SELECT channel, coalesce(endpoint_id, printer_id, 0) AS id,
        floor(extract(epoch FROM %(now)s - created_at) / 3600)::int AS hour, count(*) AS many
    FROM core_delivery WHERE site = %(site)s AND created_at > %(now)s - interval '8 hours' GROUP BY 1, 2, 3
), open AS (
    SELECT channel, coalesce(endpoint_id, printer_id, 0) AS id,
        count(*) FILTER (WHERE state <> 'dead') AS waiting, count(*) FILTER (WHERE state = 'dead') AS dead,
        min(created_at) FILTER (WHERE state <> 'dead') AS oldest_at
    FROM core_delivery WHERE site = %(site)s AND state IN ('waiting', 'sending', 'dead') GROUP BY 1, 2
)
SELECT t.channel, t.id, t.name, t.is_off, coalesce(r.today, 0), coalesce(r.yesterday, 0), r.last_at,
    coalesce(o.waiting, 0), coalesce(o.dead, 0), o.oldest_at,
    (SELECT jsonb_object_agg(h.hour, h.many)::text FROM hourly h WHERE h.channel = t.channel AND h.id = t.id)
FROM targets t LEFT JOIN recent r USING (channel, id) LEFT JOIN open o USING (channel, id)
ORDER BY coalesce(o.dead, 0) > 0 DESC, t.channel, t.name
"""


def overview(site: str, now: datetime, midnight: datetime) -> Overview:
    """The site's ways out at this instant. One statement."""
    from json import loads

    a_day = timedelta(days=1)
    values: dict[str, Any] = {
        "site": site,
        "now": now,
        "today": midnight,
        "before": midnight - a_day,
        "same": now - a_day,
        "no_mail": not email.is_ready(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_FLOWS, values)
        rows = cursor.fetchall()
    flows = []
    for channel, key, name, is_off, today, _yesterday, last_at, waiting, dead, _oldest, hourly in rows:
        if channel == DeliveryChannel.EMAIL and is_off and not (today or waiting or dead):
            continue
        counted = {int(hour): many for hour, many in loads(hourly or "{}").items()}
        hours = [counted.get(hour, 0) for hour in range(HOURS - 1, -1, -1)]
        flows.append(Flow(channel, name or str(_("E-mail")), key, today, last_at, hours, waiting, dead, is_off))
    oldest = [row[9] for row in rows if row[9] is not None]
    return Overview(
        flows=flows,
        today=sum(row[4] for row in rows),
        yesterday=sum(row[5] for row in rows),
        dead=sum(row[8] for row in rows),
        oldest_at=min(oldest, default=None),
        hours=[sum(each) for each in zip(*(flow.hours for flow in flows), strict=True)] if flows else [],
    )


def stuck(site: str) -> list[Any]:
    """The messages of the site that need a person, the oldest first. One statement."""
    return list(Delivery.objects.filter(site=site, state=DeliveryState.DEAD).order_by("ended_at", "pk")[:SHOWN])


def behind(message: Delivery) -> int:
    """How many messages wait behind this one. One statement."""
    rows = Delivery.objects.filter(key=message.key, seq__gt=message.seq, state=DeliveryState.WAITING)
    return rows.count() if message.channel != DeliveryChannel.PRINTER else 0
