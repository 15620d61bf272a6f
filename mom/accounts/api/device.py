"""Enrolled devices in the API. A credential is in no answer; a code only in that of `code`, once."""

from typing import Any, ClassVar

import django_filters
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from mom.accounts.models import Device, Site
from mom.accounts.permissions import MANAGE_DEVICES, VIEW_DEVICE
from mom.accounts.selectors.device import device_list
from mom.accounts.services import device as devices
from mom.core.actor import Actor
from mom.core.api.filters import SiteFilterSet
from mom.core.api.serializers import CharField, DateTimeField, IntegerField, ModelSerializer, Serializer
from mom.core.api.viewsets import CreateMixin, ListMixin, RetrieveMixin, SiteScopedViewSet, UpdateMixin

FIXED = ("site", "kind")


class SiteCodeField(CharField):
    """A site by its code: one at which the asker holds the right `needs`, to manage devices for a start."""

    needs: ClassVar[str] = MANAGE_DEVICES
    default_error_messages = {"unknown": _("There is no such site, or none where you may do this.")}

    def to_internal_value(self, data: Any) -> Site:
        """The site. Raises: ValidationError."""
        code = super().to_internal_value(data)
        site = Site.objects.filter(code=code, is_active=True).first()
        if site is None or not self.context["request"].actor.may(self.needs, site.code):
            self.fail("unknown")
        return site

    def run_validators(self, value: Any) -> None:
        """None more: the code was looked up."""

    def to_representation(self, value: Site) -> str:
        return value.code


class DeviceSerializer(ModelSerializer):
    """A device as the API shows it."""

    id = IntegerField(read_only=True)
    site = SiteCodeField(max_length=20, help_text="The site's code. It is given at the creation and never changes.")
    is_enrolled = drf.SerializerMethodField()
    last_seen_at = drf.SerializerMethodField()

    class Meta:
        model = Device
        fields = (
            *("id", "site", "name", "kind", "station", "auto_lock_seconds", "is_enrolled", "enrolled_at", "revoked_at"),
            *("last_seen_at", "created_at", "version"),
        )
        read_only_fields = ("enrolled_at", "revoked_at", "created_at", "version")

    def get_is_enrolled(self, device: Device) -> bool:
        """Whether a browser holds its credential."""
        return bool(device.digest)

    @extend_schema_field(DateTimeField(allow_null=True))
    def get_last_seen_at(self, device: Device) -> Any:
        """When it was heard last."""
        use = getattr(device, "use", None)
        return use.last_seen_at if use is not None else None

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What a device is and where it belongs stays."""
        if self.instance is None:
            return attrs
        for name in FIXED:
            if name in attrs and attrs[name] != getattr(self.instance, name):
                raise ValidationError({name: [_("This stays as it was added.")]})
        return {name: value for name, value in attrs.items() if name not in FIXED}


class DeviceCodeSerializer(Serializer):
    """The code that enrols a device, shown once."""

    code = CharField(help_text="Typed on the device at /enrol/.")
    expires_at = DateTimeField()


class RevocationSerializer(Serializer):
    """Why it is revoked."""

    reason = CharField(max_length=500, min_length=2)


class DeviceFilters(SiteFilterSet):
    """By site, kind, station, and whether it is in use."""

    is_revoked = django_filters.BooleanFilter(field_name="revoked_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Device
        fields: ClassVar[dict[str, list[str]]] = {"kind": ["exact"], "station": ["exact"]}


class DeviceViewSet(ListMixin, RetrieveMixin, CreateMixin, UpdateMixin, SiteScopedViewSet):
    """Tablets and walls: added, changed, enrolled by a code, revoked; never deleted."""

    version_says_all = False  # when it was last seen
    required_perms = {
        "list": VIEW_DEVICE,
        "retrieve": VIEW_DEVICE,
        "create": MANAGE_DEVICES,
        "partial_update": MANAGE_DEVICES,
        "code": MANAGE_DEVICES,
        "revoke": MANAGE_DEVICES,
    }
    http_method_names: ClassVar[list[str]] = ["get", "post", "patch", "head", "options"]
    idempotency_optional = frozenset({"code"})  # an answer that is stored for a replay would keep the code
    serializer_class = DeviceSerializer
    queryset = Device.objects.select_related("site", "use")
    filterset_class = DeviceFilters
    ordering_fields: ClassVar[tuple[str, ...]] = ("name", "id")
    ordering: ClassVar[tuple[str, ...]] = ("id",)

    def for_actor(self, actor: Actor, permission: str) -> Any:
        return device_list(actor)

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> Device:
        """Add it; its code is asked for by `code`."""
        device, _code = devices.device_add(actor, **{"auto_lock_seconds": 300, **data})
        return device

    def perform_update(self, actor: Actor, instance: Device, data: dict[str, Any], version: int) -> Device:
        """Change it."""
        return devices.device_change(actor, instance.pk, version, **data)

    @extend_schema(request=None, responses=DeviceCodeSerializer)
    @action(detail=True, methods=["post"])
    def code(self, request: Request, pk: str) -> Response:
        """Another code to enrol it; shown once, valid for 15 minutes."""
        device, code = devices.device_new_code(request.actor, self.get_object().pk)  # type: ignore[attr-defined]
        body = {"code": devices.spelled(code), "expires_at": device.code_expires_at}
        return Response(DeviceCodeSerializer(body).data)

    @extend_schema(request=RevocationSerializer, responses=DeviceSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """Close it for ever, with a reason."""
        sent = RevocationSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        devices.device_revoke(request.actor, self.get_object().pk, **sent.validated_data)  # type: ignore[attr-defined]
        return self.answer(self.get_object())
