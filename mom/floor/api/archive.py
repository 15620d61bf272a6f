"""The archive in the API: which files hold which days, for engines of one's own; and having them verified."""

from typing import Any

from django_filters import BooleanFilter, CharFilter, DateFilter
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.accounts.models import Site
from mom.core.api.filters import SiteFilterSet
from mom.core.api.serializers import CharField, ModelSerializer, Serializer
from mom.core.api.task_run import TaskRunSerializer
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.core.errors import NotFound
from mom.floor import permissions
from mom.floor.models import ArchivedDay
from mom.floor.services import archive


class ArchivedDaySerializer(ModelSerializer):
    """One machine's UTC day as one Parquet file. `address` is below the archive's root; empty until it is written."""

    site = CharField(source="site.code", read_only=True)
    machine = CharField(source="equipment.code", read_only=True)

    class Meta:
        model = ArchivedDay
        fields = (
            "id", "site", "machine", "day", "address", "row_count", "byte_count", "sha256", "due_at", "written_at",
            "verified_at", "problem", "dropped_at",
        )  # fmt: skip
        read_only_fields = fields


class ArchivedDayFilters(SiteFilterSet):
    """Days by site, machine and date."""

    machine = CharFilter(field_name="equipment__code", label="The machine's code.")
    from_day = DateFilter(field_name="day", lookup_expr="gte", label="This day or a later one.")
    to_day = DateFilter(field_name="day", lookup_expr="lte", label="This day or an earlier one.")
    is_dropped = BooleanFilter(
        field_name="dropped_at", lookup_expr="isnull", exclude=True, label="Whether it stands only in the archive."
    )


class OfSiteSerializer(Serializer):
    """Whose archive."""

    site = CharField(max_length=20, help_text="The code of the site.")


class ArchivedDayViewSet(ReadOnlyViewSet):
    """Days of machine messages in the archive. Read the files with any engine; docs/operations.md has the schema."""

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "verify": permissions.MANAGE_ARCHIVE,
    }
    serializer_class = ArchivedDaySerializer
    queryset = ArchivedDay.objects.select_related("site", "equipment")
    filterset_class = ArchivedDayFilters
    ordering_fields, ordering = ("day", "written_at", "byte_count"), ("day", "id")

    @extend_schema(request=OfSiteSerializer, responses={202: TaskRunSerializer})
    @action(detail=False, methods=["post"])
    def verify(self, request: Request) -> Response:
        """Have every file of a site read again and compared; long work, which the answer names."""
        body = OfSiteSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        actor: Any = request.actor  # type: ignore[attr-defined]
        site = Site.objects.filter(code=body.validated_data["site"], is_active=True).first()
        if site is None or not actor.may(permissions.VIEW, site.code):
            raise NotFound
        run = archive.request_verify(actor, site)
        return Response(TaskRunSerializer(run).data, status=status.HTTP_202_ACCEPTED)
