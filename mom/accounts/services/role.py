"""Roles: the built-in ones follow the release, the plant's own are changed by hand."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from mom.accounts.engine.roles import BUILTIN_ROLES
from mom.accounts.models import Role
from mom.accounts.permissions import MANAGE_ROLES
from mom.accounts.services.approval import sync_record_classes
from mom.accounts.services.checks import checked
from mom.core import permissions
from mom.core.actor import EVERY_SITE, Actor, system_actor
from mom.core.errors import Conflict, InvalidInput
from mom.core.use_case import UseCase, joined, use_case


def follow_release(*, apps: Any, **_signal: Any) -> None:
    """After a migration: built-in roles and record classes follow the release. Migrated to nothing, there are none."""
    if "role" not in apps.all_models["accounts"]:
        return
    with transaction.atomic(), joined(system_actor("migrate"), "Built-in roles of this release") as act:
        sync_builtin_roles(act)
        if "recordclass" in apps.all_models["accounts"]:
            sync_record_classes(act)


def sync_builtin_roles(act: UseCase) -> list[str]:
    """Make or update the built-in roles; the codes of those that changed. Joins the caller's transaction."""
    present = {role.code: role for role in Role.objects.filter(code__in=[builtin.code for builtin in BUILTIN_ROLES])}
    changed = []
    for builtin in BUILTIN_ROLES:
        held = builtin.permissions(permissions.declared())
        role = present.get(builtin.code) or Role(code=builtin.code)
        if role.pk and role.permissions == held and role.name == builtin.name and role.is_builtin:
            continue
        before = list(role.permissions)
        role.name, role.permissions, role.is_builtin = builtin.name, held, True
        role.save()
        act.record("accounts.role_changed", subject=role, before={"permissions": before}, after={"permissions": held})
        changed.append(role.code)
    return changed


def role_set(actor: Actor, code: str, name: str, permission_names: Sequence[str], reason: str = "") -> Role:
    """Make or change one of the plant's own roles. Raises: NotAllowed, Conflict for a built-in one, InvalidInput."""
    with use_case(actor, reason) as act:
        act.require(MANAGE_ROLES, EVERY_SITE)
        unknown = sorted(set(permission_names) - set(permissions.declared()))
        if unknown:
            raise InvalidInput({"permissions": [_("There is no permission %(name)s.") % {"name": unknown[0]}]})
        role = Role.objects.select_for_update().filter(code=code).first() or Role(code=code)
        if role.is_builtin:
            raise Conflict(
                _("Built-in roles follow the release. Copy it into a role of your own."), code="role_is_builtin"
            )
        before = list(role.permissions)
        role.name, role.permissions = name, sorted(set(permission_names))
        checked(role).save()
        act.record(
            "accounts.role_changed",
            subject=role,
            before={"permissions": before},
            after={"permissions": role.permissions},
        )
    return role
