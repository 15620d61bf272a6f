"""What is made of a production job, in the API: split, finished early, reworked, replaced."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core.api.serializers import CharField, DecimalField, DurationField, IntegerField, Serializer
from mom.core.api.viewsets import RetrieveMixin, SiteScopedViewSet
from mom.core.errors import NotFound
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import Equipment, Reason
from mom.work import permissions
from mom.work.api.job_order import OUTPUTS, JobOrderSerializer
from mom.work.api.naming import named
from mom.work.api.versions import IF_MATCH, version_sent
from mom.work.engine.terms import OperationsType
from mom.work.models import JobOrder
from production.engine.job_changes import Rest
from production.services import job_change


def _quantity(**more: Any) -> DecimalField:
    return DecimalField(max_digits=18, decimal_places=6, **more)


class SplitJobSerializer(Serializer):
    """How much goes to the new job, in the unit of what the job makes, and where it runs."""

    quantity = _quantity()
    machine = CharField(max_length=64, required=False, default="", allow_blank=True, help_text="Blank: the same.")
    reason = CharField(max_length=200, required=False, default="", allow_blank=True)


class FinishEarlySerializer(Serializer):
    """What becomes of the pieces that were not made."""

    rest = drf.ChoiceField(
        choices=[rest.value for rest in Rest], help_text="new_job: they get a job; short: they do not."
    )
    reason = CharField(max_length=200, required=False, default="", allow_blank=True)


class ReworkJobSerializer(Serializer):
    """Pieces that were reported as rework or review, and what is done with them."""

    quantity = _quantity()
    reason = CharField(max_length=200)
    operation = CharField(max_length=200, required=False, default="", allow_blank=True)
    machine = CharField(max_length=64, required=False, default="", allow_blank=True, help_text="Blank: the same.")
    duration = DurationField(required=False, default=None, allow_null=True, help_text="Working time, as PT45M.")
    reference = CharField(
        max_length=64, required=False, default="", allow_blank=True, help_text="What asks for it: a nonconformance."
    )


class ReplaceJobSerializer(Serializer):
    """A job that failed: what is lost with it, and what is made again."""

    reason = CharField(max_length=200)
    scrap = _quantity(required=False, default=0, min_value=0, help_text="Lost pieces that nobody reported yet.")
    scrap_reason = CharField(max_length=64, required=False, default="", allow_blank=True, help_text="Its code.")
    quantity = _quantity(required=False, default=None, allow_null=True, help_text="null: all that are missing.")
    from_sequence = IntegerField(
        required=False,
        default=None,
        allow_null=True,
        min_value=0,
        help_text="The first operation that the new pieces go through; null: only that of the job.",
    )


class FinishedEarlySerializer(Serializer):
    """The finished job, the job for the rest, and how much it is short."""

    job = JobOrderSerializer()
    rest_job = JobOrderSerializer(allow_null=True)
    short = _quantity()


_SPLIT = OpenApiExample("40 to another machine", value={"quantity": "40", "machine": "CNC-05"}, request_only=True)
_REPLACE = OpenApiExample(
    "Four lost, made again from turning on",
    value={"reason": "Clamp broke", "scrap": "4", "from_sequence": 10},
    request_only=True,
)


class JobChangeViewSet(RetrieveMixin, SiteScopedViewSet):
    """Production jobs, and what may be made of them. Their commands are those of `work/job-orders`."""

    version_says_all = False  # what was reported
    required_perms = {
        "retrieve": permissions.VIEW,
        "split": permissions.DISPATCH_JOB_ORDER,
        "finish_early": permissions.EXECUTE_JOB_ORDER,
        "rework": permissions.DISPATCH_JOB_ORDER,
        "replace": permissions.DISPATCH_JOB_ORDER,
    }
    serializer_class = JobOrderSerializer
    queryset = (
        JobOrder.objects.filter(operations_type=OperationsType.PRODUCTION)
        .select_related("site", "work_request", "equipment")
        .prefetch_related(OUTPUTS)
    )

    def asked_for(self, request: Request, serializer: type[Serializer]) -> tuple[JobOrder, dict[str, Any]]:
        """The job at this address and what was sent. Raises: NotFound, PermissionDenied, ValidationError."""
        job: JobOrder | None = self.get_queryset().prefetch_related(None).filter(pk=self.kwargs["pk"]).first()
        if job is None:
            raise NotFound
        self.check_object_permissions(request, job)
        body = serializer(data=request.data)
        body.is_valid(raise_exception=True)
        return job, dict(body.validated_data)

    def shown(self, keys: list[int]) -> list[JobOrder]:
        """Jobs as they are now, in that order."""
        rows = {job.pk: job for job in self.queryset.filter(pk__in=keys).order_by("pk")}
        return [rows[key] for key in keys]

    @extend_schema(
        request=SplitJobSerializer, responses={201: JobOrderSerializer}, parameters=[IF_MATCH], examples=[_SPLIT]
    )
    @action(detail=True, methods=["post"])
    def split(self, request: Request, pk: str) -> Response:
        """Take a quantity out of the job into a new one; both make what was ordered. Answers with the new job."""
        job, sent = self.asked_for(request, SplitJobSerializer)
        made = job_change.split(
            request.actor,  # type: ignore[attr-defined]
            job.pk,
            sent["quantity"],
            equipment=_machine(job, sent),
            reason=sent["reason"],
            version=version_sent(request),
        )
        return self.answer(self.shown([made.pk])[0], 201)

    @extend_schema(request=FinishEarlySerializer, responses=FinishedEarlySerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"], url_path="finish-early")
    def finish_early(self, request: Request, pk: str) -> Response:
        """Finish a job that made fewer than ordered: the rest gets a job of its own, or the job ends short."""
        job, sent = self.asked_for(request, FinishEarlySerializer)
        done = job_change.finish_early(
            request.actor,  # type: ignore[attr-defined]
            job.pk,
            Rest(sent["rest"]),
            reason=sent["reason"],
            version=version_sent(request),
        )
        jobs = self.shown([done.job.pk, *([done.rest_job.pk] if done.rest_job else [])])
        body = {"job": jobs[0], "rest_job": jobs[1] if done.rest_job else None, "short": done.short}
        return Response(FinishedEarlySerializer(body).data)

    @extend_schema(request=ReworkJobSerializer, responses={201: JobOrderSerializer}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def rework(self, request: Request, pk: str) -> Response:
        """Make a job for pieces reported as rework or review; what comes next waits for it."""
        job, sent = self.asked_for(request, ReworkJobSerializer)
        wish = job_change.Rework(
            sent["quantity"], sent["operation"], _machine(job, sent), sent["duration"], sent["reference"]
        )
        actor, version = request.actor, version_sent(request)  # type: ignore[attr-defined]
        made = job_change.rework(actor, job.pk, wish, reason=sent["reason"], version=version)
        return self.answer(self.shown([made.pk])[0], 201)

    @extend_schema(
        request=ReplaceJobSerializer,
        responses={201: JobOrderSerializer(many=True)},
        parameters=[IF_MATCH],
        examples=[_REPLACE],
    )
    @action(detail=True, methods=["post"])
    def replace(self, request: Request, pk: str) -> Response:
        """A job failed: what is lost is scrap, the job ends, and the missing pieces get jobs. Answers with those."""
        job, sent = self.asked_for(request, ReplaceJobSerializer)
        why = sent["scrap_reason"]
        failure = job_change.Failure(
            scrap=sent["scrap"],
            scrap_reason=named(Reason, job.site_id, why, "scrap_reason", kind=ReasonKind.SCRAP) if why else None,
            quantity=sent["quantity"],
            from_sequence=sent["from_sequence"],
        )
        actor, version = request.actor, version_sent(request)  # type: ignore[attr-defined]
        made = job_change.replace(actor, job.pk, failure, reason=sent["reason"], version=version)
        jobs = self.shown([each.pk for each in made])
        return Response(JobOrderSerializer(jobs, many=True).data, status=201)


def _machine(job: JobOrder, sent: dict[str, Any]) -> Equipment | None:
    return named(Equipment, job.site_id, sent["machine"], "machine") if sent["machine"] else None
