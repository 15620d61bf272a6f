"""The webhook channel: events of a site go, signed and in order per thing, to the addresses that asked for them."""

from typing import Any

from django.utils.translation import gettext as _

from mom.core import clock, relay
from mom.core.canonical import to_json
from mom.core.delivery import http, room
from mom.core.delivery.addresses import Refused
from mom.core.delivery.sealing import CannotOpen, unseal
from mom.core.delivery.sending import Outcome
from mom.core.engine.delivery import DeliveryChannel
from mom.core.engine.signing import sign
from mom.core.models import Delivery, WebhookEndpoint
from mom.core.outbox import subscribe_to_all
from mom.core.use_case import UseCase
from mom.events import registry

VERSION = 1
"""Of the envelope; a member may be added within a version, and none is taken away or given another meaning."""
TEST_KIND = "core.webhook_test"
CONTENT_TYPE = "application/json"
FINAL = frozenset({400, 410, 413, 415, 422})
"""The receiver says that this very message is of no use to it: another try would say the same."""


def is_wanted(topic: str) -> bool:
    """Whether some address asked for events of that name."""
    return WebhookEndpoint.objects.filter(is_active=True, events__contains=[topic]).exists()


@subscribe_to_all(name="core.webhooks", wants=is_wanted)
def carry_on(act: UseCase, event: Any) -> None:
    """Put the event into the room for each address of its site that asked for it."""
    claimed, site = relay.in_hand.get(), str(getattr(event, "site", ""))
    topic = registry.event_name(event)
    key = claimed.key if claimed else topic
    for endpoint in WebhookEndpoint.objects.filter(site=site, is_active=True, events__contains=[topic]).order_by("pk"):
        put(act, endpoint, topic, key, registry.encode(event))


def put(act: UseCase, endpoint: WebhookEndpoint, kind: str, key: str, data: dict[str, Any]) -> Delivery:
    """Store one message for one address. Joins the caller's transaction."""
    whole_key = f"webhook:{endpoint.pk}:{key}"[:300]
    place = room.place(whole_key)
    envelope = {
        "version": VERSION,
        "id": str(place.message_id),
        "type": kind,
        "site": endpoint.site,
        "key": key,
        "sequence": place.seq,
        "created_at": act.now.isoformat(),
        "data": data,
    }
    message = room.Message(
        channel=DeliveryChannel.WEBHOOK,
        destination=endpoint.name,
        subject=f"{kind} {key}",
        key=whole_key,
        content_type=CONTENT_TYPE,
        site=endpoint.site,
        kind=kind,
        endpoint=endpoint,
    )
    return room.put(act, message, to_json(envelope), place)


def secrets_of(endpoint: WebhookEndpoint) -> list[str]:
    """The secrets that are valid now, the newest first. Raises: CannotOpen."""
    found = [unseal(endpoint.secret)]
    if endpoint.previous_secret and endpoint.previous_until and endpoint.previous_until > clock.now():
        found.append(unseal(endpoint.previous_secret))
    return found


def send(taken: Delivery) -> Outcome:
    """POST one message to its address; only a 2xx answer counts as arrived."""
    endpoint = taken.endpoint
    assert endpoint is not None  # noqa: S101 - core_delivery_target_of_channel
    outcome = _post(taken, endpoint)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        last_at=clock.now(), last_status=outcome.status, last_answer=outcome.answer
    )
    return outcome


def _post(taken: Delivery, endpoint: WebhookEndpoint) -> Outcome:
    body = taken.payload.encode()
    try:
        headers = {
            "Content-Type": f"{taken.content_type}; charset=utf-8",
            "User-Agent": "MOM-Webhook/1",
            "Mom-Message-Id": str(taken.message_id),
            "Mom-Event": taken.kind,
            "Mom-Attempt": str(taken.attempts),
            "Mom-Signature": sign(body, secrets_of(endpoint), int(clock.now().timestamp())),
            "Connection": "close",
        }
        answer = http.post(endpoint.url, body, headers)
    except (Refused, CannotOpen) as error:
        return Outcome(ok=False, answer=error.sentence, is_down=True)
    except http.NoAnswer as error:
        return Outcome(ok=False, answer=str(error), is_down=True)
    if 200 <= answer.status < 300:
        return Outcome(ok=True, answer=answer.text, status=answer.status)
    if 300 <= answer.status < 400:
        words = _("It answered with a redirect (%(status)s), which is never followed. Change the address.")
        return Outcome(ok=False, answer=words % {"status": answer.status}, status=answer.status, is_final=True)
    return Outcome(
        ok=False,
        answer=answer.text or _("It answered %(status)s.") % {"status": answer.status},
        status=answer.status,
        is_final=answer.status in FINAL,
        is_down=answer.status in {429, 502, 503, 504},
        retry_after=_seconds(answer.retry_after),
    )


def _seconds(text: str) -> float:
    """`Retry-After` in seconds; a date or nonsense is left to our own pauses."""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0.0
