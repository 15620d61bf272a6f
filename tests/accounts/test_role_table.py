"""The table of roles that the platform promises (reliability, section 3), for the resources that exist, row by row."""

from dataclasses import dataclass

import pytest

from mom.accounts.engine.roles import BUILTIN_ROLES
from mom.core import permissions

ORDER = (
    "operator", "supervisor", "planner", "quality_engineer", "maintenance", "inventory_clerk", "integrator", "auditor",
    "admin",
)  # fmt: skip
BY_CODE = {role.code: role for role in BUILTIN_ROLES}


@dataclass(frozen=True)
class Row:
    """A resource: who reads (r), who writes or signs (w), who neither (-), in the order of the table's columns."""

    resource: str
    reading: tuple[str, ...]
    writing: tuple[str, ...]
    cells: str

    def __str__(self) -> str:
        return self.resource


TABLE = (
    #                                                                                      O S P Q M I X A D
    Row("order: plan, release, cancel", ("work.view",), ("work.plan_work_request",), "r r w r r r w r r"),
    # One right reads orders and operations, so the integrator reads both.
    Row("operation: start, pause, confirm", (), ("work.execute_job_order",), "w w r r r r - r r"),
    Row("correct a confirmation", (), ("work.correct_report",), "- w - - - - - - -"),
    Row("call for help", (), ("work.raise_alert",), "w w - w w w - - -"),
    Row("answer alerts", ("work.view",), ("work.answer_alert",), "w w r w w w r r r"),
    Row("mute alerts", (), ("work.mute_alert",), "- w - - w - - - -"),
    Row("teams, turns on call, escalation", (), ("work.plan_alerting",), "- w w - - - w - -"),
    Row("start although something forbids it", (), ("work.override_gate",), "- w - w w - - - -"),
    Row("what a start asks for", (), ("work.set_gate",), "- w - w - - - - -"),
    Row("stock: receive, move, scrap, ship", ("inventory.view",), ("inventory.move_stock",), "r w r r r w w r r"),
    Row("stock: consume and produce on a job", (), ("inventory.consume_stock",), "w w - - w w w - -"),
    Row("lots: hold", (), ("inventory.hold_lots",), "w w - w - w - - -"),
    Row("lots: release", (), ("inventory.release_lots",), "- w - w - - - - -"),
    Row("stock: reserve for jobs", (), ("inventory.reserve_stock",), "- w w - - w w - -"),
    Row("imports", ("erp.view_import",), ("erp.run_import",), "- r w - - - w r w"),
    Row(
        "routing, bill: draft",
        (),
        ("production.change_definition", "production.change_ideal_cycle"),
        "- r w w - - w r r",
    ),
    Row("plant model", ("plant.view",), ("plant.change",), "r r w r r r w r w"),
    Row("approve a document", (), ("plant.approve_document",), "- w - w - - - - -"),
    Row("routing, bill: approve", (), ("production.approve_definition",), "- - - w - - - - -"),
    Row(
        "inspection results, nonconformances found",
        ("quality.view",),
        ("quality.record_sample", "quality.record_nonconformance"),
        "w w r w r w w r r",
    ),
    Row("control plan: draft", (), ("quality.change_plan", "quality.set_limits"), "- - - w - - - - -"),
    Row("control plan: approve", (), ("quality.approve_plan",), "- - - w - - - - -"),
    Row(
        "disposition of nonconforming parts, signed",
        (),
        ("quality.approve_disposition", "quality.close_nonconformance"),
        "- - - w - - - - -",
    ),
    Row("sign", (), ("accounts.sign_record",), "- w - w w - - - -"),
    Row("audit trail, signature list", ("core.view_audit_trail", "accounts.view_signature"), (), "- - - r - - - r r"),
    Row("users", ("accounts.view_user",), ("accounts.manage_users",), "- - - - - - - r w"),
    Row("roles", ("accounts.view_user",), ("accounts.manage_roles", "accounts.grant_role"), "- - - - - - - r w"),
    Row("devices", ("accounts.view_device",), ("accounts.manage_devices",), "- - - - - - - r w"),
    Row("tokens of others", ("accounts.view_user",), ("accounts.manage_tokens",), "- - - - - - - r w"),
    Row(
        "what approvals take",
        ("accounts.view_approval_policy",),
        ("accounts.manage_approval_policy",),
        "- - - r - - - r w",
    ),
    Row("stuck events", ("core.view_outbox",), ("core.manage_outbox",), "- - - - - - - r w"),
)


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_P33_role_holds_what_the_table_says(row: Row) -> None:
    declared = permissions.declared()
    unknown = [name for name in (*row.reading, *row.writing) if name not in declared]
    assert unknown == [], "a row of the table names a right that nobody declares"
    wrong = []
    for code, cell in zip(ORDER, row.cells.split(), strict=True):
        held = set(BY_CODE[code].permissions(declared))
        for names, letters in ((row.reading, "rw"), (row.writing, "w")):
            wrong += [f"{code} {cell} {name}" for name in names if (name in held) is not (cell in letters)]
    assert wrong == []


def test_P23_administrator_signs_approves_and_overrides_nothing() -> None:
    held = BY_CODE["admin"].permissions(permissions.declared())
    assert [name for name in held if name.partition(".")[2].startswith(("sign_", "approve_", "override_"))] == []
    assert [name for name in held if name.startswith(("work.execute", "work.correct", "quality.record"))] == []


def test_P33_auditor_only_reads() -> None:
    held = BY_CODE["auditor"].permissions(permissions.declared())
    assert [name for name in held if not name.partition(".")[2].startswith("view")] == []


def test_P33_nobody_but_the_administrator_gives_rights() -> None:
    declared = permissions.declared()
    for name in ("accounts.manage_roles", "accounts.grant_role", "accounts.manage_users", "accounts.manage_sites"):
        assert [role.code for role in BUILTIN_ROLES if name in role.permissions(declared)] == ["admin"]
