"""Production orders in the API: added with their job, read, released."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.accounts.models import Site
from mom.accounts.selectors.site import active_site
from mom.core.actor import Actor
from mom.core.api.serializers import BooleanField, CharField, DateTimeField, DecimalField, IntegerField, Serializer
from mom.core.api.subjects import AliasesMixin
from mom.core.api.viewsets import CreateMixin, ReadOnlyViewSet
from mom.core.errors import InvalidInput, NotAllowed, NotFound
from mom.plant.models import Equipment, MaterialDefinition
from mom.work import permissions
from mom.work.api.naming import named
from mom.work.api.versions import IF_MATCH, version_sent
from mom.work.models import WorkRequest
from production.filters import OrderApiFilters
from production.models import ProductionRequest
from production.services import batch, planned_times, production_request


class OrderSerializer(Serializer):
    """A production order: what, how much, until when, in which state."""

    id = IntegerField(read_only=True)
    work_request = IntegerField(source="work_request_id", read_only=True, help_text="The order on the spine.")
    site = CharField(source="site.code", read_only=True)
    code = CharField(source="work_request.code", read_only=True)
    description = CharField(source="work_request.description", read_only=True)
    status = CharField(source="work_request.status", read_only=True)
    material = CharField(source="definition.code", read_only=True)
    definition = CharField(
        source="operations_definition.code",
        read_only=True,
        allow_null=True,
        default=None,
        help_text="What it is made by; null for an order of one job without a definition.",
    )
    definition_version = IntegerField(
        source="operations_definition.number", read_only=True, allow_null=True, default=None
    )
    quantity = DecimalField(max_digits=18, decimal_places=6, read_only=True)
    unit = CharField(read_only=True)
    priority = IntegerField(source="work_request.priority", read_only=True)
    earliest_start = DateTimeField(source="work_request.earliest_start", read_only=True, allow_null=True)
    due_at = DateTimeField(source="work_request.due_at", read_only=True, allow_null=True)
    version = IntegerField(source="work_request.version", read_only=True)


class OrderJobSerializer(Serializer):
    """A job of an order, as much of it as it takes to go on."""

    id = IntegerField()
    code = CharField()
    operation = CharField()
    sequence = IntegerField()
    status = CharField()


class OrderWithJobsSerializer(OrderSerializer):
    """The order with its jobs, in their order."""

    jobs = OrderJobSerializer(many=True, read_only=True)


class NewOrderSerializer(Serializer):
    """A new order: of a definition, which brings its operations and materials, or of a material, with one job.

    Quantity is in the material's unit.
    """

    site = CharField(max_length=20, help_text="The site's code.")
    code = CharField(
        max_length=64, required=False, default="", allow_blank=True, help_text="Blank: the next number of its range."
    )
    definition = CharField(
        max_length=64, required=False, default="", allow_blank=True, help_text="A definition: its approved version."
    )
    material = CharField(
        max_length=64, required=False, default="", allow_blank=True, help_text="The material, without a definition."
    )
    quantity = DecimalField(max_digits=18, decimal_places=6)
    machine = CharField(max_length=64, required=False, default="", allow_blank=True, help_text="The machine's code.")
    operation = CharField(max_length=200, required=False, default="", allow_blank=True)
    description = CharField(max_length=200, required=False, default="", allow_blank=True)
    priority = IntegerField(required=False, default=50, min_value=0, max_value=100)
    earliest_start = DateTimeField(required=False, default=None, allow_null=True)
    due_at = DateTimeField(required=False, default=None, allow_null=True)
    limit = DecimalField(
        max_digits=18,
        decimal_places=6,
        required=False,
        default=None,
        allow_null=True,
        help_text="The most that may be reported.",
    )
    is_released = BooleanField(required=False, default=False, help_text="Release it at once.")


_EXAMPLE = OpenApiExample(
    "480 housings by Friday",
    value={
        "site": "NORTH",
        "code": "WO-24118",
        "material": "P-4420",
        "quantity": "480",
        "machine": "CNC-04",
        "due_at": "2026-04-17T14:00:00+02:00",
        "is_released": True,
    },
    request_only=True,
)


class OrderViewSet(AliasesMixin, CreateMixin, ReadOnlyViewSet):
    """Production orders."""

    noun = "order"
    includes = ("aliases",)

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "create": permissions.PLAN_WORK_REQUEST,
        "release": permissions.PLAN_WORK_REQUEST,
        "plan": permissions.PLAN_WORK_REQUEST,
        "aliases": permissions.VIEW,
        "add_alias": permissions.PLAN_WORK_REQUEST,
    }
    serializer_class = OrderSerializer
    queryset = ProductionRequest.objects.select_related(
        "site", "work_request__site", "definition", "operations_definition"
    )
    filterset_class = OrderApiFilters
    ordering_fields, ordering = ("work_request__code", "work_request__created_at"), ("-work_request__created_at",)

    def subject_of(self, row: ProductionRequest) -> WorkRequest:
        """The order on the spine, which bears the number."""
        return row.work_request

    def answer(self, instance: Any, status_code: int = 200, **headers: str) -> Response:
        """One order, with the ETag of its state on the spine."""
        return super().answer(instance, status_code, ETag=f'"v{instance.work_request.version}"', **headers)

    def get_serializer_class(self) -> type[Serializer]:
        """Acts answer with the jobs too: who gave them goes on with those."""
        return OrderWithJobsSerializer if self.action in {"create", "release"} else OrderSerializer

    @extend_schema(request=NewOrderSerializer, responses={201: OrderWithJobsSerializer}, examples=[_EXAMPLE])
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add an order with its jobs."""
        return super().create(request, *args, **kwargs)

    def validated(self, request: Request, **kwargs: Any) -> dict[str, Any]:
        return self.understood(NewOrderSerializer, request)

    def perform_create(self, actor: Actor, data: dict[str, Any]) -> ProductionRequest:
        site = active_site(data["site"])
        if site is None or not actor.may(permissions.PLAN_WORK_REQUEST, site.code):
            if site is not None and actor.may(permissions.VIEW, site.code):
                raise NotAllowed
            raise InvalidInput({"site": [_("There is no such site where you may add orders.")]})
        if bool(data["definition"]) == bool(data["material"]):
            raise InvalidInput({"material": [_("Give either a definition or a material.")]})
        return _of_definition(actor, site, data) if data["definition"] else _of_material(actor, site, data)

    @extend_schema(request=None, responses=OrderWithJobsSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:
        """Release the order and its waiting jobs to the floor."""
        actor, version = request.actor, version_sent(request)  # type: ignore[attr-defined]
        return self.answer(production_request.release(actor, int(pk), version=version, seen_by=permissions.VIEW))

    @extend_schema(request=None, responses=OrderSerializer)
    @action(detail=True, methods=["post"])
    def plan(self, request: Request, pk: str) -> Response:
        """Work out the planned times of its open jobs anew, from now on; they stand on the jobs."""
        found = self.get_object()
        planned_times.plan(request.actor, found.work_request_id)  # type: ignore[attr-defined]
        return self.answer(found)


def _of_material(actor: Actor, site: Site, data: dict[str, Any]) -> ProductionRequest:
    order = production_request.NewOrder(
        code=data["code"],
        definition=named(MaterialDefinition, site.pk, data["material"], "material"),
        quantity=data["quantity"],
        due_at=data["due_at"],
        earliest_start=data["earliest_start"],
        priority=data["priority"],
        description=data["description"],
        operation=data["operation"],
        equipment=named(Equipment, site.pk, data["machine"], "machine") if data["machine"] else None,
        limit=data["limit"],
    )
    return production_request.create(actor, site, order, is_released=data["is_released"])


def _of_definition(actor: Actor, site: Site, data: dict[str, Any]) -> ProductionRequest:
    if data["operation"] or data["limit"] is not None:
        raise InvalidInput({"definition": [_("Operation and limit come from the definition. Leave them out.")]})
    new = batch.NewBatch(
        code=data["code"],
        quantity=data["quantity"],
        due_at=data["due_at"],
        earliest_start=data["earliest_start"],
        priority=data["priority"],
        description=data["description"],
        equipment=named(Equipment, site.pk, data["machine"], "machine") if data["machine"] else None,
    )
    try:
        return batch.create(actor, site, data["definition"], new, is_released=data["is_released"])
    except NotFound as missing:
        raise InvalidInput({"definition": [missing.sentence]}) from missing
