"""What approvals take, now and before, and what was approved."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from mom.accounts import approval as registry
from mom.accounts.engine.signing import ApprovalMode
from mom.accounts.models import Approval, ApprovalPolicy, Site
from mom.accounts.permissions import VIEW_APPROVAL_POLICY
from mom.core.actor import Actor
from mom.core.use_case import Subject


@dataclass(frozen=True)
class Rule:
    """What a class of records takes at a site at an instant; `since` is None where the site never decided."""

    record_class: registry.Class
    mode: ApprovalMode
    is_regulated: bool
    since: datetime | None = None
    reason: str = ""
    decided_by: str = ""


def rule_in_force(site: Site, record_class: str, at: datetime) -> Rule:
    """The rule of a class at a site at an instant. Raises: LookupError for a class that no app declares."""
    klass = registry.get(record_class)
    row = (
        ApprovalPolicy.objects.filter(site=site, record_class=record_class, valid_from__lte=at)
        .order_by("-valid_from", "-id")
        .first()
    )
    return _rule(klass, row)


def rules_in_force(site: Site, at: datetime) -> list[Rule]:
    """The rule of every declared class at a site, by code. One statement."""
    rows = (
        ApprovalPolicy.objects.filter(site=site, valid_from__lte=at)
        .order_by("record_class_id", "-valid_from", "-id")
        .distinct("record_class_id")
    )
    found = {row.record_class_id: row for row in rows}
    return [_rule(klass, found.get(code)) for code, klass in registry.declared().items()]


def rule_list(actor: Actor, site: Site) -> QuerySet[ApprovalPolicy]:
    """Every rule that a site decided, also those to come, newest first; nothing where the actor may not see them."""
    rules = ApprovalPolicy.objects.filter(site=site).order_by("-valid_from", "-id")
    return rules if actor.may(VIEW_APPROVAL_POLICY, site.code) else rules.none()


def approvals_of(subject: Any) -> list[Approval]:
    """The approvals of a record, oldest first; who may see the record may see them. One statement."""
    about = Subject.of(subject)
    return list(
        Approval.objects.filter(subject_type=about.type, subject_id=about.id)
        .select_related("signature")
        .order_by("approved_at", "id")
    )


def _rule(klass: registry.Class, row: ApprovalPolicy | None) -> Rule:
    if row is None:
        return Rule(klass, klass.default, klass.is_regulated)
    mode = ApprovalMode.FOUR_EYES if klass.is_regulated else ApprovalMode(row.mode)
    return Rule(klass, mode, row.is_regulated or klass.is_regulated, row.valid_from, row.reason, row.decided_by)
