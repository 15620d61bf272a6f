"""Badges in the API: who holds which. PINs are not here, and nowhere else to read."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.accounts.api.device import RevocationSerializer
from mom.accounts.models import Badge
from mom.accounts.permissions import MANAGE_BADGES, VIEW_USER
from mom.accounts.selectors.badge import badge_list
from mom.accounts.services import badge as badges
from mom.core.actor import Actor
from mom.core.api.serializers import CharField, IntegerField, ModelSerializer
from mom.core.api.viewsets import CreateMixin, ListMixin, RetrieveMixin, SiteScopedViewSet


class BadgeSerializer(ModelSerializer):
    """A badge as the API shows it."""

    id = IntegerField(read_only=True)
    user = IntegerField(source="user_id", help_text="The key of the person who signs in.")
    person = CharField(source="user.display_name", read_only=True)

    class Meta:
        model = Badge
        fields = ("id", "user", "person", "code", "issued_at", "revoked_at")
        read_only_fields = ("issued_at", "revoked_at")


class BadgeViewSet(ListMixin, RetrieveMixin, CreateMixin, SiteScopedViewSet):
    """Badges: issued and revoked, never deleted. Giving them takes the right at every site."""

    required_perms = {
        "list": VIEW_USER,
        "retrieve": VIEW_USER,
        "create": MANAGE_BADGES,
        "revoke": MANAGE_BADGES,
    }
    http_method_names: ClassVar[list[str]] = ["get", "post", "head", "options"]
    serializer_class = BadgeSerializer
    queryset = Badge.objects.select_related("user")
    site_path = ""
    filterset_fields = {"code": ["exact"], "user": ["exact"], "revoked_at": ["isnull"]}
    ordering_fields: ClassVar[tuple[str, ...]] = ("issued_at", "id")
    ordering: ClassVar[tuple[str, ...]] = ("id",)

    def for_actor(self, actor: Actor, permission: str) -> Any:
        return badge_list(actor)

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> Badge:
        """Give it into the person's hands."""
        return badges.badge_issue(actor, data["user_id"], data["code"])

    @extend_schema(request=RevocationSerializer, responses=BadgeSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """Take it out of use, with a reason."""
        sent = RevocationSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        badges.badge_revoke(request.actor, self.get_object().pk, **sent.validated_data)  # type: ignore[attr-defined]
        return self.answer(self.get_object())
