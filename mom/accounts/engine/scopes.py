"""What each scope of an API token lets through of its person's permissions. A scope never adds a right."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

READ = "read"
SCOPES: Mapping[str, tuple[str, ...]] = {
    READ: ("*.view", "*.view_*"),
    "orders:write": ("work.plan_work_request", "production.*"),
    "execution:write": ("work.dispatch_*", "work.execute_*", "work.correct_*"),
    "alerts:write": ("work.*_alert", "work.plan_alerting"),
    "stock:write": ("inventory.*",),
    "machine:write": ("floor.*",),
    "quality:write": ("quality.*",),
    "maintenance:write": ("maintenance.*",),
    "master:write": ("plant.*", "work.set_gate"),
    "files:write": ("core.add_file", "core.add_note", "core.add_drawing", "core.withdraw_file"),
    "kpi:write": ("analytics.*",),
    "exchange:write": (
        "erp.*",
        "core.cancel_task_run",
        "core.manage_outbox",
        "core.manage_delivery",
        "core.manage_webhooks",
        "core.print_label",
    ),
}
# Whatever the scope: a program neither makes keys nor grants rights, and it does not sign, override or approve.
NEVER = ("accounts.*", "*.sign_*", "*.override_*", "*.approve_*")


def permissions_of_scopes(scopes: Iterable[str], held: Iterable[str]) -> frozenset[str]:
    """Those of the `held` permissions that the scopes let through; every scope may read."""
    writing = {pattern for scope in scopes for pattern in SCOPES.get(scope, ())}
    return frozenset(
        name for name in held if _any(name, SCOPES[READ]) or (_any(name, writing) and not _any(name, NEVER))
    )


def unknown_scopes(scopes: Iterable[str]) -> list[str]:
    """Those that do not exist, sorted."""
    return sorted(set(scopes) - set(SCOPES))


def _any(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
