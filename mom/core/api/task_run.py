"""Long work in the API: how far it is, how it ended, what it had to say; and its cancelling."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.api.serializers import ModelSerializer
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.core.long_work import request_cancel
from mom.core.models import TaskRun
from mom.core.permissions_declared import VIEW_TASK_RUN
from mom.core.use_case import use_case


class TaskRunSerializer(ModelSerializer):
    """A piece of long work: an import, an export, a recomputation."""

    class Meta:
        model = TaskRun
        fields = (
            "id", "kind", "site", "title", "status", "done", "total", "note", "requested_by_label", "result", "error",
            "created_at", "started_at", "finished_at", "cancel_requested_at",
        )  # fmt: skip
        read_only_fields = fields


class TaskRunViewSet(ReadOnlyViewSet):
    """Long work of the sites that you may see."""

    required_perms = {"list": VIEW_TASK_RUN, "retrieve": VIEW_TASK_RUN, "cancel": VIEW_TASK_RUN}
    site_path = "site"
    serializer_class = TaskRunSerializer
    queryset = TaskRun.objects.all()
    filterset_fields = {"site": ["exact"], "kind": ["exact"], "status": ["exact", "in"]}
    ordering_fields = ("created_at",)
    ordering = ("-created_at",)

    @extend_schema(request=None, responses=TaskRunSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **_kwargs: Any) -> Response:
        """Ask for its end: it stops after its present piece, and what is done stays. Who asked for it may always."""
        run = self.get_object()
        with use_case(request.actor) as act:  # type: ignore[attr-defined]
            request_cancel(act, run.pk)
        run.refresh_from_db()
        return self.answer(run)
