"""P23: two approvers at the same record, and one signing request sent twice at once. Controls without the guard."""

import os
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
from django.db import connection

from mom.accounts.models import Approval, Signature, User
from mom.accounts.selectors import actor_for_user
from mom.accounts.services.approval import approve
from mom.accounts.services.signer import SignerCredentials
from mom.core.errors import Conflict
from mom.core.use_case import use_case
from tests.accounts.signing import NOTE, RECORD, TEXT, make_signer, proven, record_classes, shown_to, signed
from tests.races.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def classes() -> Iterator[None]:
    with record_classes():
        yield


@pytest.fixture
def owner_cursor(transactional_db: None) -> Iterator[Any]:
    """The owner of the tables, who can take a guard away for a control."""
    address = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    owning = psycopg2.connect(address, dbname=connection.settings_dict["NAME"])
    owning.autocommit = True
    with owning.cursor() as cursor:
        yield cursor
    owning.close()


def approved(user: User, site: Any, credentials: SignerCredentials | None) -> Approval:
    with use_case(actor_for_user(user), "Fits") as act:
        return approve(
            act, record_class=RECORD, site=site, subject=NOTE, content=TEXT, authors=(), credentials=credentials,
            reason="Fits the drawing", version="1",
        )  # fmt: skip


def two_approvers(site: Any) -> list[str]:
    people = [make_signer(name, site) for name in ("mira", "tom")]
    proofs = [proven(user, site, shown_to(user)) for user in people]
    found = at_once(
        [lambda user=user, proof=proof: approved(user, site, proof) for user, proof in zip(people, proofs, strict=True)]
    )
    return sorted(type(each).__name__ for each in found)


def test_P23_two_approvers_at_once_are_one_approval(site: Any) -> None:
    assert two_approvers(site) == ["Approval", "Conflict"]
    assert Approval.objects.count() == 1
    assert Signature.objects.count() == 1, "the loser's signature went with it"


def test_P23_two_approvers_control_without_the_constraint(site: Any, owner_cursor: Any) -> None:
    owner_cursor.execute("ALTER TABLE accounts_approval DROP CONSTRAINT accounts_approval_once")
    assert two_approvers(site) == ["Approval", "Approval"]


def one_request_twice(site: Any) -> list[Any]:
    mira = make_signer("mira", site)
    proof = proven(mira, site, shown_to(mira))
    return at_once([lambda: signed(mira, site, proof)] * 2)


def test_P23_signing_request_sent_twice_at_once_signs_once(site: Any) -> None:
    found = one_request_twice(site)
    assert sorted(type(each).__name__ for each in found) == ["Conflict", "Signature"]
    assert next(each.code for each in found if isinstance(each, Conflict)) in {"signature_replayed", "signed_already"}
    assert Signature.objects.count() == 1


def test_P23_signing_request_sent_twice_control_without_the_constraints(
    site: Any, owner_cursor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner_cursor.execute("ALTER TABLE accounts_signature DROP CONSTRAINT accounts_signature_once")
    owner_cursor.execute("ALTER TABLE accounts_signature DROP CONSTRAINT accounts_signature_nonce_key")
    # The check before the insert is no guard: both read before either has written.
    monkeypatch.setattr("mom.accounts.services.signature.is_used", lambda _nonce: False)
    assert [type(each) for each in one_request_twice(site)] == [Signature, Signature]
