"""Signatures, approvals and rules in a few words."""

import itertools
from datetime import timedelta
from typing import Any

from mom.accounts.engine.signing import ApprovalMode, content_hash
from mom.accounts.models import Approval, ApprovalPolicy, RecordClass, Role, Signature, Site, User
from mom.core import clock
from mom.core.testing import acting
from mom.core.use_case import Subject
from mom.work.models import GateOverride
from tests.factories.accounts import make_membership, make_user
from tests.factories.plant import next_code
from tests.factories.work import job_of, make_order

_numbers = itertools.count(1)
RECORD = "tests.sample"


def make_signer_of(site: Site) -> User:
    """Somebody whose role signs at the site."""
    user = User.objects.filter(username=f"signer-{site.code.lower()}").first()
    if user is None:
        user = make_user(f"signer-{site.code.lower()}")
        make_membership(user, Role.objects.get(code="quality_engineer"), site)
    return user


def make_signature(site: Site, **fields: Any) -> Signature:
    """A signature of a record of its own, as the service leaves it."""
    signer, number = make_signer_of(site), next(_numbers)
    with acting() as act:
        row = Signature(
            **{
                "site": site,
                "signer": signer,
                "signer_name": str(signer),
                "meaning": "approved",
                "reason": "Fits the drawing",
                "record_class": _record_class(),
                "subject_type": RECORD,
                "subject_id": str(number),
                "subject_label": f"NOTE-{number}",
                "subject_version": "1",
                "content_sha256": content_hash(RECORD, str(number), "1", {}),
                "signed_at": clock.now(),
                "utc_offset_minutes": 60,
                "proof": "both",
                "session": "session",
                "nonce": f"nonce-{number}",
                **fields,
            }
        )
        row.digest = row.row_digest()
        row.save(force_insert=True)
        about = Subject(row.subject_type, row.subject_id, row.subject_label)
        act.record("accounts.signed", subject=about, site=site.code, after={"digest": row.digest})
    return row


def make_approval(site: Site) -> Approval:
    """A self-approval of a record of its own."""
    signer, number = make_signer_of(site), next(_numbers)
    with acting():
        return Approval.objects.create(
            site=site,
            record_class=_record_class(),
            subject_type=RECORD,
            subject_id=str(number),
            subject_label=f"NOTE-{number}",
            subject_version="1",
            content_sha256=content_hash(RECORD, str(number), "1", {}),
            mode=ApprovalMode.SELF.value,
            is_own=True,
            approver=signer,
            approver_name=str(signer),
            authors=[str(signer.pk)],
            reason="Fits the drawing",
            approved_at=clock.now(),
        )


def make_rule(site: Site, record_class: str = RECORD) -> ApprovalPolicy:
    """A rule of the site from now on."""
    with acting() as act:
        return ApprovalPolicy.objects.create(
            site=site,
            record_class=_record_class(record_class),
            mode=ApprovalMode.SELF.value,
            valid_from=act.now,
            reason="As usual",
            decided_by="Test",
            decided_at=act.now,
        )


def _record_class(code: str = RECORD) -> RecordClass:
    return RecordClass.objects.get_or_create(code=code)[0]


def make_gate_override(site: Site) -> GateOverride:
    """An override of a job of its own."""
    job, signature = job_of(make_order(site, next_code("WO"))), make_signature(site)
    now = clock.now()
    with acting():
        return GateOverride.objects.create(
            site=site, job_order=job, source="work.cleaning", code="not_clean", subject="CNC-01", sentence="Not clean",
            reason="Rinsed", signature=signature, overridden_by=signature.signer_name, overridden_at=now,
            valid_until=now + timedelta(hours=12),
        )  # fmt: skip
