"""Messages that could not be taken, in the API: read, released as they are or corrected, discarded."""

from typing import Any

from django.utils.translation import gettext as _
from django_filters import CharFilter, ChoiceFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.api.filters import SiteFilterSet
from mom.core.api.serializers import CharField, JSONField, ModelSerializer, Serializer
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.core.errors import InvalidInput
from mom.floor import permissions
from mom.floor.engine.terms import QuarantineProblem, QuarantineStatus
from mom.floor.models import QuarantinedMessage
from mom.floor.services import quarantine


class QuarantinedMessageSerializer(ModelSerializer):
    """A message that could not be taken: `raw` as it came, `content` with what a person corrected."""

    site = CharField(source="site.code", read_only=True)
    source = CharField(source="source.code", read_only=True)
    problem = drf.CharField(read_only=True, help_text="unknown_machine, impossible_time, unreadable or conflicting")
    status = drf.CharField(read_only=True, help_text="waiting, released or discarded")

    class Meta:
        model = QuarantinedMessage
        fields = (
            "id", "site", "source", "problem", "detail", "raw", "content", "received_at", "status", "settled_at",
            "settled_by", "settled_because",
        )  # fmt: skip
        read_only_fields = fields


class QuarantineReleaseSerializer(Serializer):
    """Take it in, with other fields where some were wrong."""

    corrected = JSONField(
        required=False, help_text="Field -> value in place of what was sent; null takes a field away. No identity."
    )
    reason = CharField(max_length=200, required=False, default="", allow_blank=True)


class QuarantineDiscardSerializer(Serializer):
    """Leave it out for good."""

    reason = CharField(min_length=2, max_length=200)


class QuarantineReleaseMachineSerializer(Serializer):
    """Take in what waits because nothing was called like this, at most 1,000 at once."""

    site = CharField(max_length=20, help_text="The code of the site.")
    machine = CharField(max_length=200, help_text="What the messages call the machine.")
    reason = CharField(max_length=200, required=False, default="", allow_blank=True)


class QuarantineReleasedSerializer(Serializer):
    """How many went in, and how many wait on."""

    released = drf.IntegerField(help_text="Taken in by this request: at most 1,000.")
    left = drf.IntegerField(help_text="Wait on for this machine. More than 0: send the request again with a new key.")


class QuarantineFilters(SiteFilterSet):
    """By site, source, problem and status."""

    source = CharFilter(field_name="source__code", label="The source's code.")
    machine = CharFilter(field_name="content__machine", label="What the message calls its machine.")
    problem = ChoiceFilter(choices=[(each.value, each.value) for each in QuarantineProblem])
    status = ChoiceFilter(choices=[(each.value, each.value) for each in QuarantineStatus])


class QuarantineViewSet(ReadOnlyViewSet):
    """Messages that wait for a person, and those that did. None is ever dropped."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "release": permissions.SETTLE_QUARANTINE,
        "discard": permissions.SETTLE_QUARANTINE,
        "release_machine": permissions.SETTLE_QUARANTINE,
    }
    serializer_class = QuarantinedMessageSerializer
    queryset = QuarantinedMessage.objects.select_related("site", "source")
    filterset_class = QuarantineFilters
    ordering_fields, ordering = ("received_at",), ("-received_at",)

    @extend_schema(request=QuarantineReleaseSerializer, responses=QuarantinedMessageSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:
        """Take it in after all. It keeps its identity and when it was received; it may be old."""
        row = self.get_object()
        body = QuarantineReleaseSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        corrected = body.validated_data.get("corrected") or {}
        if not isinstance(corrected, dict):
            raise InvalidInput({"corrected": [_("Send an object of fields.")]}, status=400)
        actor: Actor = request.actor  # type: ignore[attr-defined]
        quarantine.release(actor, row.site.code, row.pk, corrected, reason=body.validated_data["reason"])
        return self.answer(self.get_object())

    @extend_schema(request=QuarantineDiscardSerializer, responses=QuarantinedMessageSerializer)
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, pk: str) -> Response:
        """Leave it out for good; it stays readable here."""
        row = self.get_object()
        body = QuarantineDiscardSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        actor: Actor = request.actor  # type: ignore[attr-defined]
        quarantine.discard(actor, row.site.code, row.pk, reason=body.validated_data["reason"])
        return self.answer(self.get_object())

    @extend_schema(request=QuarantineReleaseMachineSerializer, responses=QuarantineReleasedSerializer)
    @action(detail=False, methods=["post"], url_path="release-machine")
    def release_machine(self, request: Request) -> Response:
        """After a machine or its alias was added: take in what was sent for it meanwhile, the oldest first.

        At most 1,000 at once, so that the source's live batches go on; `left` is how many wait on. Send it again, with
        a new Idempotency-Key each time, until `left` is 0. Where `released` is 0, what is left needs a person.
        """
        body = QuarantineReleaseMachineSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        sent = body.validated_data
        actor: Any = request.actor  # type: ignore[attr-defined]
        site = Site.objects.filter(code=sent["site"]).first()
        if site is None or not actor.may(permissions.SETTLE_QUARANTINE, site.code):
            raise InvalidInput({"site": [_("There is no such site, or none of yours.")]})
        done = quarantine.release_machine(actor, site, sent["machine"], pieces=1, reason=sent["reason"])
        return Response({"released": done.released, "left": done.left})
