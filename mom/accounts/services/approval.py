"""Approving records as the site's rule for their class says, and changing that rule."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from mom.accounts import approval as registry
from mom.accounts.engine.signing import ApprovalMode, Meaning, content_hash
from mom.accounts.models import Approval, ApprovalPolicy, RecordClass, Signature, Site, User
from mom.accounts.permissions import MANAGE_APPROVAL_POLICY
from mom.accounts.selectors.approval import rule_in_force
from mom.accounts.services.signature import sign
from mom.accounts.services.signer import SignerCredentials, SigningError
from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.errors import Conflict, InvalidInput, MomError, NotAllowed
from mom.core.use_case import Subject, UseCase, use_case


class SignatureNeeded(NotAllowed):
    """These records take four eyes here, and the request brought no signature."""

    default_code = "signature_needed"
    default_sentence = _("These records take four eyes here: a second person signs the approval.")
    title = _("Signature needed")


def approve(
    act: UseCase,
    *,
    record_class: str,
    site: Site,
    subject: Any,
    content: Mapping[str, Any],
    authors: Iterable[str],
    credentials: SignerCredentials | None,
    reason: str,
    version: str = "",
) -> Approval:
    """Approve what `subject` says now, as the rule of its class takes it. Joins the caller's transaction.

    None: it counts at once. Self: by the author too, recorded as such. Four eyes: signed by somebody who is no author.
    A signature may be given where none is needed. The caller holds the record's lock.
    Raises: NotAllowed, SignatureNeeded, SigningError, Stale, Conflict where this very content is approved already.
    """
    klass, about = registry.get(record_class), Subject.of(subject)
    if klass.permission and credentials is None:
        act.require(klass.permission, site.code)
    rule = rule_in_force(site, record_class, act.now)
    if credentials is None and rule.mode is ApprovalMode.FOUR_EYES:
        raise SignatureNeeded
    writers = sorted(set(authors))
    signature = None
    if credentials is not None:
        signature = sign(
            act,
            site=site,
            record_class=record_class,
            credentials=credentials,
            meaning=Meaning.APPROVED,
            subject=about,
            content=content,
            authors=writers,
            reason=reason,
            version=version,
        )
    return _approved(act, site, klass, rule.mode, about, version, content, writers, signature, reason)


def _approved(
    act: UseCase,
    site: Site,
    klass: registry.Class,
    mode: ApprovalMode,
    about: Subject,
    version: str,
    content: Mapping[str, Any],
    writers: list[str],
    signature: Signature | None,
    reason: str,
) -> Approval:
    approver = signature.signer if signature else _person(act.actor)
    done = Approval(
        site=site,
        record_class=record_class_row(klass),
        subject_type=about.type,
        subject_id=about.id,
        subject_label=about.label,
        subject_version=version,
        content_sha256=content_hash(about.type, about.id, version, content),
        mode=mode.value,
        is_own=approver is not None and str(approver.pk) in writers,
        approver=approver,
        approver_name=str(approver) if approver else act.actor.label,
        authors=writers,
        signature=signature,
        reason=reason.strip(),
        approved_at=act.now,
    )
    with translating(_REFUSED_BY_DATABASE):
        done.save(force_insert=True)
    after = {"mode": done.mode, "is_own": done.is_own, "by": done.approver_name, "content_sha256": done.content_sha256}
    act.record("accounts.approved", subject=about, site=site.code, after=after)
    return done


def rule_set(
    actor: Actor,
    *,
    site: Site,
    record_class: str,
    mode: ApprovalMode,
    reason: str,
    is_regulated: bool = False,
    valid_from: datetime | None = None,
) -> ApprovalPolicy:
    """Decide what a class of records takes at a site from an instant on (now where none is given).

    Raises: NotAllowed, InvalidInput for the past, without reason, or less than four eyes for what is regulated;
    Conflict where another rule begins at that very instant.
    """
    with use_case(actor, reason) as act:
        act.require(MANAGE_APPROVAL_POLICY, site.code)
        klass = registry.get(record_class)
        start = act.now if valid_from is None else valid_from
        regulated = is_regulated or klass.is_regulated
        _check_rule(mode, reason, regulated, start, act.now)
        before = rule_in_force(site, record_class, start)
        rule = ApprovalPolicy(
            site=site,
            record_class=record_class_row(klass),
            mode=mode.value,
            is_regulated=regulated,
            valid_from=start,
            reason=reason.strip(),
            decided_by=actor.label,
            decided_at=act.now,
        )
        with translating(_REFUSED_BY_DATABASE):
            rule.save(force_insert=True)
        act.record(
            "accounts.approval_rule_changed",
            subject=Subject("accounts.approvalpolicy", str(rule.pk), record_class),
            site=site.code,
            before={"mode": before.mode, "is_regulated": before.is_regulated},
            after={"mode": rule.mode, "is_regulated": regulated, "valid_from": start},
        )
    return rule


def record_class_row(klass: registry.Class) -> RecordClass:
    """The stored row of a declared class. Joins the caller's transaction."""
    row, _made = RecordClass.objects.get_or_create(code=klass.code, defaults={"is_regulated": klass.is_regulated})
    return row


def sync_record_classes(act: UseCase) -> list[str]:
    """Write down the classes of this release; the codes of those that changed. Joins the caller's transaction."""
    changed = []
    for klass in registry.declared().values():
        row = record_class_row(klass)
        if row.is_regulated != klass.is_regulated:
            row.is_regulated = klass.is_regulated
            row.save(update_fields=["is_regulated"])
            changed.append(klass.code)
    if changed:
        act.record("accounts.record_classes_changed", subject=Subject("accounts.recordclass", "*", ", ".join(changed)))
    return changed


def _check_rule(mode: ApprovalMode, reason: str, regulated: bool, start: datetime, now: datetime) -> None:
    """Raises: InvalidInput."""
    wrong: dict[str, list[Any]] = {}
    if len(reason.strip()) < 2:
        wrong["reason"] = [_("A reason is needed.")]
    if regulated and mode is not ApprovalMode.FOUR_EYES:
        wrong["mode"] = [_("Regulated records take four eyes.")]
    if start < now:
        wrong["valid_from"] = [_("A rule is never made for the past.")]
    if wrong:
        raise InvalidInput(wrong)


def _person(actor: Actor) -> User | None:
    """The acting person; nobody for a part of the system. Raises: SigningError for a program with a token."""
    if actor.kind == "user":
        return User.objects.get(pk=actor.id)
    if actor.kind != "system":
        raise SigningError(_("Only a person approves."), code="token_cannot_sign")
    return None


def _needs_four_eyes() -> MomError:
    return SignatureNeeded()


_REFUSED_BY_DATABASE = {
    "accounts_approval_once": lambda: Conflict(
        _("This is approved already, as it stands. Reload and look at it."), code="approved_already"
    ),
    "accounts_approval_takes_four_eyes": _needs_four_eyes,
    "accounts_approval_four_eyes_signed": _needs_four_eyes,
    "accounts_approvalpolicy_one_at_a_time": lambda: Conflict(
        _("Another rule begins at that very instant."), code="rule_at_that_instant"
    ),
    "accounts_approvalpolicy_only_ahead": lambda: InvalidInput(
        {"valid_from": [_("A rule is never made for the past.")]}
    ),
    "accounts_approvalpolicy_class_regulated": lambda: InvalidInput({"mode": [_("Regulated records take four eyes.")]}),
}
