"""P22, P23: a signature is bound to what was shown, and takes the signer's own credentials at the act."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from mom.accounts.engine.signing import ApprovalMode, Meaning
from mom.accounts.models import Membership, Role, Signature, User
from mom.accounts.selectors import actor_for_user
from mom.accounts.selectors.signature import is_valid, shown, signatures_of
from mom.accounts.services.approval import rule_set
from mom.accounts.services.secret import SecretWrong, TooManyTries
from mom.accounts.services.signature import sign
from mom.accounts.services.signer import SignerCredentials, SigningError, prove_signer
from mom.core import clock, invariants
from mom.core.actor import system_actor
from mom.core.errors import Conflict, InvalidInput, Stale
from mom.core.models import AuditEntry, OutboxEvent
from mom.core.testing import acting
from mom.core.use_case import use_case
from tests.accounts.signing import (
    NOTE,
    OTHER,
    PASSWORD,
    RECORD,
    REGULATED,
    TEXT,
    make_signer,
    proven,
    record_classes,
    shown_to,
    sign_now,
    signed,
)
from tests.factories.accounts import make_membership, make_user

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("test")


@pytest.fixture(autouse=True)
def classes() -> Iterator[None]:
    with record_classes():
        yield


@pytest.fixture
def mira(site: Any) -> User:
    return make_signer("mira", site)


@pytest.fixture
def tom(site: Any) -> User:
    return make_signer("tom", site)


def test_P22_signature_says_who_what_when_why(mira: User, site: Any) -> None:
    signature = sign_now(mira, site)
    assert (signature.signer_name, signature.meaning, signature.proof) == ("Mira", "approved", "both")
    assert signature.utc_offset_minutes in {60, 120}
    entry = AuditEntry.objects.get(action="accounts.signed")
    assert entry.after["digest"] == signature.digest == Signature.objects.get().row_digest()
    assert (entry.chain, entry.subject_id, entry.reason) == ("P1", "7", "Checked against the drawing")
    assert OutboxEvent.objects.get(topic="accounts.record_signed").payload["signature_id"] == signature.pk


def test_P22_content_changed_by_one_byte_shows_signature_invalid(mira: User, site: Any) -> None:
    signature = sign_now(mira, site)
    assert is_valid(signature, {"steps": ["clean", "tighten"], "title": "Tighten to 12 Nm"})
    assert [each.wrong for each in shown(signatures_of(NOTE), {**TEXT, "title": "Tighten to 13 Nm"})] == ["changed"]


def test_P22_content_changed_after_it_was_shown_is_not_signed(mira: User, site: Any) -> None:
    credentials = proven(mira, site, shown_to(mira))
    for changed in ({"content": {**TEXT, "title": "Tighten to 13 Nm"}}, {"version": "2"}):
        with pytest.raises(Stale) as refusal:
            signed(mira, site, credentials, **changed)
        assert refusal.value.code == "content_changed"
    assert not Signature.objects.exists()


def test_P23_signing_request_replayed_is_refused(mira: User, site: Any) -> None:
    challenge = shown_to(mira)
    signed(mira, site, proven(mira, site, challenge))
    for meaning in (Meaning.APPROVED, Meaning.VERIFIED):
        with pytest.raises(Conflict) as refusal:
            signed(mira, site, proven(mira, site, challenge), meaning=meaning)
        assert refusal.value.code == "signature_replayed"
    assert Signature.objects.count() == 1


def test_P23_signing_request_of_another_session_is_refused(mira: User, tom: User, site: Any) -> None:
    challenge = shown_to(mira)
    for user, session in ((mira, "session-2"), (tom, "session-1")):
        with pytest.raises(SigningError) as refusal:
            signed(user, site, proven(user, site, challenge, session=session))
        assert refusal.value.code == "other_session"
    assert not Signature.objects.exists()


def test_P23_signing_request_moved_to_another_record_is_refused(mira: User, site: Any) -> None:
    with pytest.raises(SigningError) as refusal:
        signed(mira, site, proven(mira, site, shown_to(mira)), subject=OTHER)
    assert refusal.value.code == "other_record"


def test_P23_signing_request_forged_is_refused(mira: User, site: Any) -> None:
    challenge = shown_to(mira)
    for forged in (challenge[:-1], "A" + challenge, ""):
        with pytest.raises(SigningError) as refusal:
            signed(mira, site, proven(mira, site, forged))
        assert refusal.value.code == "challenge_invalid"


def test_P23_signing_page_goes_out_of_date(mira: User, site: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("mom.accounts.services.signature.CHALLENGE_LASTS", -1)
    with pytest.raises(Stale):
        signed(mira, site, proven(mira, site, shown_to(mira)))


def test_P23_first_signature_of_a_session_takes_both_components(mira: User, site: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        proven(mira, site, shown_to(mira), name="")
    assert set(refusal.value.fields) == {"name"}
    sign_now(mira, site)
    later = signed(mira, site, proven(mira, site, shown_to(mira, subject=OTHER), name=""), subject=OTHER)
    assert later.proof == "secret"
    with pytest.raises(InvalidInput):  # after a lock or a change of person the session is another one
        proven(mira, site, shown_to(mira, session="session-2"), name="", session="session-2")


def test_P23_second_person_signs_on_anothers_page_with_both_components(mira: User, tom: User, site: Any) -> None:
    sign_now(mira, site)
    witness = signed(mira, site, proven(tom, site, shown_to(mira), page_of=mira), meaning=Meaning.VERIFIED)
    assert (witness.signer, witness.proof) == (tom, "both")


def test_P23_wrong_secret_is_audited_announced_and_locks(mira: User, site: Any) -> None:
    challenge = shown_to(mira)
    for _try in range(5):
        with pytest.raises((SecretWrong, TooManyTries)):
            proven(mira, site, challenge, secret="wrong horse battery")
    with pytest.raises(TooManyTries):
        proven(mira, site, challenge)
    assert AuditEntry.objects.filter(action="accounts.signing_refused", subject_id="7", chain="P1").count() == 6
    assert AuditEntry.objects.filter(action="accounts.signing_refused").last().after["signer"] == "mira"
    assert OutboxEvent.objects.filter(topic="accounts.signing_refused").count() == 6
    assert not Signature.objects.exists()


def test_P23_unknown_name_is_refused_like_a_wrong_secret(mira: User, site: Any) -> None:
    with pytest.raises(SecretWrong):
        proven(mira, site, shown_to(mira), name="nobody")


def test_P23_program_with_token_never_signs(mira: User, site: Any) -> None:
    token = actor_for_user(mira).__class__("token", "mom_abc", "ERP", {"P1": frozenset({"accounts.sign_record"})})
    with pytest.raises(SigningError) as refusal:
        prove_signer(token, site=site, subject=NOTE, secret=PASSWORD, challenge="", session="s", name="mira")
    assert refusal.value.code == "token_cannot_sign"
    credentials = proven(mira, site, shown_to(mira))
    with pytest.raises(SigningError), use_case(token) as act:
        sign(
            act, site=site, record_class=RECORD, credentials=credentials,
            meaning=Meaning.APPROVED, subject=NOTE, content=TEXT, authors=(), reason="as always", version="1",
        )  # fmt: skip


def test_P23_refused_use_case_still_leaves_its_trace(mira: User, site: Any) -> None:
    with pytest.raises(SigningError):
        signed(mira, site, proven(mira, site, shown_to(mira)), subject=OTHER)
    left = AuditEntry.objects.get(action="accounts.signing_refused")
    assert (left.subject_id, left.after["code"], left.after["signer"]) == ("8", "other_record", "mira")


@pytest.mark.parametrize("role", ["admin", "operator", "planner", "auditor"])
def test_P23_role_that_does_not_sign_is_refused(role: str, site: Any) -> None:
    user = make_user("max", password=PASSWORD)
    make_membership(user, Role.objects.get(code=role), site)
    with pytest.raises(SigningError) as refusal:
        sign_now(user, site)
    assert refusal.value.code == "may_not_sign"


def test_P23_database_refuses_a_signer_without_the_right_here(mira: User, site: Any, other_site: Any) -> None:
    row = copied(sign_now(mira, site))
    row.subject_id, row.nonce, row.site = "9", "other", other_site
    with pytest.raises(IntegrityError, match="no role of this person"), transaction.atomic(), acting():
        row.save(force_insert=True)
    with acting():
        Membership.objects.filter(user=mira).update(valid_to=clock.now())
    row.site = site
    with pytest.raises(IntegrityError, match="no role of this person"), transaction.atomic(), acting():
        row.save(force_insert=True)


def test_P23_author_does_not_approve_where_four_eyes_are_needed(mira: User, tom: User, site: Any) -> None:
    authors = (str(mira.pk),)
    assert sign_now(mira, site, authors=authors, subject=OTHER).pk
    rule_set(SYSTEM, site=site, record_class=RECORD, mode=ApprovalMode.FOUR_EYES, reason="From now on")
    for meaning in (Meaning.APPROVED, Meaning.VERIFIED, Meaning.REVIEWED):
        with pytest.raises(SigningError) as refusal:
            sign_now(mira, site, authors=authors, meaning=meaning)
        assert refusal.value.code == "own_work"
    assert sign_now(mira, site, authors=authors, meaning=Meaning.PERFORMED).pk
    assert sign_now(tom, site, authors=authors).pk


def test_P23_author_of_a_regulated_record_never_approves(mira: User, site: Any) -> None:
    with pytest.raises(SigningError) as refusal:
        sign_now(mira, site, authors=(str(mira.pk),), record_class=REGULATED)
    assert refusal.value.code == "own_work"


def test_P23_same_person_signs_the_same_thing_once(mira: User, tom: User, site: Any) -> None:
    sign_now(mira, site)
    with pytest.raises(Conflict) as refusal:
        sign_now(mira, site)
    assert refusal.value.code == "signed_already"
    sign_now(tom, site)
    assert len(signatures_of(NOTE)) == 2


def test_P23_reason_is_needed(mira: User, site: Any) -> None:
    with pytest.raises(InvalidInput):
        signed(mira, site, proven(mira, site, shown_to(mira)), reason=" x ")


def broken() -> set[str]:
    """The rules about signatures that do not hold now."""
    return {each.invariant.name for each in invariants.violations() if each.invariant.name.startswith("accounts.")}


def copied(signature: Signature) -> Signature:
    """The same row once more, not yet stored."""
    row = Signature.objects.get(pk=signature.pk)
    row.pk = None
    return row


def test_P22_signature_copied_to_another_record_by_sql_is_invalid(mira: User, site: Any) -> None:
    original = sign_now(mira, site)
    assert broken() == set()
    with acting(), connection.cursor() as cursor:
        names = [field.column for field in Signature._meta.concrete_fields if field.column != "id"]
        chosen = ", ".join({"subject_id": "'8'", "nonce": "'copied'"}.get(name, f'"{name}"') for name in names)
        columns = ", ".join(f'"{name}"' for name in names)
        cursor.execute(f"INSERT INTO accounts_signature ({columns}) SELECT {chosen} FROM accounts_signature")
    moved = signatures_of(OTHER)
    assert [each.wrong for each in shown(moved, TEXT)] == ["row"]
    forged = moved[0]
    forged.content_sha256 = original.content_sha256
    forged.digest = forged.row_digest()  # a forger who reckons the digest again has no entry in the audit trail
    assert shown([forged], TEXT)[0].wrong == "unproven"
    assert broken() == {"accounts.signature_in_audit_trail"}
    assert is_valid(original, TEXT)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_signature SET reason = 'another one'",
        "DELETE FROM accounts_signature",
        "TRUNCATE accounts_signature CASCADE",
    ],
)
def test_P25_signature_is_never_changed_or_removed(mira: User, site: Any, statement: str) -> None:
    sign_now(mira, site)
    with pytest.raises(DatabaseError), transaction.atomic(), acting(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_P20_signature_without_actor_is_refused(mira: User, site: Any) -> None:
    row = copied(sign_now(mira, site))
    row.subject_id, row.nonce = "9", "other"
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.actor', '', true)")
    with pytest.raises(IntegrityError, match="names no actor"), transaction.atomic():
        row.save(force_insert=True)


def test_P23_credentials_do_not_print_their_challenge(mira: User, site: Any) -> None:
    challenge = shown_to(mira)
    credentials: SignerCredentials = proven(mira, site, challenge)
    assert challenge not in repr(credentials)
