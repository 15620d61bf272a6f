"""What each scope of an API token lets through of its person's permissions. A scope never adds a right."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

SCOPES: Mapping[str, tuple[str, ...]] = {
    "read": ("*.view_*",),
    "orders:write": ("work.*_work_request", "work.plan_*", "work.release_*", "work.cancel_*", "production.*"),
    "execution:write": ("work.*_job_order", "work.report_*", "work.record_*", "work.*_labour*"),
    "stock:write": ("inventory.*",),
    "machine:write": ("floor.*", "work.*_equipment_condition"),
    "quality:write": ("quality.*",),
    "maintenance:write": ("maintenance.*",),
    "master:write": ("plant.*",),
    "exchange:write": ("erp.*",),
}
# Whatever the scope: a program neither makes keys nor grants rights nor signs.
NEVER = ("accounts.*", "*.sign_*", "*.override_*", "*.approve_*")


def permissions_of_scopes(scopes: Iterable[str], held: Iterable[str]) -> frozenset[str]:
    """Those of the `held` permissions that the scopes let through; every scope may read."""
    patterns = {pattern for scope in scopes for pattern in SCOPES.get(scope, ())} | set(SCOPES["read"])
    return frozenset(
        name
        for name in held
        if any(fnmatchcase(name, pattern) for pattern in patterns)
        and not any(fnmatchcase(name, pattern) for pattern in NEVER if not fnmatchcase(name, "*.view_*"))
    )
