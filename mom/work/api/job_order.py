"""Jobs in the API: read, asked whether they can start, given commands, reported on."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers as drf
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core import clock
from mom.core.api.serializers import (
    CharField,
    DateTimeField,
    DecimalField,
    IntegerField,
    ModelSerializer,
    Serializer,
    UUIDField,
)
from mom.core.api.subjects import BOTH, AliasesMixin, PropertiesMixin, perms
from mom.core.api.viewsets import ReadOnlyViewSet
from mom.core.db.prepared import Prepared
from mom.core.errors import InvalidInput, NotFound
from mom.plant.models import Person
from mom.work import gate, permissions
from mom.work.api.naming import named
from mom.work.api.quantity_report import NewReportsSerializer, QuantityReportSerializer, report_rows, reported_lines
from mom.work.api.versions import IF_MATCH, version_sent
from mom.work.engine.terms import OUTPUT_USES, JobOrderCommand
from mom.work.filters import JobOrderFilters
from mom.work.models import JobOrder, JobRequirement
from mom.work.models.labels import GATE_LEVEL, JOB_ORDER_COMMAND
from mom.work.services import act_undo, quantity_report, running_job
from mom.work.services import job_order as job_orders


class OutputSerializer(Serializer):
    """What a job makes and the sums of its ledger; 0 until something is reported."""

    id = IntegerField()
    material = CharField(source="definition.code")
    use = CharField(source="material_use")
    quantity = DecimalField(max_digits=18, decimal_places=6, allow_null=True, help_text="null: nobody said how much.")
    unit = CharField()
    good = DecimalField(source="total.good", max_digits=18, decimal_places=6, default=Decimal(0))
    scrap = DecimalField(source="total.scrap", max_digits=18, decimal_places=6, default=Decimal(0))
    rework = DecimalField(source="total.rework", max_digits=18, decimal_places=6, default=Decimal(0))
    review = DecimalField(source="total.review", max_digits=18, decimal_places=6, default=Decimal(0))


class JobOrderSerializer(ModelSerializer):
    """A job: where, what, in which state, and what it made so far."""

    site = CharField(source="site.code", read_only=True)
    order = CharField(source="work_request.code", read_only=True, help_text="The order's number.")
    machine = drf.CharField(source="equipment.code", read_only=True, allow_null=True, default=None)
    outputs = OutputSerializer(many=True, read_only=True)

    class Meta:
        model = JobOrder
        fields = (
            "id", "site", "code", "order", "work_request", "operations_type", "operation", "sequence", "status",
            "priority", "machine", "equipment", "earliest_start", "latest_end", "planned_start", "planned_end",
            "setup_duration", "run_duration", "origin", "origin_job", "replaces", "outputs", "version", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class CommandSerializer(Serializer):
    """Who (start, resume), why (hold, abort, cancel), and a key of the act's own where the asker has one."""

    person = CharField(max_length=64, required=False, default="", allow_blank=True, help_text="The person's code.")
    reason = CharField(max_length=200, required=False, default="", allow_blank=True)
    op_uuid = UUIDField(required=False, default=None, allow_null=True, help_text="Key of the work that begins.")
    occurred_at = DateTimeField(
        required=False, default=None, allow_null=True, help_text="When it happened. Without it now."
    )


class UndoActSerializer(Serializer):
    """Who started, paused or resumed the job takes that back, without a reason."""

    op_uuid = UUIDField(help_text="Made where it was undone; the same key counts once for ever.")
    act = UUIDField(
        required=False,
        default=None,
        allow_null=True,
        help_text="`op_uuid` of the command to undo. Without it the last.",
    )
    occurred_at = DateTimeField(
        required=False, default=None, allow_null=True, help_text="When it was undone. Without it now."
    )


class BlockerSerializer(Serializer):
    """One thing in the way of a start: `block` forbids it, `warn` only tells."""

    source = CharField(help_text="Who says so: a name from `gate-rules/sources/`; empty for the job's own state.")
    level = drf.ChoiceField(choices=GATE_LEVEL.choices)
    code = CharField()
    sentence = CharField()
    subject = CharField()
    cleared_by = CharField()
    clears_at = drf.DateTimeField(allow_null=True)
    overridden_by = CharField(help_text="Who signed that it counts no more; empty where it counts.")


class CanStartSerializer(Serializer):
    """Whether the job can start now, and everything that stands in its way or is worth knowing before."""

    can_start = drf.BooleanField()
    blockers = BlockerSerializer(many=True)


_START = OpenApiExample("In the name of a person", value={"person": "ID4882"}, request_only=True)
_REPORT = OpenApiExample(
    "Good and scrap",
    value={
        "op_uuid": "0b8f7f7e-5a0e-4b63-9a1c-3f6f0c1f2a10",
        "person": "ID4882",
        "lines": [{"kind": "good", "quantity": "12"}, {"kind": "scrap", "quantity": "1", "note": "Burr on bore"}],
    },
    request_only=True,
)


_MADE = (
    JobRequirement.objects.filter(material_use__in=OUTPUT_USES)
    .select_related("definition", "total")
    .order_by("position", "id")
)
OUTPUTS = Prefetch("requirements", _MADE, to_attr="outputs")
_OUTPUTS_OF = Prepared(lambda job: _MADE.filter(job_order=job))


class JobOrderViewSet(PropertiesMixin, AliasesMixin, ReadOnlyViewSet):
    """Jobs of all four domains."""

    version_says_all = False  # what was reported
    noun = "job"
    includes = BOTH

    required_perms = {
        "list": permissions.VIEW,
        "retrieve": permissions.VIEW,
        "can_start": permissions.VIEW,
        "quantity_reports": permissions.EXECUTE_JOB_ORDER,
        **dict.fromkeys(("begin_setup", "begin_production", "join", "leave", "undo"), permissions.EXECUTE_JOB_ORDER),
        **perms(permissions.VIEW, permissions.DISPATCH_JOB_ORDER),
        **{command.value: right for command, right in permissions.PERMISSION_FOR.items()},
    }
    serializer_class = JobOrderSerializer
    queryset = JobOrder.objects.select_related("site", "work_request", "equipment").prefetch_related(OUTPUTS)
    filterset_class = JobOrderFilters
    ordering_fields, ordering = ("code", "created_at", "planned_start", "latest_end", "priority"), ("-created_at",)

    def known_parameters(self) -> set[str]:
        return {"person"} if self.action == "can_start" else super().known_parameters()

    def asked_for(self) -> JobOrder:
        """The job at this address, to be commanded: without what it makes. Raises: NotFound, PermissionDenied."""
        rows = self.get_queryset().prefetch_related(None).filter(pk=self.kwargs["pk"])
        job: JobOrder | None = rows.order_by("pk").first()
        if job is None:
            raise NotFound
        self.check_object_permissions(self.request, job)
        return job

    def moved(self, job: JobOrder) -> Response:
        """A job that a command gave back, with what it made."""
        made = job.told_outputs
        job.outputs = _OUTPUTS_OF.rows(job=job.pk) if made is None else made  # type: ignore[attr-defined]
        return self.answer(job)

    @extend_schema(
        responses=CanStartSerializer,
        parameters=[OpenApiParameter("person", str, description="Who is to begin, by code: skills and reading too.")],
    )
    @action(detail=True, methods=["get"], url_path="can-start")
    def can_start(self, request: Request, pk: str) -> Response:
        """All that stands in the way of a start at once, from every source; the state of the job is one of it."""
        job = self.asked_for()
        code = request.query_params.get("person", "")
        person = self._asked_about(job, code) if code else None
        found = [*gate.state_blockers(job), *gate.in_the_way(job, clock.now(), person)]
        body = {"can_start": not any(each.forbids for each in found), "blockers": found}
        return Response(CanStartSerializer(body).data)

    def _asked_about(self, job: JobOrder, code: str) -> Person:
        """Who a question names. Raises: InvalidInput, of a wrong parameter."""
        try:
            return named(Person, job.site_id, code, "person")
        except InvalidInput as wrong:
            raise InvalidInput(wrong.fields, status=400) from wrong

    @extend_schema(
        request=NewReportsSerializer, responses={201: QuantityReportSerializer(many=True)}, examples=[_REPORT]
    )
    @action(detail=True, methods=["post"], url_path="quantity-reports")
    def quantity_reports(self, request: Request, pk: str) -> Response:
        """Add good, scrap, rework and review to the ledger of an output. The same `op_uuid` counts once for ever."""
        job = self.asked_for()
        body = NewReportsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        sent = body.validated_data
        reports = quantity_report.report(
            request.actor,  # type: ignore[attr-defined]
            job.pk,
            reported_lines(job.site_id, sent["lines"]),
            op_uuid=sent["op_uuid"],
            output_id=sent["output"],
            occurred_at=sent["occurred_at"],
            person=named(Person, job.site_id, sent["person"], "person") if sent["person"] else None,
        )
        rows = report_rows([report.pk for report in reports])
        return Response(QuantityReportSerializer(rows, many=True).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=UndoActSerializer, responses=JobOrderSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Undo one's own start, pause or resume within ten minutes, while nothing followed from it. Once only."""
        sent = self.understood(UndoActSerializer, request)
        undone = act_undo.undo(
            request.actor,  # type: ignore[attr-defined]
            int(pk),
            op_uuid=sent["op_uuid"],
            act_key=sent["act"],
            at=sent["occurred_at"],
            seen_by=permissions.VIEW,
        )
        return self.moved(undone)


def _command(asked: JobOrderCommand) -> Callable[..., Response]:
    """The address of one command: each declares its own right, as the door demands."""

    def give(self: JobOrderViewSet, request: Request, **_address: str) -> Response:
        sent = self.understood(CommandSerializer, request)
        moved = job_orders.command(
            request.actor,  # type: ignore[attr-defined]
            int(self.kwargs["pk"]),
            asked,
            reason=sent["reason"],
            person=named(Person, self.asked_for().site_id, sent["person"], "person") if sent["person"] else None,
            version=version_sent(request),
            op_uuid=sent["op_uuid"],
            seen_by=permissions.VIEW,
            at=sent["occurred_at"],
        )
        return self.moved(moved)

    give.__name__ = asked.value
    give.__doc__ = f"{JOB_ORDER_COMMAND.label(asked)} the job."
    documented: Any = extend_schema(
        request=CommandSerializer,
        responses=JobOrderSerializer,
        parameters=[IF_MATCH],
        examples=[_START] if asked in {JobOrderCommand.START, JobOrderCommand.RESUME} else [],
    )(give)
    found: Callable[..., Response] = action(detail=True, methods=["post"], url_path=asked.value)(documented)
    return found


def _running(act: str, words: str) -> Callable[..., Response]:
    """The address of one act on a running job."""

    def do(self: JobOrderViewSet, request: Request, **_address: str) -> Response:
        job = self.asked_for()
        body = CommandSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        sent, actor = body.validated_data, request.actor  # type: ignore[attr-defined]
        person = named(Person, job.site_id, sent["person"], "person") if sent["person"] else None
        key, at = sent["op_uuid"] or uuid.uuid4(), sent["occurred_at"]
        if act == "begin_setup":
            running_job.begin_setup(actor, job.pk, person=person, op_uuid=key, at=at)
        elif act == "begin_production":
            running_job.begin_production(actor, job.pk, person=person, op_uuid=key, at=at)
        elif person is None:
            raise InvalidInput({"person": [_("Say who.")]})
        elif act == "join":
            running_job.join(actor, job.pk, person, op_uuid=key, at=at)
        else:
            running_job.leave(actor, job.pk, person, at=at)
        return self.answer(self.get_object())

    do.__name__ = act
    do.__doc__ = words
    documented: Any = extend_schema(request=CommandSerializer, responses=JobOrderSerializer)(do)
    found: Callable[..., Response] = action(detail=True, methods=["post"], url_path=act.replace("_", "-"))(documented)
    return found


for _act, _words in (
    ("begin_setup", "Set up for the job: a ready one starts with it."),
    ("begin_production", "Produce: ends setup or a stop."),
    ("join", "A person works on the running job too."),
    ("leave", "A person stops working on it; the job goes on."),
):
    setattr(JobOrderViewSet, _act, _running(_act, _words))

for _asked in JobOrderCommand:
    setattr(JobOrderViewSet, _asked.value, _command(_asked))
