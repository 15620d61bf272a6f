"""Orders of all four domains in the API; what they make is the domain's resource."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.api.serializers import CharField, ModelSerializer, Serializer
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.work import permissions
from mom.work.api.versions import IF_MATCH, version_sent
from mom.work.engine.terms import WorkRequestCommand
from mom.work.filters import WorkRequestFilters
from mom.work.models import WorkRequest
from mom.work.models.labels import WORK_REQUEST_COMMAND
from mom.work.services import work_request_command


class WorkRequestSerializer(ModelSerializer):
    """An order on the spine."""

    site = CharField(source="site.code", read_only=True)

    class Meta:
        model = WorkRequest
        fields = (
            "id", "site", "code", "operations_type", "description", "status", "priority", "earliest_start", "due_at",
            "version", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class OrderCommandSerializer(Serializer):
    """Why the command is given; may be left out."""

    reason = CharField(max_length=200, required=False, default="", allow_blank=True)


_EXAMPLE = OpenApiExample("Hold an order", value={"reason": "Drawing is being changed"}, request_only=True)


class WorkRequestViewSet(ReadOnlyViewSet):
    """Orders: number, domain, state, dates. Each command goes to the order and to every job that can take it."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        **{command.value: permissions.PLAN_WORK_REQUEST for command in work_request_command.ASKED_BY_PEOPLE},
    }
    serializer_class = WorkRequestSerializer
    queryset = WorkRequest.objects.select_related("site")
    filterset_class = WorkRequestFilters
    ordering_fields, ordering = ("code", "created_at", "due_at", "priority"), ("-created_at",)


def _command(asked: WorkRequestCommand) -> Callable[..., Response]:
    """The address of one command: each declares its own right, as the door demands."""

    def give(self: WorkRequestViewSet, request: Request, **_address: str) -> Response:
        order = self.get_object()
        body = OrderCommandSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        reason: str = body.validated_data["reason"]
        version = version_sent(request)
        work_request_command.command(request.actor, order.pk, asked, reason=reason, version=version)  # type: ignore[attr-defined]
        return self.answer(self.get_object())

    give.__name__ = asked.value
    give.__doc__ = f"{WORK_REQUEST_COMMAND.label(asked)} the order and its jobs."
    documented: Any = extend_schema(
        request=OrderCommandSerializer, responses=WorkRequestSerializer, parameters=[IF_MATCH], examples=[_EXAMPLE]
    )(give)
    found: Callable[..., Response] = action(detail=True, methods=["post"], url_path=asked.value)(documented)
    return found


for _asked in sorted(work_request_command.ASKED_BY_PEOPLE):
    setattr(WorkRequestViewSet, _asked.value, _command(_asked))
