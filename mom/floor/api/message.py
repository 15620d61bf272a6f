"""Messages of machines in the API: sent in batches, and read as they came."""

from typing import Any

from django.utils.translation import gettext as _
from django_filters import CharFilter, ChoiceFilter
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.api.filters import FilterSet, InstantFilter
from mom.core.api.serializers import CharField, ModelSerializer, Serializer, parse_instant
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.core.errors import InvalidInput, NotAllowed, TooLarge
from mom.floor import permissions
from mom.floor.api.message_body import MessageJSONParser, MessageLinesParser
from mom.floor.api.message_pages import MessagePagination
from mom.floor.engine.message_parsing import MOST_IN_BODY
from mom.floor.engine.terms import MessageKind
from mom.floor.models import FloorMessage
from mom.floor.selectors.record_pages import Wanted
from mom.floor.services import ingest
from mom.plant.models import Equipment

MOST_GAPS = 1_000
_ENVELOPE = frozenset({"site", "source", "session", "messages"})


class MessageSerializer(ModelSerializer):
    """One message as it came. `value` means what `kind` says."""

    site = CharField(source="site.code", read_only=True)
    source = CharField(source="source.code", read_only=True)
    session = drf.CharField(source="session.code", read_only=True, allow_null=True, default=None)
    machine = CharField(source="equipment.code", read_only=True)
    kind = drf.CharField(read_only=True, help_text="state, count, cycle, reading, energy, alarm or heartbeat")

    class Meta:
        model = FloorMessage
        fields = (
            "id", "site", "source", "session", "sequence", "key", "machine", "kind", "occurred_at", "received_at",
            "name", "code", "mode", "reason", "value", "unit", "text",
        )  # fmt: skip
        read_only_fields = fields


class SentMessageSerializer(Serializer):
    """A message: `id`, or `sequence` within the batch's session, tells a repeat from a new one."""

    machine = CharField(max_length=200, help_text="The machine's code, or an alias of it.")
    kind = drf.CharField(help_text="state, count, cycle, reading, energy, alarm or heartbeat")
    at = CharField(help_text="When it happened, with its offset: 2026-11-25T09:14:03.250+01:00.")
    id = CharField(max_length=200, required=False)
    sequence = drf.IntegerField(min_value=0, required=False)
    name = CharField(
        max_length=64, required=False, help_text="Of a count: total, reject, total_added or reject_added; of a reading."
    )
    state = CharField(max_length=64, required=False, help_text="The state's code in the machine's vocabulary.")
    code = CharField(max_length=64, required=False, help_text="Of an alarm; of a state the same as `state`.")
    mode = CharField(max_length=32, required=False)
    reason = CharField(max_length=64, required=False)
    value = drf.DecimalField(max_digits=24, decimal_places=6, required=False)
    unit = CharField(max_length=3, required=False, help_text="UN/ECE code, as C62 or KWH.")
    text = CharField(max_length=500, required=False)


class BatchSerializer(Serializer):
    """Messages of one source, at most 10,000."""

    site = CharField(max_length=20, help_text="The code of the site.")
    source = CharField(max_length=64, help_text="Who sends; a name of your own, always the same.")
    session = CharField(
        max_length=64, required=False, help_text="Within it, messages are numbered without holes; new at each start."
    )
    messages = SentMessageSerializer(many=True)


class WaitingSerializer(Serializer):
    """A message of the batch that waits for a person."""

    index = drf.IntegerField(help_text="Its place in the batch, from 0.")
    problem = drf.CharField(help_text="unknown_machine, impossible_time, unreadable or conflicting")
    detail = drf.CharField()


class ReceiptSerializer(Serializer):
    """What became of each message of a batch; all of it is committed."""

    accepted = drf.IntegerField()
    repeated = drf.IntegerField(help_text="Came before, or twice in this batch; they count once.")
    quarantined = drf.IntegerField(help_text="Kept for a person to look at; they are in `waiting`.")
    late = drf.IntegerField(
        help_text="Kept for days that only the archive has; whether they are new turns out within minutes."
    )
    waiting = WaitingSerializer(many=True)
    gaps = drf.ListField(
        child=drf.ListField(child=drf.IntegerField(), min_length=2, max_length=2),
        help_text="Numbers of the session that are missing around this batch, as first and last; at most 1,000.",
    )


class MessageFilters(FilterSet):
    """Messages by machine, kind and time."""

    site = CharFilter(field_name="site__code", label="The site's code.")
    machine = CharFilter(field_name="equipment__code", label="The machine's code.")
    source = CharFilter(field_name="source__code", label="The source's code.")
    kind = ChoiceFilter(choices=[(kind.value, kind.value) for kind in MessageKind])
    name = CharFilter(label="What a reading or a count is of.")
    occurred_from = InstantFilter(
        field_name="occurred_at", lookup_expr="gte", label="Happened at or after this instant."
    )
    occurred_before = InstantFilter(field_name="occurred_at", lookup_expr="lt", label="Happened before this instant.")


_BATCH = OpenApiExample(
    "A gateway after its start",
    value={
        "site": "NORRTAL",
        "source": "gateway-1",
        "session": "2026-11-25T06:00:00Z",
        "messages": [
            {"sequence": 0, "machine": "CNC-01", "kind": "state", "at": "2026-11-25T09:14:03.250Z", "state": "run"},
            {"sequence": 1, "machine": "CNC-01", "kind": "count", "at": "2026-11-25T09:15:00Z", "name": "total",
             "value": 4711},
        ],
    },
    request_only=True,
)  # fmt: skip
_IN_ADDRESS = [
    OpenApiParameter(name, OpenApiTypes.STR, description="For application/x-ndjson, where the body is messages only.")
    for name in ("site", "source", "session")
]


_LIST = """A page of messages, newest first.

With `machine` and `occurred_from` it covers all that the machine said from then on, also days that only the archive
has; those come by `occurred_at`, and a page that had to look through many of them may be short or empty and still have
a `next`. Without both it covers the days that the database still has: for older ones of many machines read the files
themselves, which `floor/archived-days` names. A message that came late for a day of the archive is here once a worker
has laid it in, a minute usually.
"""


@extend_schema_view(
    list=extend_schema(description=_LIST),
    retrieve=extend_schema(description="A message that the database still has, by its id."),
)
class MessageViewSet(ReadOnlyViewSet):
    """What machines said, message by message. Messages of a machine come by time, those of all by arrival."""

    required_perms = {"list": permissions.VIEW, "retrieve": permissions.VIEW, "create": permissions.SEND_MESSAGE}
    idempotency_optional = frozenset({"create"})  # each message carries its own identity
    serializer_class = MessageSerializer
    queryset = FloorMessage.objects.select_related("site", "source", "session", "equipment")
    filterset_class = MessageFilters
    ordering_fields = ("occurred_at", "id")
    pagination_class = MessagePagination

    @property
    def ordering(self) -> tuple[str, ...]:
        """Each order has its index: by time within a machine, by arrival over all."""
        return ("-occurred_at", "-id") if "machine" in self.request.query_params else ("-id",)

    def get_parsers(self) -> list[Any]:
        # Asked for before the request is taken apart, so before `action` is known.
        asked = getattr(self, "action", "") or self.action_map.get((self.request.method or "").lower(), "")
        return [MessageJSONParser(), MessageLinesParser()] if asked == "create" else super().get_parsers()

    def known_parameters(self) -> set[str]:
        return {"site", "source", "session"} if self.action == "create" else super().known_parameters()

    def wanted(self, rows: Any) -> Wanted | None:
        """What the asker wants of the archive; None without a machine and a first instant."""
        asked, actor = self.request.query_params, self.request.actor  # type: ignore[attr-defined]
        start = parse_instant(asked.get("occurred_from"))
        if not asked.get("machine") or start is None:
            return None
        machines = Equipment.objects.filter(code=asked["machine"], site__code__in=actor.sites_with(permissions.VIEW))
        if asked.get("site"):
            machines = machines.filter(site__code=asked["site"])
        narrowed = {name: asked.get(name, "") for name in ("kind", "name", "source")}
        end = parse_instant(asked.get("occurred_before"))
        return Wanted.within(list(machines.select_related("site")), start, end, rows, **narrowed)

    @extend_schema(
        request={"application/json": BatchSerializer, "application/x-ndjson": SentMessageSerializer},
        responses={200: ReceiptSerializer},
        examples=[_BATCH],
        parameters=_IN_ADDRESS,
    )
    def create(self, request: Request) -> Response:
        """Take a batch in, and answer when it is committed. Send it again if no answer came: repeats count once.

        A message that can't be taken is kept for a person and named in `waiting`; it needs no second sending.
        """
        actor: Actor = request.actor  # type: ignore[attr-defined]
        sent = _envelope(request)
        receipt = ingest.take_in(
            actor, _site(actor, sent["site"]), sent["source"], sent["messages"], session=sent["session"]
        )
        return Response(
            {
                "accepted": receipt.accepted,
                "repeated": receipt.repeated,
                "quarantined": receipt.quarantined,
                "late": receipt.late,
                "waiting": [
                    {"index": each.index, "problem": each.problem, "detail": each.detail} for each in receipt.waiting
                ],
                "gaps": [list(gap) for gap in receipt.gaps[:MOST_GAPS]],
            }
        )


def _envelope(request: Request) -> dict[str, Any]:
    """The parts of the batch, from body and address. Raises: InvalidInput, TooLarge."""
    body = request.data
    if not isinstance(body, dict):
        raise InvalidInput({"": [_("Send an object with site, source, session and messages.")]}, status=400)
    wrong: dict[str, list[str]] = {
        str(name)[:100]: [_("There is no such field.")] for name in sorted(set(body) - _ENVELOPE)[:20]
    }
    found = {name: body.get(name, request.query_params.get(name, "")) for name in ("site", "source", "session")}
    for name, value in found.items():
        if not isinstance(value, str) or (not value and name != "session"):
            wrong[name] = [_("Name the %(what)s.") % {"what": name}]
        elif name in body and name in request.query_params:
            wrong[name] = [_("It stands in the body and in the address.")]
    messages = body.get("messages")
    if not isinstance(messages, list):
        wrong["messages"] = [_("A list of messages.")]
    if wrong:
        raise InvalidInput(wrong, status=400)
    if len(messages or []) > MOST_IN_BODY:
        raise TooLarge(_("At most %(many)s messages at once. Send it in pieces.") % {"many": MOST_IN_BODY})
    return {**found, "messages": messages}


def _site(actor: Actor, code: str) -> Site:
    """The site where this actor may send. Raises: InvalidInput, NotAllowed."""
    site = Site.objects.filter(code=code, is_active=True).first()
    if site is None or not (actor.may(permissions.SEND_MESSAGE, code) or actor.may(permissions.VIEW, code)):
        raise InvalidInput({"site": [_("There is no such site, or none of yours.")]})
    if not actor.may(permissions.SEND_MESSAGE, code):
        raise NotAllowed
    return site
