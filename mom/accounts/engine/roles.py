"""The built-in roles: which of the declared permissions each of them holds.

A role is a few patterns over permission names, so that an app which declares a permission with a fitting verb is in the
right hands without a change here. What no pattern names belongs to nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

_SEE = ("*.view", "*.view_*")
_SEE_PRIVATE = (
    "core.view_audit_trail",
    "core.view_outbox",
    "core.view_status",
    "accounts.view_user",
    "accounts.view_device",
    "accounts.view_signature",
    "accounts.view_approval_policy",
    "plant.view_rate",
    "erp.view_import",
)
_SIGN = ("*.sign_*", "*.approve_*", "*.override_*")
_LEAVE_RECORDS = ("core.add_file", "core.add_note", "plant.confirm_*")
_KEEP_DRAWINGS = (*_LEAVE_RECORDS, "core.add_drawing", "core.withdraw_file")
_SHARE_VIEWS = ("accounts.share_view",)
_ANSWER_CALLS = ("work.raise_*", "work.answer_*")
_DO_JOBS = (
    "work.execute_*",
    "inventory.consume_*",
    "quality.record_*",
    "quality.hold_*",
    "inventory.hold_*",
    "floor.give_reason*",
    *_ANSWER_CALLS,
    "core.print_label",
)


@dataclass(frozen=True)
class BuiltinRole:
    """A role that every plant has."""

    code: str
    name: str
    grants: tuple[str, ...]
    sees_private: bool = False
    never: tuple[str, ...] = ()
    """What this role does not hold, whatever its grants: who runs the system signs nothing in it."""

    def permissions(self, declared: Iterable[str]) -> list[str]:
        """The declared permissions that this role holds, sorted."""
        hidden = () if self.sees_private else _SEE_PRIVATE
        return sorted(
            name
            for name in declared
            if (_any(name, self.grants) or (_any(name, _SEE) and name not in hidden)) and not _any(name, self.never)
        )


def _any(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


BUILTIN_ROLES = (
    BuiltinRole("operator", "Operator", (*_DO_JOBS, *_LEAVE_RECORDS, "maintenance.request_*")),
    BuiltinRole(
        "supervisor",
        "Supervisor",
        (*_SHARE_VIEWS, *_DO_JOBS, *_KEEP_DRAWINGS,
         "work.dispatch_*", "work.correct_*", "work.override_*", "work.mute_*", "work.plan_alerting", "work.set_gate",
         "inventory.move_*", "inventory.reserve_*", "inventory.count_*", "inventory.adjust_*",
         "inventory.release_*",
         "floor.reclassify_*", "floor.settle_*",
         "analytics.keep_*", "maintenance.request_*", "maintenance.release_*",
         "plant.approve_document", "core.cancel_task_run", "accounts.sign_record", "erp.view_import"),
    ),
    BuiltinRole(
        "planner",
        "Planner",
        (*_SHARE_VIEWS, *_KEEP_DRAWINGS,
         "work.plan_*", "work.dispatch_*", "production.plan_*", "production.change*", "plant.change*", "erp.*",
         "inventory.reserve_*", "analytics.change*", "analytics.set_*", "floor.set_*", "floor.settle_*",
         "analytics.recompute*", "core.cancel_task_run",
         "core.manage_delivery", "core.print_label", "core.change_property", "core.change_number_range",
         "plant.view_rate", "accounts.create_own_token"),
    ),
    BuiltinRole(
        "quality_engineer",
        "Quality engineer",
        (*_SHARE_VIEWS, *_KEEP_DRAWINGS, *_ANSWER_CALLS,
         "plant.change_document",
         "quality.*", "inventory.hold_*", "inventory.release_*", "work.override_*", "work.set_gate",
         "production.change*", "production.approve_*",
         "core.view_audit_trail", "core.print_label", "plant.approve_*", "accounts.sign_record",
         "accounts.view_signature", "accounts.view_approval_policy"),
    ),
    BuiltinRole(
        "maintenance",
        "Maintenance",
        (*_SHARE_VIEWS, *_KEEP_DRAWINGS, *_ANSWER_CALLS, "work.mute_*",
         "maintenance.*", "inventory.consume_*", "floor.give_reason*", "floor.reclassify_*", "work.override_*",
         "core.print_label",
         "accounts.sign_record"),
    ),
    BuiltinRole(
        "inventory_clerk",
        "Inventory clerk",
        (*_LEAVE_RECORDS, *_ANSWER_CALLS, "inventory.*", "quality.record_*", "quality.hold_*", "core.print_label"),
        never=("inventory.release_*",),  # who keeps the store doesn't judge what lies in it
    ),
    BuiltinRole(
        "integrator",
        "Integrator",
        ("work.plan_*", "production.plan_*", "production.change*", "plant.change*", "plant.view_rate",
         "core.change_property", "erp.*", "inventory.move_*",
         "inventory.consume_*", "inventory.reserve_*", "floor.*", "quality.record_*", "core.cancel_task_run",
         "core.manage_delivery", "core.manage_webhooks", "core.print_label", "accounts.create_own_token"),
    ),
    BuiltinRole("auditor", "Auditor", (), sees_private=True),
    BuiltinRole(
        "admin",
        "Administrator",
        ("accounts.*", "core.*", "plant.change*", "erp.*"),
        sees_private=True,
        never=_SIGN,
    ),
)  # fmt: skip
