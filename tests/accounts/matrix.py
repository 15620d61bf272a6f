"""What the permission matrix walks: every route of the API, and one row of each of its models at a given site."""

import itertools
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError
from django.urls import URLPattern, get_resolver
from rest_framework.viewsets import ViewSetMixin

from analytics.models import AlertRule
from mom.accounts.models import Badge, Device, Membership, Role, Site, User
from mom.core import clock
from mom.core.models import AuditEntry, WebhookEndpoint
from mom.core.testing import acting
from mom.plant.models import BusinessPartner, MaterialSublot, Shift
from mom.work.models import JobResponse, LabourEntry
from production.models import StepAnswer
from tests.factories.alerts import make_alert, make_step, make_team, make_turn
from tests.factories.counts import make_count, make_hold, make_move_job
from tests.factories.erp import make_table
from tests.factories.files import make_confirmation, make_document, make_file, make_note, make_version
from tests.factories.floor import make_archived_day, make_meaning, make_stop
from tests.factories.known import make_alias, make_definition, make_ideal_cycle, make_range, make_rate, make_value
from tests.factories.maintenance import make_due_date, make_job_plan
from tests.factories.maintenance import make_job as make_maintenance_job
from tests.factories.maintenance import make_plan as make_maintenance_plan
from tests.factories.maintenance import make_request as make_maintenance_request
from tests.factories.messages_in import make_gap, make_history_load, make_message, make_waiting
from tests.factories.plant import make_equipment, make_person
from tests.factories.quality import make_chart, make_inspection, make_nonconformance, make_plan, make_sample
from tests.factories.signatures import make_approval, make_gate_override, make_rule, make_signature
from tests.factories.stock import make_reservation
from tests.factories.targets import make_reckoning, make_target

# Model label -> a new row of it at that site, where made-up values for its compulsory fields will not do.
SAMPLES: dict[str, Callable[[Site], Any]] = {
    "core.TaskRun": make_history_load,
    "core.AuditEntry": lambda site: audited(site),
    "accounts.Signature": make_signature,
    "accounts.Approval": make_approval,
    "accounts.ApprovalPolicy": make_rule,
    "core.Delivery": lambda site: sample_delivery(site),
    "core.PrintJob": lambda site: sample_print_job(site),
    "core.Printer": lambda site: sample_print_job(site).printer,
    "core.LabelTemplate": lambda site: sample_print_job(site).template.template,
    "core.WebhookEndpoint": lambda site: WebhookEndpoint.objects.create(
        site=site.code, name=f"ERP {next(_numbers)}", url="https://erp.example.com/", secret="-", created_at=clock.now()
    ),
    "erp.TableImport": make_table,
    "accounts.Site": lambda site: site,
    "core.PropertyDefinition": make_definition,
    "core.PropertyValue": make_value,
    "core.Alias": make_alias,
    "core.NumberRange": make_range,
    "plant.Rate": make_rate,
    "production.IdealCycle": make_ideal_cycle,
    "production.StepAnswer": lambda site: made_up(StepAnswer, site, text="yes"),
    "inventory.CycleCount": make_count,
    "inventory.LotHold": make_hold,
    "inventory.StockReservation": make_reservation,
    "inventory.StockTransfer": make_move_job,
    "maintenance.MaintenanceRequest": lambda site: make_maintenance_request(make_equipment(site)),
    "maintenance.MaintenanceJob": lambda site: make_maintenance_job(make_equipment(site)),
    "maintenance.MaintenancePlan": lambda site: make_maintenance_plan(make_equipment(site)),
    "maintenance.PlanOccurrence": make_due_date,
    "maintenance.JobPlanVersion": lambda site: make_job_plan(site).versions.get(),
    "work.GateOverride": make_gate_override,
    "quality.Characteristic": lambda site: make_plan(
        site, f"CP-{next(_numbers)}", is_approved=False
    ).characteristics.first(),
    "quality.ControlChart": make_chart,
    "quality.ControlPlan": lambda site: make_plan(site, f"CP-{next(_numbers)}", is_approved=False),
    "quality.Inspection": make_inspection,
    "quality.Nonconformance": make_nonconformance,
    "quality.Sample": make_sample,
    "analytics.KpiTarget": make_target,
    "analytics.Reckoning": make_reckoning,
    "floor.ArchivedDay": make_archived_day,
    "floor.FloorMessage": make_message,
    "floor.MessageGap": make_gap,
    "floor.QuarantinedMessage": make_waiting,
    "floor.StateMapping": make_meaning,
    "floor.Stop": make_stop,
    "accounts.Badge": lambda site: badge_at(site),
    "accounts.Device": lambda site: made_up(Device, site, auto_lock_seconds=300),
    "core.Attachment": lambda site: make_file(make_equipment(site), site),
    "core.Note": lambda site: make_note(make_equipment(site), site),
    "plant.DocumentVersion": lambda site: make_version(make_document(site)),
    "plant.ReadConfirmation": lambda site: make_confirmation(make_version(make_document(site)), make_person(site)),
    "plant.BusinessPartner": lambda site: BusinessPartner.objects.create(site=site, code="ACME", is_customer=True),
    "plant.Shift": lambda site: made_up(Shift, site, weekdays=[1], starts_at=time(6), ends_at=time(14)),
    "plant.MaterialSublot": lambda site: made_up(MaterialSublot, site, kind="serial"),
    "work.Alert": lambda site: make_alert(site, f"Alert {next(_numbers)}"),
    "work.RotaEntry": lambda site: make_turn(
        make_team(site), make_person(site), clock.now(), clock.now() + timedelta(hours=1)
    ),
    "work.EscalationStep": lambda site: make_step(make_team(site)),
    "analytics.AlertRule": lambda site: made_up(AlertRule, site, subject="state", state="down"),
    "work.JobResponse": lambda site: made_up(JobResponse, site, is_stop=True),
    "work.LabourEntry": lambda site: made_up(LabourEntry, site, job_response=made_up(JobResponse, site)),
}
_numbers = itertools.count(1)


def badge_at(site: Site) -> Badge:
    """A badge of a person of that site."""
    number = next(_numbers)
    user = User.objects.create(username=f"holder{number}", display_name=f"Holder {number}")
    role = Role.objects.create(code=f"holder_{number}", name="Holder", permissions=["work.view"])
    Membership.objects.create(user=user, role=role, site=site)
    return Badge.objects.create(user=user, code=f"NPW-{number:05}", issued_at=clock.now())


def sample_delivery(site: Site) -> Any:
    """An e-mail that needs a person."""
    from mom.core.delivery import deliver_email
    from mom.core.models import Delivery

    with acting() as act:
        sent = deliver_email(act, "ann@example.com", "Late", "Order 1 is late.", f"k{next(_numbers)}", site=site.code)
    Delivery.objects.filter(pk=sent.pk).update(state="dead", ended_at=clock.now())
    return sent


def sample_print_job(site: Site) -> Any:
    """A label of a lot, queued."""
    from mom.core.labels import LabelSubject, printing, templates
    from mom.core.models import LabelTemplateVersion, Printer

    with acting() as act:
        look = templates.Look(60, 30, [{"type": "text", "x": 1, "y": 1, "width": 50, "size": 4, "text": "{code}"}])
        name = f"Label {next(_numbers)}"
        row = templates.add(act, site.code, noun="lot", name=name, look=look)
        printer = Printer.objects.create(site=site.code, name=name, host="127.0.0.1", created_at=clock.now())
        version = LabelTemplateVersion.objects.get(template=row)
        subject = LabelSubject("1", "L-1", "", {"code": "L-1"})
        return printing._queue(act, printer, version, "lot", subject, 1)


@dataclass(frozen=True)
class Route:
    """One method of one address of the API."""

    path: str
    method: str
    action: str
    view: Any

    @property
    def permission(self) -> str:
        return str(self.view.required_perms.get(self.action, ""))

    @property
    def is_detail(self) -> bool:
        return "{" in self.path

    @property
    def model(self) -> Any:
        queryset = getattr(self.view, "queryset", None)
        return None if queryset is None else queryset.model

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    def address(self, value: object) -> str:
        """The path with the row's key in it."""
        head, _brace, rest = self.path.partition("{")
        return f"{head}{value}{rest.partition('}')[2]}" if self.is_detail else self.path


def routes() -> list[Route]:
    """Every route that stands on a viewset; the public ones (`public_because`) stand on none."""
    return sorted(_walk(get_resolver("mom.core.api.urls").url_patterns), key=str)


def _walk(patterns: list[Any], before: str = "") -> Iterator[Route]:
    for pattern in patterns:
        if not isinstance(pattern, URLPattern):
            yield from _walk(pattern.url_patterns, before + str(pattern.pattern))
            continue
        actions: Mapping[str, str] = getattr(pattern.callback, "actions", None) or {}
        view = getattr(pattern.callback, "cls", None)
        if not (isinstance(view, type) and issubclass(view, ViewSetMixin)):
            continue
        for method, action in actions.items():
            if method != "head":
                yield Route(_readable(before + str(pattern.pattern).removeprefix("^")), method, action, view)


def _readable(regex: str) -> str:
    """`^accounts/sites/(?P<pk>[^/]{1,200})/?$` as `/api/v1/accounts/sites/{pk}/`."""
    text, out = regex.removeprefix("^").removesuffix("/?$"), ""
    while "(?P<" in text:
        head, _mark, rest = text.partition("(?P<")
        name, _end, rest = rest.partition(">")
        depth = 1
        for index, letter in enumerate(rest):
            depth += {"(": 1, ")": -1}.get(letter, 0)
            if depth == 0:
                text = rest[index + 1 :]
                break
        out += f"{head}{{{name}}}"
    return f"/api/v1/{out}{text}/"


def audited(site: Site) -> AuditEntry:
    """An act at the site, in its audit trail."""
    with acting() as act:
        act.record("tests.done", subject=site, site=site.code)
    return AuditEntry.objects.latest("pk")


def sample(route: Route, site: Site) -> Any:
    """A row at that site. Raises: AssertionError for a model that needs a sample of its own."""
    label = route.model._meta.label
    try:
        # Factories of maintenance go through its use cases, each a transaction of its own.
        with nullcontext() if label.startswith("maintenance.") else acting():
            return SAMPLES.get(label, lambda at: made_up(route.model, at))(site)
    except (IntegrityError, ValueError, TypeError) as error:
        raise AssertionError(
            f"{route}: add a row of {label} to SAMPLES in tests/accounts/matrix.py ({error})."
        ) from error


def made_up(model: Any, site: Site, **given: Any) -> Any:
    """A row with something in each compulsory field, and rows of the same site behind its compulsory references."""
    fields = [field for field in model._meta.concrete_fields if _is_compulsory(field) and field.name not in given]
    return model.objects.create(**{field.name: _value(field, site) for field in fields}, **given)


def _is_compulsory(field: Any) -> bool:
    is_given = field.has_default() or field.has_db_default() or field.auto_created or getattr(field, "auto_now", False)
    return not (
        field.null or is_given or getattr(field, "auto_now_add", False) or (field.blank and field.empty_strings_allowed)
    )


def _value(field: Any, site: Site) -> Any:
    """Something that the field takes; 1 where nothing is known about its kind."""
    if field.is_relation:
        return site if field.related_model is Site else made_up(field.related_model, site)
    if field.choices:
        return field.flatchoices[0][0]
    return {
        "CharField": lambda: f"X{next(_numbers)}",
        "TextField": lambda: "text",
        "UnitField": lambda: "C62",
        "DateTimeField": clock.now,
        "DateField": lambda: clock.now().date(),
        "TimeField": lambda: clock.now().time(),
        "DecimalField": lambda: Decimal(1),
        "QuantityField": lambda: Decimal(1),
        "DurationField": lambda: timedelta(minutes=1),
        "UUIDField": uuid.uuid4,
        "BooleanField": lambda: False,
        "BinaryField": lambda: b"x",
        "JSONField": dict,
    }.get(type(field).__name__, lambda: 1)()
