"""Approvals as the site's rule takes them: none, self, four eyes; and the rule itself."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from mom.accounts.engine.signing import ApprovalMode
from mom.accounts.models import Approval, ApprovalPolicy, RecordClass, User
from mom.accounts.selectors import actor_for_user
from mom.accounts.selectors.approval import approvals_of, rule_in_force, rule_list, rules_in_force
from mom.accounts.services.approval import SignatureNeeded, approve, rule_set
from mom.accounts.services.signer import SigningError
from mom.core import clock
from mom.core.actor import Actor, system_actor
from mom.core.errors import Conflict, InvalidInput, NotAllowed
from mom.core.models import AuditEntry
from mom.core.testing import acting
from mom.core.use_case import use_case
from tests.accounts.signing import NOTE, RECORD, REGULATED, TEXT, make_signer, proven, record_classes, shown_to

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("test")
FOUR = ApprovalMode.FOUR_EYES


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


def approved(user: User, site: Any, *, authors: Any = (), signer: Any = None, **kwargs: Any) -> Approval:
    credentials = proven(user, site, shown_to(user)) if signer else None
    with use_case(actor_for_user(user), "Fits the drawing") as act:
        return approve(
            act,
            **{
                "record_class": RECORD,
                "site": site,
                "subject": NOTE,
                "content": TEXT,
                "authors": [str(each.pk) for each in authors],
                "credentials": credentials,
                "reason": "Fits the drawing",
                "version": "1",
                **kwargs,
            },
        )


def test_P23_new_site_approves_its_own_and_says_so(mira: User, tom: User, site: Any) -> None:
    own = approved(mira, site, authors=[mira])
    assert (own.mode, own.is_own, own.signature, own.approver_name) == ("self", True, None, "Mira")
    assert AuditEntry.objects.get(action="accounts.approved").after["is_own"] is True
    by_another = approved(tom, site, authors=[mira], version="2")
    assert (by_another.mode, by_another.is_own) == ("self", False)
    assert approvals_of(NOTE) == [own, by_another]


def test_P23_four_eyes_take_a_signature_of_another_person(mira: User, tom: User, site: Any) -> None:
    rule_set(SYSTEM, site=site, record_class=RECORD, mode=FOUR, reason="Customer asks for it")
    with pytest.raises(SignatureNeeded):
        approved(tom, site, authors=[mira])
    with pytest.raises(SigningError) as refusal:
        approved(mira, site, authors=[mira], signer=True)
    assert refusal.value.code == "own_work"
    done = approved(tom, site, authors=[mira], signer=True)
    assert (done.mode, done.is_own, done.approver, done.signature.signer) == ("four_eyes", False, tom, tom)


def test_P23_regulated_class_takes_four_eyes_whatever_the_site_says(mira: User, site: Any) -> None:
    assert rule_in_force(site, REGULATED, clock.now()).mode is FOUR
    with pytest.raises(SignatureNeeded):
        approved(mira, site, record_class=REGULATED)
    with pytest.raises(InvalidInput):
        rule_set(SYSTEM, site=site, record_class=REGULATED, mode=ApprovalMode.SELF, reason="Too slow")
    assert rule_set(SYSTEM, site=site, record_class=REGULATED, mode=FOUR, reason="As it must").is_regulated


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"mode": "self", "is_regulated": True}, "accounts_approvalpolicy_regulated_takes_four_eyes"),
        ({"mode": "four_eyes", "is_regulated": False}, "accounts_approvalpolicy_class_regulated"),
        ({"mode": "four_eyes", "is_regulated": True, "valid_from": "past"}, "accounts_approvalpolicy_only_ahead"),
    ],
)
def test_P23_database_holds_the_rules_of_rules(site: Any, values: dict[str, Any], rule: str) -> None:
    now = clock.now()
    start = now - timedelta(days=1) if values.pop("valid_from", "") else now
    with acting():
        klass = RecordClass.objects.create(code=REGULATED, is_regulated=True)
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), acting():
        ApprovalPolicy.objects.create(
            site=site, record_class=klass, valid_from=start, decided_at=now, decided_by="x", reason="so", **values
        )
    assert refusal.value.__cause__.diag.constraint_name == rule


def test_P23_database_refuses_an_approval_below_the_rule(mira: User, tom: User, site: Any) -> None:
    row = approved(mira, site, authors=[mira])
    rule_set(SYSTEM, site=site, record_class=RECORD, mode=FOUR, reason="From now on")
    row.pk, row.subject_id = None, "9"
    for change, rule in (
        ({}, "accounts_approval_takes_four_eyes"),
        ({"mode": "four_eyes", "is_own": True}, "accounts_approval_four_eyes_signed"),
        ({"mode": "four_eyes", "is_own": False}, "accounts_approval_own_named"),
    ):
        for name, value in change.items():
            setattr(row, name, value)
        with pytest.raises(IntegrityError) as refusal, transaction.atomic(), acting():
            row.save(force_insert=True)
        assert refusal.value.__cause__.diag.constraint_name == rule


def test_P23_database_refuses_an_approval_by_a_foreign_signature(mira: User, tom: User, site: Any) -> None:
    row = approved(tom, site, authors=[mira], signer=True)
    row.pk, row.subject_id = None, "9"
    with pytest.raises(IntegrityError, match="for something else"), transaction.atomic(), acting():
        row.save(force_insert=True)


def test_P23_same_content_is_approved_once(mira: User, tom: User, site: Any) -> None:
    approved(mira, site, authors=[mira])
    with pytest.raises(Conflict) as refusal:
        approved(tom, site, authors=[mira])
    assert refusal.value.code == "approved_already"


def test_P23_approval_takes_a_person_or_the_system(site: Any) -> None:
    with use_case(SYSTEM, "Demo") as act:
        made = approve(
            act, record_class=RECORD, site=site, subject=NOTE, content=TEXT, authors=(), credentials=None, reason="Demo"
        )
    assert (made.approver, made.approver_name) == (None, "test")
    token = Actor(kind="token", id="mom_abc", label="ERP", permissions={})
    with pytest.raises(NotAllowed), use_case(token) as act:
        approve(
            act, record_class=RECORD, site=site, subject=NOTE, content={}, authors=(), credentials=None, reason="so"
        )


def test_P20_rule_is_changed_from_an_instant_on_and_kept(make_actor: Any, mira: User, site: Any) -> None:
    boss = make_actor("accounts.manage_approval_policy", "accounts.view_approval_policy")
    later = clock.now() + timedelta(days=7)
    rule_set(boss, site=site, record_class=RECORD, mode=FOUR, reason="Audit in May", valid_from=later)
    assert rule_in_force(site, RECORD, clock.now()).mode is ApprovalMode.SELF
    assert rule_in_force(site, RECORD, later).mode is FOUR
    entry = AuditEntry.objects.get(action="accounts.approval_rule_changed")
    assert (entry.before["mode"], entry.after["mode"], entry.reason) == ("self", "four_eyes", "Audit in May")
    assert [rule.mode for rule in rule_list(boss, site)] == ["four_eyes"]
    assert not rule_list(make_actor(), site)
    assert {rule.record_class.code: rule.mode for rule in rules_in_force(site, later)}[RECORD] is FOUR
    for refused in ({"reason": ""}, {"valid_from": clock.now() - timedelta(hours=1)}):
        with pytest.raises(InvalidInput):
            rule_set(boss, site=site, record_class=RECORD, mode=FOUR, **{"reason": "so", **refused})
    with pytest.raises(NotAllowed):
        rule_set(actor_for_user(mira), site=site, record_class=RECORD, mode=FOUR, reason="so")


def test_P25_rules_and_approvals_are_never_changed(mira: User, site: Any) -> None:
    approved(mira, site)
    rule_set(SYSTEM, site=site, record_class=RECORD, mode=FOUR, reason="From now on")
    for model in (Approval, ApprovalPolicy):
        for act in (lambda rows: rows.update(reason="else"), lambda rows: rows._raw_delete("default")):
            with pytest.raises(DatabaseError), transaction.atomic(), acting():
                act(model.objects.all())
