"""Sites, and who I am, in the API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from mom.accounts.models import ApiToken, Site
from mom.accounts.selectors import site_list_for_actor
from mom.core.actor import Actor
from mom.core.api.permissions import SIGNED_IN
from mom.core.api.serializers import CharField, ModelSerializer, Serializer
from mom.core.api.viewsets import ReadOnlyViewSet, SiteScopedViewSet


class SiteSerializer(ModelSerializer):
    """A site as the API shows it."""

    class Meta:
        model = Site
        fields = ("id", "code", "name", "time_zone", "currency", "is_active")


class SiteViewSet(ReadOnlyViewSet):
    """The sites at which you may do anything at all."""

    required_perms = {"list": SIGNED_IN, "retrieve": SIGNED_IN}
    serializer_class = SiteSerializer
    queryset = Site.objects.all()
    site_path = "code"
    filterset_fields = {"code": ["exact"], "is_active": ["exact"]}
    ordering_fields, ordering = ("code", "name"), ("code",)

    def for_actor(self, actor: Actor, permission: str) -> Any:
        return site_list_for_actor(actor)


class MeSerializer(Serializer):
    """Who asks, and what they may do where."""

    kind = CharField(help_text="user or token")
    id = CharField()
    label: Any = CharField()
    scopes = drf.ListField(child=CharField(), help_text="Of the token; empty for a person.")
    permissions = drf.DictField(
        child=drf.ListField(child=CharField()), help_text="Site code -> permissions; * is every site."
    )


class MeViewSet(SiteScopedViewSet):
    """Yourself."""

    required_perms = {"list": SIGNED_IN}
    serializer_class = MeSerializer
    pagination_class = None
    filter_backends = ()
    queryset = Site.objects.none()

    @extend_schema(operation_id="me_retrieve", responses=MeSerializer)
    def list(self, request: Request) -> Response:
        """Who you are to the API, and what you may do at which site."""
        actor: Actor = request.actor  # type: ignore[attr-defined]
        scopes = request.auth.scopes if isinstance(request.auth, ApiToken) else []
        permissions = {code: sorted(names) for code, names in sorted(actor.permissions.items())}
        body = {"kind": actor.kind, "id": actor.id, "label": actor.label, "scopes": scopes, "permissions": permissions}
        return Response(self.get_serializer(body).data)
