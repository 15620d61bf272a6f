"""Webhooks and messages out in the API: who hears of what, how each message fares, and what a person decides."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.actor import Actor
from mom.core.api.serializers import BooleanField, CharField, ModelSerializer, Serializer
from mom.core.api.viewsets import CreateMixin, ListMixin, ReadOnlyViewSet, RetrieveMixin, SiteScopedViewSet, UpdateMixin
from mom.core.delivery import endpoints, room
from mom.core.models import Delivery, WebhookEndpoint
from mom.core.permissions_declared import MANAGE_DELIVERY, MANAGE_WEBHOOKS, VIEW_DELIVERY
from mom.core.use_case import use_case


class DeliverySerializer(ModelSerializer):
    """A message out; `payload` is sent byte for byte."""

    class Meta:
        model = Delivery
        fields = (
            "id", "site", "channel", "destination", "subject", "kind", "key", "seq", "message_id", "content_type",
            "payload", "state", "attempts", "available_at", "last_status", "last_answer", "created_at", "ended_at",
        )  # fmt: skip
        read_only_fields = fields


class DiscardSerializer(Serializer):
    """Why."""

    reason = CharField(max_length=500, help_text="At least two characters; it stands in the audit trail.")


class DeliveryViewSet(ReadOnlyViewSet):
    """E-mails, webhooks and labels on their way out of the sites that you may see."""

    required_perms = {
        "list": VIEW_DELIVERY, "retrieve": VIEW_DELIVERY, "retry": MANAGE_DELIVERY, "discard": MANAGE_DELIVERY,
    }  # fmt: skip
    site_path = "site"
    serializer_class = DeliverySerializer
    queryset = Delivery.objects.all()
    filterset_fields = {
        "site": ["exact"], "channel": ["exact"], "state": ["exact", "in"], "kind": ["exact"], "key": ["exact"],
        "message_id": ["exact"],
    }  # fmt: skip
    ordering_fields = ("created_at", "id")
    ordering = ("-created_at", "-id")

    @extend_schema(request=None, responses=DeliverySerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, **_kwargs: Any) -> Response:
        """Try a message that was given up again, under its old message id; those of its key behind it follow."""
        row = self.get_object()
        with use_case(request.actor) as act:  # type: ignore[attr-defined]
            room.send_again(act, row.pk, row.site)
        row.refresh_from_db()
        return self.answer(row)

    @extend_schema(request=DiscardSerializer, responses=DeliverySerializer)
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, **_kwargs: Any) -> Response:
        """Let a message that was given up go undelivered, with a reason; those of its key behind it move on."""
        row = self.get_object()
        body = DiscardSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        with use_case(request.actor, body.validated_data["reason"]) as act:  # type: ignore[attr-defined]
            room.discard(act, row.pk, row.site)
        row.refresh_from_db()
        return self.answer(row)


class WebhookEndpointSerializer(ModelSerializer):
    """An address that gets signed messages."""

    site = CharField(max_length=32, help_text="The site's code. It is given at the creation and never changes.")
    url = CharField(max_length=500, help_text="https, a public host, no name or password.")
    events = drf.ListField(
        child=CharField(max_length=100), allow_empty=False, max_length=100, help_text="Names of events."
    )
    is_active = BooleanField(default=True, help_text="Messages wait while it is false.")

    class Meta:
        model = WebhookEndpoint
        fields = (
            "id", "site", "name", "url", "events", "is_active", "version", "created_at", "previous_until", "last_at",
            "last_status", "last_answer",
        )  # fmt: skip
        read_only_fields = ("version", "created_at", "previous_until", "last_at", "last_status", "last_answer")
        validators: list[Any] = []

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A webhook stays at its site."""
        if self.instance is not None and attrs.get("site", self.instance.site) != self.instance.site:
            raise drf.ValidationError({"site": ["It stays at the site where it was added."]})
        return attrs


class WebhookSecretSerializer(WebhookEndpointSerializer):
    """The same with its secret, which is told in this one answer and never again."""

    secret = CharField(read_only=True)

    class Meta(WebhookEndpointSerializer.Meta):
        fields = (*WebhookEndpointSerializer.Meta.fields, "secret")


class WebhookEndpointViewSet(ListMixin, RetrieveMixin, CreateMixin, UpdateMixin, SiteScopedViewSet):
    """Addresses that hear of events: added, changed, tested, given a new secret; switched off, never deleted."""

    required_perms = {
        "list": VIEW_DELIVERY, "retrieve": VIEW_DELIVERY, "create": MANAGE_WEBHOOKS, "partial_update": MANAGE_WEBHOOKS,
        "rotate_secret": MANAGE_WEBHOOKS, "test": MANAGE_WEBHOOKS,
    }  # fmt: skip
    http_method_names = ["get", "post", "patch", "head", "options"]
    site_path = "site"
    serializer_class = WebhookEndpointSerializer
    queryset = WebhookEndpoint.objects.all()
    filterset_fields = {"site": ["exact"], "is_active": ["exact"]}
    ordering_fields = ("name", "id")
    ordering = ("name", "id")

    def get_serializer_class(self) -> Any:
        """The secret stands in the answers to those two only."""
        return WebhookSecretSerializer if self.action in {"create", "rotate_secret"} else WebhookEndpointSerializer

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> Any:
        """Add it; the answer tells the secret, this once."""
        row, secret = endpoints.create(actor, data["site"], name=data["name"], url=data["url"], events=data["events"])
        if not data.get("is_active", True):
            row = endpoints.change(actor, row.site, row.pk, None, is_active=False)
        return _with_secret(row, secret)

    def perform_update(self, actor: Actor, instance: Any, data: dict[str, Any], version: int) -> Any:
        """Change it."""
        data.pop("site", None)
        return endpoints.change(actor, instance.site, instance.pk, version, **data)

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The new address, with its secret."""
        return _holding_secret(super().create(request, *args, **kwargs))

    @extend_schema(request=None, responses=WebhookSecretSerializer)
    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Request, **_kwargs: Any) -> Response:
        """Give it a new secret; for seven days messages are signed with both."""
        row = self.get_object()
        told = _with_secret(*endpoints.rotate_secret(request.actor, row.site, row.pk))  # type: ignore[attr-defined]
        return _holding_secret(self.answer(told))

    @extend_schema(request=None, responses=DeliverySerializer)
    @action(detail=True, methods=["post"])
    def test(self, request: Request, **_kwargs: Any) -> Response:
        """Send a test message; read the message out to see what came of it."""
        row = self.get_object()
        sent = endpoints.send_test(request.actor, row.site, row.pk)  # type: ignore[attr-defined]
        return Response(DeliverySerializer(sent, context=self.get_serializer_context()).data)


def _holding_secret(response: Response) -> Response:
    """The answer under an Idempotency-Key is kept sealed."""
    response.holds_secret = True  # type: ignore[attr-defined]
    return response


def _with_secret(row: WebhookEndpoint, secret: str) -> WebhookEndpoint:
    """The row whose `secret` is, for this answer, the one that people read; it is never saved so."""
    row.secret = secret
    return row
