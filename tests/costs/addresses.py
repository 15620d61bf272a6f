"""Every address that answers GET, with something at it: the resolver says which there are, this what stands there."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from mom.core.web.lists import ListPage
from mom.plant.views.nouns import NOUNS
from tests.accounts.matrix import Route, routes
from tests.costs.grown_plant import GrownPlant
from tests.costs.grown_shift import LOSSES
from tests.costs.grown_shift import QUERY as OF_SHIFT

Arguments = list[dict[str, object]]
WATCHED_KPI = "oee_index"
ELSEWHERE = {
    "admin": "walked by its registry, in `admin_pages`",
    "api": "walked by the permission matrix's routes, and the four public addresses that read no data",
}
# The name of an address -> what to put into it, where the name of its parameter does not say it.
AT: dict[str, Callable[[GrownPlant], Arguments]] = {
    "plant:add": lambda _plant: [{"noun": noun} for noun in NOUNS],
    "plant:change": lambda plant: [{"noun": noun, "code": code_of(plant, noun)} for noun in NOUNS],
    "plant:serial": lambda _plant: [],  # leads on to a lot or material
    "accounts:view_change": lambda plant: [{"pk": plant.saved_view.pk}],
    "plant:qualification_end": lambda plant: [{"pk": plant.qualification.pk}],
    "plant:shift_change": lambda plant: [{"pk": plant.shift.pk}],
    "plant:shift_end": lambda plant: [{"pk": plant.shift.pk}],
    "plant:calendar_entry_remove": lambda plant: [{"pk": plant.entry.pk}],
    "maintenance:call": lambda plant: [{"machine": plant.maintenance.machine.code}],
    "maintenance:job_sign": lambda _plant: [],  # of a finished job; tests/maintenance walks it
    "work:gate_override": lambda _plant: [],  # of what stands in the way, walked by tests/work/test_gate_override.py
    "production:definition_detail": lambda plant: [plant.stock.definition_address()],
    **dict.fromkeys(
        (f"production:definition_{act}" for act in ("approve", "change", "new_version", "operation_add")),
        lambda plant: [plant.stock.draft_address()],
    ),
    **dict.fromkeys(
        (
            f"production:definition_{act}"
            for act in ("operation_change", "operation_remove", "material_add", "step_add")
        ),
        lambda plant: [plant.stock.draft_address() | {"sequence": 10}],
    ),
    **dict.fromkeys(
        (
            f"production:definition_{act}"
            for act in ("material_change", "material_remove", "step_change", "step_remove")
        ),
        lambda plant: [plant.stock.draft_address() | {"sequence": 10, "position": 10}],
    ),
    "work:undo": lambda plant: [{"code": plant.job.code, "report": plant.quantity_report.pk}],
    "work:begin_stop": lambda plant: [{"machine": plant.machine.code}],
    "work:end_stop": lambda plant: [{"stop": plant.stop.pk}],
    "work:explain_stop": lambda plant: [{"stop": plant.stop.pk}],
    "production:log_work_at": lambda plant: [{"machine": plant.machine.code}],
    "production:log_work_start": lambda plant: [{"machine": plant.machine.code}],
    "start:doors": lambda _plant: [],  # gone once somebody can sign in, as the code, the demo and the company
    "start:company": lambda _plant: [],
    "start:setup": lambda _plant: [],  # leads on
    "start:step": lambda _plant: [],  # this plant's first steps are done; tests/start walks them
    "start:tour": lambda _plant: [],  # nothing to show for a role of the test's own
    "start:code": lambda _plant: [],
    "start:demo": lambda _plant: [],
    "start:owner": lambda _plant: [],  # leads back to the company without one
    "work:take_back": lambda plant: [{"code": plant.job.code, "report": plant.quantity_report.pk}],
    "web:task_run_detail": lambda plant: [{"pk": plant.run.check_task_id}],
    "web:audit_entry": lambda plant: [{"pk": plant.audit_entry.pk}],
    "accounts:device": lambda plant: [{"pk": plant.devices.tablet.pk}],
    "accounts:device_change": lambda plant: [{"pk": plant.devices.tablet.pk}],
    "accounts:device_revoke": lambda plant: [{"pk": plant.devices.tablet.pk}],
    "accounts:badges_of": lambda plant: [{"username": plant.devices.person.username}],
    "accounts:badge_issue": lambda _plant: [],  # asks for the right at every site, as the next three
    "accounts:pin_give": lambda _plant: [],
    "accounts:badge_revoke": lambda _plant: [],
    "accounts:badge_replace": lambda _plant: [],
    "terminal:station": lambda _plant: [],  # a device's own surfaces, walked by test_devices
    "terminal:wall": lambda _plant: [],
    "terminal:enrol": lambda _plant: [],
    "terminal:entry_detail": lambda _plant: [],  # walked by tests/terminal/test_entries.py
    "terminal:entry_settle": lambda _plant: [],
    "accounts:approval_rule": lambda plant: [{"code": plant.rule.record_class_id}],
    "web:delivery_detail": lambda plant: [{"pk": plant.deliveries.message.pk}],
    "web:delivery_again": lambda plant: [{"pk": plant.deliveries.message.pk}],
    "web:delivery_discard": lambda plant: [{"pk": plant.deliveries.message.pk}],
    "web:webhook_detail": lambda plant: [{"pk": plant.deliveries.webhook.pk}],
    "web:webhook_change": lambda plant: [{"pk": plant.deliveries.webhook.pk}],
    "web:webhook_secret": lambda plant: [{"pk": plant.deliveries.webhook.pk}],
    "web:webhook_test": lambda plant: [{"pk": plant.deliveries.webhook.pk}],
    "web:printer_change": lambda plant: [{"pk": plant.deliveries.printer.pk}],
    "web:print_again": lambda plant: [{"pk": plant.deliveries.job.pk}],
    "web:label_detail": lambda plant: [{"pk": plant.deliveries.template.pk}],
    "web:label_change": lambda plant: [{"pk": plant.deliveries.template.pk}],
    "web:label_example": lambda plant: [{"pk": plant.deliveries.template.pk}],
    "web:label_print": lambda plant: [{"noun": "lot", "code": plant.lot.code}],
    "web:label_pdf": lambda plant: [{"noun": "lot", "code": plant.lot.code}],
    "web:export_file": lambda plant: [{"pk": plant.export.pk}],
    "analytics:board_start": lambda _plant: [],  # leads on
    "analytics:board_write": lambda plant: [{"code": plant.machine.code, "hour": "20260413T0400Z"}],
    "analytics:shift_note": lambda _plant: [{"day": "2026-04-13", "shift": "N-001"}],
    "analytics:kpi_detail": lambda _plant: [{"id": WATCHED_KPI}],
    "analytics:kpi_export": lambda _plant: [{"id": WATCHED_KPI}],
    "analytics:why": lambda _plant: [{"id": WATCHED_KPI}],
    "analytics:target_end": lambda plant: [{"pk": plant.known.target.pk}],
    "web:file_page": lambda plant: [{"pk": plant.files.file.pk, "page": 1, "side": "screen"}],
    "web:note_withdraw": lambda plant: [{"pk": plant.files.note.pk}],
    "plant:document_version_submit": lambda plant: [{"pk": plant.files.draft.pk}],
    "plant:document_version_send_back": lambda plant: [{"pk": plant.files.reviewed.pk}],
    "plant:document_version_approve": lambda plant: [{"pk": plant.files.reviewed.pk}],
    "plant:document_version_sign": lambda plant: [{"pk": plant.files.reviewed.pk}],
    "plant:document_version_withdraw": lambda plant: [{"pk": plant.files.version.pk}],
}
# Pages that stand at an address only with a query.
QUERY: dict[str, Callable[[GrownPlant], str]] = {
    "web:file_add": lambda plant: plant.files.query(),
    "analytics:losses": lambda _plant: LOSSES,
    "analytics:board": lambda _plant: OF_SHIFT,
    "analytics:shift_report": lambda _plant: OF_SHIFT,
    "web:note_add": lambda plant: plant.files.query(),
    "analytics:why": lambda plant: f"?machine={plant.machine.code}",
}
# The beginning of such a name -> the code that stands in it.
CODE: dict[str, Callable[[GrownPlant], str]] = {
    "analytics:board": lambda plant: plant.area.code,
    "plant:document": lambda plant: plant.files.document.code,
    "plant:machine": lambda plant: plant.machine.code,
    "analytics:machine_messages": lambda plant: plant.machine.code,
    "analytics:machine_now": lambda plant: plant.machine.code,
    "floor:stop_reason": lambda plant: plant.machine.code,
    "plant:person": lambda plant: plant.person.code,
    "plant:qualification_add": lambda plant: plant.person.code,
    "plant:material": lambda plant: plant.material.code,
    "plant:lot": lambda plant: plant.lot.code,
    "plant:asset": lambda plant: plant.asset.code,
    "plant:calendar": lambda plant: plant.calendar.code,
    "plant:shift_add": lambda plant: plant.calendar.code,
    "plant:reason": lambda plant: f"stop/{plant.reason.code}",
    "work:job": lambda plant: plant.job.code,
    "inventory:job": lambda plant: plant.job.code,
    "inventory:lot_trace": lambda plant: plant.stock.lot.code,
    "inventory:hold_affected": lambda plant: plant.stock.lot.code,
    "inventory:hold": lambda plant: plant.stock.hold.code,
    "inventory:place": lambda plant: plant.stock.reservation.balance.location.equipment.code,
    "inventory:count": lambda plant: plant.stock.count.code,
    "inventory:move_change": lambda plant: plant.stock.move.code,
    "inventory:home": lambda plant: plant.material.code,
    "maintenance:request": lambda plant: plant.maintenance.request.code,
    "maintenance:job_plan": lambda plant: plant.maintenance.job_plan.code,
    "maintenance:job": lambda plant: plant.maintenance.job.code,
    "maintenance:plan": lambda plant: plant.maintenance.plan.code,
    "work:begin_": lambda plant: plant.job.code,
    "work:join": lambda plant: plant.job.code,
    "work:leave": lambda plant: plant.job.code,
    "production:order": lambda plant: plant.order.code,
    "production:job_": lambda plant: plant.job.code,
    "production:instruction": lambda plant: plant.instruction.job.code,
    "production:traveller": lambda plant: plant.order.code,
}
MACHINE: dict[str, Callable[[GrownPlant], dict[str, object]]] = {
    "web:property_subject": lambda _plant: {},
    "web:property_set": lambda plant: {"definition": plant.known.definition.pk},
    "web:property_end": lambda plant: {"pk": plant.known.value.pk},
    "web:alias_add": lambda _plant: {},
}
"""Pages about any noun: they are watched at the machine."""
AT |= {
    name: (lambda plant, more=more: [{"noun": "equipment", "code": plant.machine.code, **more(plant)}])
    for name, more in MACHINE.items()
}
AT |= {
    "web:alias_end": lambda plant: [{"pk": plant.known.alias.pk}],
    "web:property_change": lambda plant: [{"pk": plant.known.definition.pk}],
    "web:number_range": lambda _plant: [{"noun": "order"}],
    "production:ideal_cycle_end": lambda plant: [{"pk": plant.known.cycle.pk}],
    "plant:rate_end": lambda plant: [{"pk": plant.known.rate.pk}],
    "plant:skill_cell": lambda plant: [{"skill": plant.skill.pk, "code": plant.person.code}],
    "plant:class_skill_remove": lambda plant: [{"pk": plant.known.asked.pk}],
}
AT |= {
    f"work:alert_{name}": (lambda plant: [{"alert": plant.alerts.alert.pk}])
    for name in ("detail", "accept", "arrive", "solve", "hand_over", "mute", "unmute")
}
AT |= {
    "work:call_help": lambda plant: [{"machine": plant.machine.code}],
    "work:alert_step_withdraw": lambda plant: [{"pk": plant.alerts.step.pk}],
    "work:alert_turn_withdraw": lambda plant: [{"pk": plant.alerts.turn.pk}],
}
CODE |= {
    "work:alert_": lambda plant: plant.alerts.team.code,
    "analytics:alert_rule_": lambda plant: plant.alerts.rule.code,
}
QUALITY = (
    "plan_detail", "plan_approve", "chart_detail", "chart_limits", "inspection_detail", "inspection_ask",
    "nonconformance_detail", "nonconformance_decide", "nonconformance_close",
)  # fmt: skip
AT |= {f"quality:{name}": (lambda plant, name=name: plant.quality.addresses()[f"quality:{name}"]) for name in QUALITY}
QUERY["quality:nonconformance_decide"] = lambda plant: plant.quality.decision()
PAGED = {"list", "issues"}
# Lists ask more for a search, a filter or a page of their own: a second address of the same page.
ALSO = {
    "web:search": ["?q=N-0"],
    "web:scan": ["?text=(10)N-0"],
    "production:order_list": ["?q=LATE&view=late"],
    "plant:machine_list": ["?q=M-"],
    "quality:nonconformance_board": ["?by=product"],
}


def code_of(plant: GrownPlant, noun: str) -> str:
    """The address of the row of that noun that the plant is watched at."""
    held: dict[str, Any] = {
        "equipment": plant.machine, "equipment-classes": plant.equipment_class, "assets": plant.asset,
        "asset-classes": plant.known.asset_class,
        "people": plant.person, "skills": plant.skill, "materials": plant.material,
        "material-classes": plant.material_class, "lots": plant.lot, "partners": plant.partner,
        "calendars": plant.calendar, "reasons": plant.reason,
    }  # fmt: skip
    return NOUNS[noun].address(held[noun])


def named_patterns(resolver: URLResolver | None = None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every mounted pattern outside `ELSEWHERE`, with its name."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace not in ELSEWHERE:
                yield from named_patterns(pattern, pattern.namespace or space)
        else:
            yield f"{space}:{pattern.name}" if space else str(pattern.name), pattern


def answers(pattern: URLPattern, method: str) -> bool:
    """Whether the view behind it takes the method; a plain function takes GET."""
    view = getattr(pattern.callback, "view_class", None)
    if view is None:
        return method == "get"
    return hasattr(view, method) and method in view.http_method_names


def is_list(pattern: URLPattern) -> bool:
    """Whether it is a list, which can be exported as well."""
    return issubclass(getattr(pattern.callback, "view_class", object), ListPage)


def arguments_of(name: str, pattern: URLPattern, plant: GrownPlant) -> Arguments:
    """What to put into the address. Raises: AssertionError for a parameter that nobody knows."""
    parameters = set(pattern.pattern.converters)
    if name in AT:
        return AT[name](plant)
    if not parameters:
        return [{}]
    if parameters == {"pk"} and name.startswith("web:file_"):
        return [{"pk": plant.files.file.pk}]
    if name == "erp:table_template":
        return [{"kind": "machines"}]
    ours = plant.stops.arguments_of(name)
    if ours is not None:
        return [ours]
    if name.startswith("floor:quarantine_"):
        return [{"pk": plant.messages.waiting.pk}]
    if parameters == {"pk"} and name.startswith("erp:table"):
        return [{"pk": plant.table.pk}]
    if parameters == {"pk"} and name.startswith("erp:import"):
        return [{"pk": plant.run.pk}]
    found = [code for prefix, code in CODE.items() if name.startswith(prefix)]
    assert parameters == {"code"}, f"{name}: say in tests/costs/addresses.py what stands at {sorted(parameters)}."
    assert found, f"{name}: say in tests/costs/addresses.py whose code it is."
    return [{"code": found[0](plant)}]


def pages(plant: GrownPlant) -> dict[str, str]:
    """The name in the budgets -> an address, for every page that answers GET."""
    found = {}
    for name, pattern in named_patterns():
        if not answers(pattern, "get"):
            continue
        for arguments in arguments_of(name, pattern, plant):
            noun = f" {arguments['noun']}" if "noun" in arguments else ""
            address = reverse(name, kwargs=arguments) + (QUERY[name](plant) if name in QUERY else "")
            found[f"page {name}{noun}"] = address
            queries = ALSO.get(name, []) + (["?export=csv"] if is_list(pattern) else [])
            found |= {f"page {name}{noun} {query}": address + query for query in queries}
    return found


def admin_pages(plant: GrownPlant) -> dict[str, str]:
    """The name in the budgets -> an address, for the list of every model in the admin and for its newest row."""
    found = {"admin index": reverse("admin:index")}
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found[f"admin {model._meta.label}"] = reverse(f"{name}_changelist")
        newest = model._default_manager.order_by("pk").last()
        if newest is not None:
            found[f"admin {model._meta.label} row"] = reverse(f"{name}_change", args=[newest.pk])
    return found


def rows_of(plant: GrownPlant) -> dict[str, Any]:
    """The first part of a resource's path -> the row that it is read at."""
    return (
        plant.known.rows()
        | plant.alerts.rows()
        | plant.messages.rows()
        | {**plant.stock.rows(), **plant.quality.rows()}
        | plant.maintenance.rows()
        | plant.stops.rows()
        | {
            "accounts/approval-policies": plant.rule,
            "accounts/approvals": plant.approval,
            "accounts/badges": plant.devices.badge,
            "accounts/devices": plant.devices.tablet,
            "accounts/signatures": plant.signature,
            "accounts/sites": plant.site,
            "audit-entries": plant.audit_entry,
            "analytics/board-entries": plant.shift_words.entry,
            "analytics/shift-notes": plant.shift_words.note,
            "core/attachments": plant.files.file,
            "core/notes": plant.files.note,
            "plant/document-readers": plant.files.reader,
            "plant/document-versions": plant.files.version,
            "plant/documents": plant.files.document,
            "plant/read-confirmations": plant.files.confirmation,
            "core/deliveries": plant.deliveries.message,
            "core/label-templates": plant.deliveries.template,
            "core/print-jobs": plant.deliveries.job,
            "core/printers": plant.deliveries.printer,
            "core/webhook-endpoints": plant.deliveries.webhook,
            "imports": plant.run,
            "plant/assets": plant.asset,
            "plant/calendars": plant.calendar,
            "plant/equipment": plant.machine,
            "plant/equipment-classes": plant.equipment_class,
            "plant/lots": plant.lot,
            "plant/material-classes": plant.material_class,
            "plant/materials": plant.material,
            "plant/partners": plant.partner,
            "plant/people": plant.person,
            "plant/personnel-classes": plant.skill,
            "plant/qualifications": plant.qualification,
            "plant/reasons": plant.reason,
            "plant/shifts": plant.shift,
            "plant/sublots": plant.sublot,
            "production/orders": plant.production_request,
            "production/jobs": plant.job,
            "production/step-answers": plant.instruction.answer,
            "table-imports": plant.table,
            "task-runs": plant.run.check_task,
            "work/gate-rules": plant.gate_rule,
            "work/job-orders": plant.job,
            "work/job-responses": plant.response,
            "work/stops": plant.stop,
            "work/labour-entries": plant.response.labour_entries.latest("pk"),
            "work/quantity-reports": plant.quantity_report,
            "work/reservations": plant.reservation,
            "work/work-requests": plant.order,
        }
    )


def address_of(route: Route, plant: GrownPlant) -> str:
    """The address of a route of the API. Raises: AssertionError for a resource that nobody knows."""
    resource = route.path.removeprefix("/api/v1/").partition("/{")[0].strip("/")
    if resource == "kpis":
        asked = {"retrieve": "", "why_of": f"?site={plant.site.code}&machine={plant.machine.code}"}
        of_site = f"?site={plant.site.code}" if route.is_detail else ""
        return route.address(WATCHED_KPI) + asked.get(route.action, of_site)
    of_shift = plant.shift_words.address_of(route, plant.area)
    if of_shift is not None:
        return of_shift
    if resource in {"analytics/losses", "inventory/counts/accuracy", "inventory/shortages"}:
        return f"{route.path}?site={plant.site.code}"
    if resource == "search":
        return f"{route.path}?q=N-0"
    if resource == "floor/state-meanings" and not route.is_detail:
        return f"{route.path}?state_model=own"
    if resource == "floor/messages" and not route.is_detail:
        return f"{route.path}?kind=alarm"  # a page of them before and after they grew: more would be counted too
    if not route.is_detail:
        return route.path
    rows = rows_of(plant)
    assert resource in rows, f"{route}: say in tests/costs/addresses.py which row it is read at."
    return route.address(rows[resource].pk)


def reads(plant: GrownPlant) -> dict[str, str]:
    """The name in the budgets -> an address, for every GET of the API; lists also where more than a page is there."""
    found = {}
    for route in routes():
        if route.method != "get":
            continue
        address, is_paged = address_of(route, plant), route.action in PAGED and route.view.pagination_class is not None
        found[str(route)] = address + (f"{'&' if '?' in address else '?'}page_size=200" if is_paged else "")
        if is_paged:
            found[f"{route} ?page_size=1"] = f"{address}{'&' if '?' in address else '?'}page_size=1"
    return found
