"""Letting a job start although something forbids it: one blocker, one job, for a while, with reason and signature."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from mom.accounts.engine.signing import Meaning
from mom.accounts.public import SignerCredentials, sign
from mom.core.actor import Actor
from mom.core.errors import Conflict
from mom.core.use_case import use_case
from mom.plant.models import Person
from mom.work import gate, permissions
from mom.work.engine.terms import GateLevel
from mom.work.models import GateOverride, JobOrder
from mom.work.services import job_order as job_orders

RECORD_CLASS = "work.gate_override"
HOLDS_FOR = timedelta(hours=12)
"""From the signature to the start: a shift and its handover."""


def signed_version(source: str, code: str, subject: str) -> str:
    """What of a job is signed: the blocker's names."""
    return f"{source} {code} {subject}"[:64]


def signed_content(job_order: JobOrder, source: str, code: str, subject: str) -> Mapping[str, Any]:
    """What the signature covers: the job, and what stands in its way, in words that don't change with the language."""
    return {"job": job_order.code, "source": source, "code": code, "subject": subject}


def found(
    job_order: JobOrder, at: datetime, source: str, code: str, subject: str, person: Person | None
) -> gate.Blocker:
    """The blocker that is to be overridden. Raises: Conflict where it is gone, only warns, or may not be."""
    for each in gate.in_the_way(job_order, at, person):
        if (each.source, each.code, each.subject) == (source, code, subject) and each.level is GateLevel.BLOCK:
            if any(known.name == source and known.is_fixed for known in gate.sources()):
                raise Conflict(_("This can't be overridden: mend it first."), code="gate_fixed")
            return each
    raise Conflict(_("That doesn't stand in the way any more. Start the job."), code="nothing_in_the_way")


def override(
    actor: Actor,
    job_order_id: int,
    *,
    source: str,
    code: str,
    subject: str,
    reason: str,
    credentials: SignerCredentials,
    person: Person | None = None,
) -> GateOverride:
    """Sign that a job may start although this forbids it; what else is in its way stays there.

    `person`: who is to begin, where the blocker is about them. Raises: NotAllowed, NotFound; Conflict where it is gone
    or can't be overridden; SigningError, Stale, InvalidInput without a reason.
    """
    with use_case(actor, reason) as act:
        job_order = job_orders.locked(job_order_id, with_order=True)
        act.require(permissions.OVERRIDE_GATE, job_order.site.code)
        blocker = found(job_order, act.now, source, code, subject, person)
        signature = sign(
            act,
            site=job_order.site,
            record_class=RECORD_CLASS,
            credentials=credentials,
            meaning=Meaning.APPROVED,
            subject=job_order,
            content=signed_content(job_order, source, code, subject),
            authors=[],
            reason=reason,
            version=signed_version(source, code, subject),
        )
        done = GateOverride.objects.create(
            site=job_order.site,
            job_order=job_order,
            source=source,
            code=code,
            subject=subject,
            sentence=blocker.sentence[:500],
            reason=reason.strip(),
            signature=signature,
            overridden_by=signature.signer_name,
            overridden_at=act.now,
            valid_until=act.now + HOLDS_FOR,
        )
        act.record(
            "work.gate_overridden",
            subject=job_order,
            site=job_order.site.code,
            after={"source": source, "code": code, "subject": subject, "by": signature.signer_name},
        )
        return done
