"""Every POST, PATCH and DELETE of the API with a body that is taken, and the main acts of the pages."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from mom.accounts.selectors import actor_for_user
from mom.core import clock
from mom.core.models import TaskRun
from mom.erp.selectors.mapping import mapping_list
from mom.plant.views.nouns import NOUNS
from mom.work.engine.terms import JobOrderCommand, QuantityKind, WorkRequestCommand
from mom.work.models import JobOrder
from mom.work.services import quantity_report, work_request_command
from mom.work.services.quantity_report import Reported
from tests.accounts.matrix import Route, routes
from tests.costs import (
    grown_alerts,
    grown_devices,
    grown_files,
    grown_known,
    grown_maintenance,
    grown_messages,
    grown_production,
    grown_quality,
    grown_stock,
    grown_stops,
)
from tests.costs.addresses import address_of, rows_of
from tests.costs.grown_plant import MAPPING, SYSTEM, GrownPlant
from tests.factories.erp import make_table
from tests.factories.work import give, job_of, make_order

Act = Callable[[Client], Any]
Prepare = Callable[[GrownPlant], Act]
# What a job went through before the command; it is released with its order.
BEFORE: dict[str, tuple[str, ...]] = {
    "release": ("revoke",),
    "pause": ("start",),
    "hold": ("start",),
    "resume": ("start", "pause"),
    "finish": ("start",),
    "close": ("start", "finish"),
    "abort": ("start",),
}
BEFORE |= dict.fromkeys(RUNNING := ("begin_setup", "begin_production", "join", "leave"), ("start",))
WHY, DAY = {"reason": "Not wanted"}, "2026-12-01"


def monday() -> str:
    """The last Monday: the shifts of the growing plant are on Mondays."""
    today = clock.now().date()
    return (today - timedelta(days=today.weekday())).isoformat()


BODIES: dict[str, Callable[[GrownPlant], dict[str, Any]]] = {
    "plant/assets": lambda _plant: {"kind": "tool"},
    "plant/documents": lambda _plant: {"kind": "sop"},
    "plant/equipment": lambda plant: {"level": "work_unit", "parent": plant.area.pk},
    "plant/lots": lambda plant: {"definition": plant.material.pk},
    "plant/materials": lambda _plant: {"unit": "C62"},
    "plant/partners": lambda _plant: {"is_customer": True},
    "plant/reasons": lambda _plant: {"kind": "stop"},
    "plant/sublots": lambda plant: {"definition": plant.material.pk, "kind": "serial", "code": "SN-1"},
    "plant/qualifications": lambda plant: {
        "person": plant.person.pk, "personnel_class": plant.skill.pk, "valid_from": DAY,
    },
    "plant/shifts": lambda plant: {
        "calendar": plant.calendar.pk,
        "code": "LATE",
        "name": "Late",
        "starts_at": "14:00:00",
        "ends_at": "22:00:00",
        "weekdays": [1, 2],
    },
    "plant/qualifications/end": lambda _plant: {"valid_until": DAY},
    "plant/shifts/end": lambda _plant: {"valid_until": DAY},
    "plant/reasons/classify": lambda _plant: {"time_class": "down", "loss_class": "none"},
    "production/orders": lambda plant: {
        "material": plant.material.code,
        "machine": plant.machine.code,
        "quantity": "10",
        "is_released": True,
    },
    "work/stops": lambda plant: {"op_uuid": str(uuid.uuid4()), "machine": plant.machine.code},
    "work/stops/end": lambda _plant: {},
    "work/stops/explain": lambda plant: {"op_uuid": str(uuid.uuid4()), "reason": plant.reason.code},
    "work/quantity-reports/reverse": lambda _plant: {"op_uuid": str(uuid.uuid4()), "reason": "Typed twice"},
}  # fmt: skip
WITHOUT_SITE = {"plant/qualifications", "plant/shifts", "plant/sublots"}  # it is that of what they belong to


def new_job(plant: GrownPlant, command: str) -> JobOrder:
    """A job that may be given the command."""
    give(plant.late_job, "pause")  # it held the machine
    job = job_of(make_order(plant.site, f"FOR-{command}", material=plant.material, machine=plant.new_machine))
    give(job, *BEFORE.get(command, ()), person=plant.person)
    return JobOrder.objects.get(pk=job.pk)


def sent(method: str, address: str, body: Any, **headers: str) -> Act:
    """One request of a program, with a key of its own."""
    keyed = {"Idempotency-Key": str(uuid.uuid4()), **headers}
    return lambda client: getattr(client, method)(address, body, content_type="application/json", headers=keyed)


def api_act(route: Route, plant: GrownPlant) -> Act:
    """The request for a route, everything that it needs being there."""
    resource = route.path.removeprefix("/api/v1/").partition("/{")[0].strip("/")
    address = address_of(route, plant)
    of_parts = (
        grown_known.act_of(route, plant.known, address),
        grown_production.act_of(route, plant),
        grown_stock.act_of(route, plant.stock),
        grown_quality.act_of(route, plant.quality),
        grown_maintenance.act_of(route, plant.maintenance),
        grown_messages.act_of(route, plant.messages),
        grown_stops.act_of(route, plant.stops),
        grown_alerts.act_of(route, plant.alerts, address),
        grown_devices.act_of(route, plant.devices),
    )
    if any(of_parts):
        return next(filter(None, of_parts))
    if resource in {"work/job-orders", "work/work-requests"}:
        return _command(route, plant, resource)
    if f"{resource}/{route.action}" in grown_files.SPECIAL:
        return grown_files.SPECIAL[f"{resource}/{route.action}"](route, plant.files)
    special = SPECIAL.get(f"{resource}/{route.action}")
    if special:
        return special(route, plant)
    if route.method == "patch":
        row = rows_of(plant)[resource]
        row.refresh_from_db()
        return sent("patch", address, {_changed(row): "Changed"}, **{"If-Match": f'"v{row.version}"'})
    body: dict[str, Any] = {"site": plant.site.code, "code": "NEW-CODE"}
    if route.is_detail:
        body = BODIES[f"{resource}/{route.action}"](plant)
    elif resource in WITHOUT_SITE:
        body = BODIES[resource](plant)
    elif resource in BODIES:
        body |= BODIES[resource](plant)
    return sent("post", address, body)


def _changed(row: Any) -> str:
    return "name" if any(field.name == "name" for field in row._meta.fields) else "supplier_lot"


def _command(route: Route, plant: GrownPlant, resource: str) -> Act:
    """A command to a job, or to an order of one job; a report on a job that runs."""
    name = {"quantity_reports": "finish", "undo": "start"}.get(route.action, route.action)
    if resource == "work/job-orders":
        job = new_job(plant, name)
        if route.action == "undo":
            give(job, "start", actor=actor_for_user(plant.user), person=plant.person)
            return sent("post", route.address(job.pk), {"op_uuid": str(uuid.uuid4())})
        body: dict[str, Any] = WHY if name in {"hold", "abort", "cancel"} else {}
        if route.action == "quantity_reports":
            lines = [{"kind": kind, "quantity": many} for kind, many in (("good", "2"), ("scrap", "1"))]
            body = {"op_uuid": str(uuid.uuid4()), "person": plant.person.code, "lines": lines}
        body = {"person": plant.person.code} if name in {"start", "resume", *RUNNING} else body
        return sent("post", route.address(job.pk), body)
    return _order_command(route, plant, name)


def _order_command(route: Route, plant: GrownPlant, name: str) -> Act:
    if name == "release":
        order = make_order(plant.site, "FOR-release", material=plant.material, is_released=False).work_request
        return sent("post", route.address(order.pk), {})
    order = new_job(plant, {"hold": "start", "resume": "start"}.get(name, name)).work_request
    if name == "resume":
        work_request_command.command(SYSTEM, order.pk, WorkRequestCommand.HOLD, reason="Wait")
    return sent("post", route.address(order.pk), WHY)


def _stop(route: Route, plant: GrownPlant) -> Act:
    key, machine = str(uuid.uuid4()), plant.new_machine.code
    return sent("post", route.path, {"op_uuid": key, "site": plant.site.code, "machine": machine})


def _undo(route: Route, plant: GrownPlant) -> Act:
    """By who made it."""
    lines = [Reported(QuantityKind.GOOD, Decimal(2))]
    job = new_job(plant, "finish")
    (made,) = quantity_report.report(actor_for_user(plant.user), job.pk, lines, op_uuid=uuid.uuid4())
    return sent("post", route.address(made.pk), {"op_uuid": str(uuid.uuid4())})


def _reserve(route: Route, plant: GrownPlant) -> Act:
    at = clock.now() + timedelta(days=100)
    times = {"started_at": at.isoformat(), "ended_at": (at + timedelta(hours=1)).isoformat()}
    return sent("post", route.path, {"job_order": plant.job.pk, **times})


def _import(route: Route, plant: GrownPlant) -> Act:
    def act(client: Client) -> Any:
        file = SimpleUploadedFile("log.csv", b"a,b\n3,4\n")
        body = {"file": file, "site": plant.site.code, "mapping": MAPPING.text}
        return client.post(route.path, body, headers={"Idempotency-Key": str(uuid.uuid4())})

    return act


def _table(route: Route, plant: GrownPlant) -> Act:
    def act(client: Client) -> Any:
        body = {"file": SimpleUploadedFile("parts.csv", b"code\nP-9\n"), "site": plant.site.code, "kind": "materials"}
        return client.post(route.path, body, headers={"Idempotency-Key": str(uuid.uuid4())})

    return act


def _start_table(route: Route, plant: GrownPlant) -> Act:
    run = make_table(plant.site, is_checked=True)
    return sent("post", route.address(run.pk), {})


def _start_import(route: Route, plant: GrownPlant) -> Act:
    TaskRun.objects.filter(pk=plant.run.check_task_id).update(status="succeeded", finished_at=clock.now())
    return sent("post", route.address(plant.run.pk), {})


def _release_order(route: Route, plant: GrownPlant) -> Act:
    order = make_order(plant.site, "FOR-release", material=plant.material, is_released=False)
    return sent("post", route.address(order.pk), None)


def _mount(route: Route, plant: GrownPlant) -> Act:
    return sent("post", route.address(plant.asset.pk), {"equipment": plant.machine.pk})


def _print(route: Route, plant: GrownPlant) -> Act:
    held = plant.deliveries
    body = {"site": plant.site.code, "noun": "lot", "code": plant.lot.code, "template": held.template.pk}
    return sent("post", route.path, {**body, "printer": held.printer.pk})


def _add_webhook(route: Route, plant: GrownPlant) -> Act:
    body = {"site": plant.site.code, "name": "New", "url": "https://erp.example.com/", "events": ["work.work_reported"]}
    return sent("post", route.path, body)


def _recompute(route: Route, plant: GrownPlant) -> Act:
    return sent("post", route.path, {"site": plant.site.code, "first": "2026-04-01", "last": "2026-04-02"})


def _dismount(route: Route, plant: GrownPlant) -> Act:
    return sent("post", route.address(plant.new_asset.pk), {})


SPECIAL: dict[str, Callable[[Route, GrownPlant], Act]] = {
    "accounts/approval-policies/create": lambda route, plant: sent(
        "post", route.path, {"site": plant.site.code, "record_class": "plant.document", "mode": "four_eyes", **WHY}
    ),
    "work/gate-rules/create": lambda route, plant: sent(
        "post", route.path, {"site": plant.site.code, "source": "work.cleaning", "level": "warn", **WHY}
    ),
    "work/stops/create": _stop,
    "work/quantity-reports/undo": _undo,
    "work/reservations/create": _reserve,
    "work/reservations/destroy": lambda route, plant: sent("delete", route.address(plant.reservation.pk), None),
    "imports/create": _import,
    "table-imports/create": _table,
    "table-imports/check": lambda route, plant: sent(
        "post", route.address(plant.table.pk), {"columns": {"code": "code"}}
    ),
    "table-imports/start": _start_table,
    "imports/start": _start_import,
    "imports/cancel": lambda route, plant: sent("post", route.address(plant.run.pk), {}),
    "task-runs/cancel": lambda route, plant: sent("post", route.address(plant.run.check_task_id), {}),
    "production/orders/release": _release_order,
    "analytics/board-entries/create": lambda route, plant: sent(
        "post",
        route.path,
        {
            "site": plant.site.code,
            "equipment": plant.machine.code,
            "hour": f"{clock.now():%Y-%m-%dT%H}:00:00Z",
            "cause": "Coolant",
        },
    ),
    "analytics/shift-notes/create": lambda route, plant: sent(
        "post", route.path, {"site": plant.site.code, "day": monday(), "shift": "N-001", "text": "Watch it"}
    ),
    "analytics/board-entries/partial_update": lambda route, plant: sent(
        "patch", route.address(plant.shift_words.entry.pk), {"cause": "Tool"}, **{"If-Match": '"v1"'}
    ),
    "scan/create": lambda route, plant: sent(
        "post", route.path, {"text": f"(10){plant.lot.code}", "site": plant.site.code}
    ),
    "plant/assets/mount": _mount,
    "plant/assets/dismount": _dismount,
    "kpis/recompute/recompute": _recompute,
    "core/deliveries/retry": lambda route, plant: sent("post", route.address(plant.deliveries.new_dead().pk), None),
    "core/deliveries/discard": lambda route, plant: sent("post", route.address(plant.deliveries.new_dead().pk), WHY),
    "core/print-jobs/create": _print,
    "core/webhook-endpoints/create": _add_webhook,
    "core/webhook-endpoints/rotate_secret": lambda route, plant: sent(
        "post", route.address(plant.deliveries.webhook.pk), None
    ),
    "core/webhook-endpoints/test": lambda route, plant: sent("post", route.address(plant.deliveries.webhook.pk), None),
}


def api_writes(plant: GrownPlant) -> dict[str, Callable[[], Act]]:
    """The name in the budgets -> what makes the request, for every writing route of the API."""
    found = [route for route in routes() if route.method != "get"]
    return {str(route): lambda route=route: api_act(route, plant) for route in found}  # type: ignore[misc]


def form(address: str, **fields: Any) -> Act:
    """A form as a person sends it."""
    return lambda client: client.post(address, fields)


def page_writes(plant: GrownPlant) -> dict[str, Callable[[], Act]]:
    """The same for what people do on pages: orders, jobs, reports, imports, and the plant's nouns."""
    found: dict[str, Callable[[], Act]] = {
        "send production:order_new": lambda: form(
            reverse("production:order_new"),
            code="BY-HAND", material=plant.material.code, quantity="10", machine=plant.machine.code, is_released="on",
        ),
        "send work:job_report": lambda: form(
            reverse("work:job_report", args=[plant.job.code]),
            op_uuid=str(uuid.uuid4()), good="2", scrap="1", person=plant.person.pk,
        ),
        "send production:log_work_start": lambda: form(
            reverse("production:log_work_start", args=[plant.new_machine.code]),
            op_uuid=str(uuid.uuid4()), code="ON-PAPER", product="New part", quantity="10", unit="C62",
        ),
        "send work:begin_stop": lambda: form(
            reverse("work:begin_stop", args=[plant.machine.code]), op_uuid=str(uuid.uuid4()), reason=plant.reason.pk
        ),
        "send work:take_back": lambda: form(
            reverse("work:take_back", args=[plant.job.code, plant.quantity_report.pk]),
            op_uuid=str(uuid.uuid4()), reason="Typed twice",
        ),
        "send accounts:approval_rule": lambda: form(
            reverse("accounts:approval_rule", args=["plant.document"]), mode="four_eyes", **WHY
        ),
        "send web:audit_proof_start": lambda: form(reverse("web:audit_proof_start")),
        "send accounts:view_keep": lambda: lambda client: client.post(
            reverse("accounts:view_keep"), {"act": "keep", "address": "/orders/?sort=due", "name": "By due date"}
        ),
        "send production:order_list hold": lambda: form(
            reverse("production:order_list"),
            bulk="hold", confirmed="1", counted="1", token=str(uuid.uuid4()), reason="Wait",
            row=new_job(plant, "start").work_request_id,
        ),
        "send web:note_add": lambda: form(reverse("web:note_add") + plant.files.query(), text="Mind the belt"),
        "send erp:import_add": lambda: form(
            reverse("erp:import_add"),
            file=SimpleUploadedFile("log.csv", b"a,b\n3,4\n"), mapping=mapping_list(plant.site.code)[0].key,
        ),
        "send production:order_hold": lambda: form(
            reverse("production:order_hold", args=[new_job(plant, "start").work_request.code]), reason="Wait"
        ),
    }  # fmt: skip
    found |= _floor_writes(plant)
    found |= {f"send work:job_{command}": partial(_job_form, plant, command) for command in JobOrderCommand}
    nouns = {"equipment": {"level": "work_unit", "capacity_kind": "exclusive", "position": "0"}, "people": {},
             "materials": {"unit": "C62", "tracking": "none"}, "skills": {}}  # fmt: skip
    found |= {
        f"send plant:add {noun}": lambda noun=noun: form(  # type: ignore[misc]
            reverse("plant:add", args=[noun]), code="BY-HAND", name="By hand", is_active="on", **nouns[noun]
        )
        for noun in nouns
        if noun in NOUNS
    }
    return found


def _floor_writes(plant: GrownPlant) -> dict[str, Callable[[], Act]]:
    """What is said of a shift: causes, reasons of stops, notes."""
    return {
        "send analytics:board_write": lambda: form(
            reverse("analytics:board_write", args=[plant.area.code, f"{clock.now():%Y%m%dT%H}00Z"]),
            cause="Coolant", action="Filter", version="0",
        ),
        "send floor:stop_reason": lambda: form(
            reverse("floor:stop_reason", args=[plant.machine.code]),
            stop=plant.machines_now.stop.pk, reason=plant.reason.pk, key=str(uuid.uuid4()),
        ),
        "send analytics:shift_note": lambda: form(
            reverse("analytics:shift_note", args=[monday(), "N-001"]), text="Watch it"
        ),
    }  # fmt: skip


def _job_form(plant: GrownPlant, command: JobOrderCommand) -> Act:
    job = new_job(plant, command)
    fields: dict[str, Any] = {"op_uuid": str(uuid.uuid4()), "version": job.version, "reason": "Not wanted"}
    return form(reverse(f"work:job_{command}", args=[job.code]), person=plant.person.pk, **fields)
