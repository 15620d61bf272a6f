"""Signing a disposition in tests: what the page shows, and the signer's credentials."""

from decimal import Decimal

from mom.accounts.models import Site, User
from mom.accounts.selectors import actor_for_user
from mom.accounts.services.signature import challenge_for
from mom.accounts.services.signer import SignerCredentials, prove_signer
from quality.engine.terms import DispositionKind
from quality.models import Disposition, Nonconformance, NonconformanceLine
from quality.services import disposition
from quality.services.disposition import Decision
from tests.accounts.signing import PASSWORD
from tests.factories.accounts import make_user

SIGNS = ("quality.view", "quality.approve_disposition", "quality.close_nonconformance", "accounts.sign_record")


def make_decider(site: Site, name: str = "eva") -> User:
    """Somebody who may decide and sign."""
    return make_user(name, site=site, permissions=SIGNS, password=PASSWORD)


def credentials_for(user: User, ncr: Nonconformance, decision: Decision) -> SignerCredentials:
    """As the page that shows this decision hands them over."""
    line = NonconformanceLine.objects.select_related("lot").get(pk=decision.line_id)
    ncr = Nonconformance.objects.select_related("material", "site").get(pk=ncr.pk)
    challenge = challenge_for(
        actor_for_user(user),
        session="session-1",
        subject=ncr,
        version=disposition.signed_version(ncr, decision),
        content=disposition.signed_content(ncr, line, decision),
    )
    return prove_signer(
        actor_for_user(user),
        site=ncr.site,
        subject=ncr,
        secret=PASSWORD,
        challenge=challenge,
        session="session-1",
        name=user.username,
    )


def decide(
    user: User, line: NonconformanceLine, kind: DispositionKind | str, quantity: Decimal | int | None = None
) -> Disposition:
    """Sign what becomes of a line, the whole of it unless a quantity is named."""
    decision = Decision(line.pk, DispositionKind(kind), line.quantity if quantity is None else Decimal(quantity))
    return disposition.decide(
        actor_for_user(user), line.nonconformance_id, decision, reason="Looked at by the board",
        credentials=credentials_for(user, line.nonconformance, decision),
    )  # fmt: skip
