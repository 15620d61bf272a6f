"""A procedure is written, approved by a second person, read, replaced by a new version, and read again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from mom.accounts.engine.signing import ApprovalMode
from mom.accounts.models import Approval, Site, User
from mom.accounts.public import SignatureNeeded, SigningError
from mom.accounts.selectors import actor_for_user
from mom.accounts.selectors.signature import signed_by
from mom.accounts.services import approval
from mom.core import clock, invariants
from mom.core.actor import system_actor
from mom.core.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed
from mom.core.testing import acting
from mom.core.use_case import Subject
from mom.plant.engine.document import DocumentCommand, DocumentStatus
from mom.plant.engine.terms import EquipmentLevel
from mom.plant.models import Document, DocumentVersion, Person, PersonnelClass, ReadConfirmation
from mom.plant.selectors import document as documents
from mom.plant.services import document as services
from mom.plant.services.person import grant
from tests.accounts.signing import make_signer, proven, shown_to
from tests.core.files import hostile
from tests.factories.accounts import make_user
from tests.factories.plant import make_equipment, make_person

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("test")


class Shop:
    """A site where procedures take four eyes: a writer, an approver, two operators, a document with readers."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.writer = make_signer("wanda", site, "plant.view", "plant.change_document", "plant.approve_document")
        self.approver = make_signer("anna", site, "plant.view", "plant.approve_document")
        self.ola = make_user("ola", site=site, permissions=["plant.view", "plant.confirm_reading"])
        self.person = make_person(site, "OLA", user=self.ola)
        self.other = make_person(site, "PER")
        with acting() as act:
            self.skill = PersonnelClass.objects.create(site=site, code="CNC", name="CNC operator")
            grant(act, self.person, self.skill, valid_from=datetime(2020, 1, 1, tzinfo=UTC).date())
        approval.rule_set(
            SYSTEM, site=site, record_class="plant.document", mode=ApprovalMode.FOUR_EYES, reason="ISO 9001"
        )
        self.document = services.document_add(self.actor(self.writer), site, code="SOP-7", name="Clamp", kind="sop")
        services.reader_add(self.actor(self.writer), self.document.pk, personnel_class=self.skill)

    def actor(self, user: User) -> Any:
        return actor_for_user(user)

    def draft(self, text: str = "first", **more: Any) -> DocumentVersion:
        """The next version, as a draft."""
        return services.version_add(
            self.actor(self.writer), self.document.pk, name="sop.pdf", content=hostile.pdf(1, text),
            change_note=f"{text} issue", **more,
        )  # fmt: skip

    def hand_in(self, text: str = "first", **more: Any) -> DocumentVersion:
        """The next version, in review."""
        return services.version_move(self.actor(self.writer), self.draft(text, **more).pk, DocumentCommand.SUBMIT)

    def sign(self, version: DocumentVersion, by: User | None = None) -> DocumentVersion:
        """The version approved by signature."""
        user = by or self.approver
        subject, number = Subject.of(version), str(version.number)
        challenge = shown_to(user, subject=subject, content=version.content(), version=number)
        credentials = proven(user, self.site, challenge, subject=subject)
        return services.version_approve(
            self.actor(user), version.pk, credentials=credentials, reason="Read and found right"
        )

    def unread(self, person: Person | None = None, **more: Any) -> list[str]:
        """What a person has to read."""
        return [str(row) for row in documents.unread_documents_for(person or self.person, clock.now(), **more)]


@pytest.fixture
def shop(site: Site) -> Shop:
    return Shop(site)


def test_document_is_approved_by_another_person_read_and_replaced(shop: Shop) -> None:
    first = shop.hand_in()
    assert shop.unread() == []
    with pytest.raises(SignatureNeeded):
        services.version_approve(shop.actor(shop.approver), first.pk)
    with pytest.raises(SigningError):
        shop.sign(first, by=shop.writer)  # the author's own work
    first = shop.sign(first)
    assert (first.status, first.approved_by) == (DocumentStatus.APPROVED, "Anna")
    assert shop.unread() == ["SOP-7 v1"]
    assert shop.unread(shop.other) == []  # holds no such skill
    (line,) = signed_by(first, first.content())
    assert line.is_valid

    services.reading_confirm(shop.actor(shop.ola), first.pk, shop.person)
    again = services.reading_confirm(shop.actor(shop.ola), first.pk, shop.person)
    assert ReadConfirmation.objects.get() == again
    assert shop.unread() == []

    second = shop.sign(shop.hand_in("second"))
    first.refresh_from_db()
    assert first.effective_to == second.effective_from
    assert shop.unread() == ["SOP-7 v2"]
    (reading,) = documents.readings_of(shop.document, clock.now())
    assert (reading.number, reading.is_enough) == (1, False)

    third = shop.sign(shop.hand_in("third", needs_reading=False, no_reading_reason="Typing error"))
    assert shop.unread() == ["SOP-7 v3"]  # never read the second, which had to be
    services.reading_confirm(shop.actor(shop.ola), third.pk, shop.person)
    assert shop.unread() == []


def test_document_that_need_not_be_read_again_keeps_its_confirmations(shop: Shop) -> None:
    services.reading_confirm(shop.actor(shop.ola), shop.sign(shop.hand_in()).pk, shop.person)
    shop.sign(shop.hand_in("second", needs_reading=False, no_reading_reason="Typing error"))
    assert shop.unread() == []
    with pytest.raises(InvalidInput):
        shop.draft("third", needs_reading=False)


def test_document_of_a_place_is_asked_of_who_works_there(shop: Shop) -> None:
    area = make_equipment(shop.site, "HALL", level=EquipmentLevel.AREA)
    machine, elsewhere = make_equipment(shop.site, "CNC-9", parent=area), make_equipment(shop.site, "CNC-8")
    safety = services.document_add(SYSTEM, shop.site, code="SDS-1", name="Coolant", kind="safety_sheet")
    services.reader_add(SYSTEM, safety.pk, equipment=area)
    shop.document = safety
    shop.sign(shop.hand_in())
    assert shop.unread(shop.other) == []
    assert shop.unread(shop.other, equipment=machine) == ["SDS-1 v1"]
    assert shop.unread(shop.other, equipment=elsewhere) == []


def test_document_with_a_planned_version_keeps_the_present_one_until_then(shop: Shop) -> None:
    first, later = shop.sign(shop.hand_in()), clock.now() + timedelta(days=3)
    second = shop.sign(shop.hand_in("second", planned_from=later))
    first.refresh_from_db()
    assert first.effective_to == second.effective_from == later
    assert shop.unread() == ["SOP-7 v1"]
    assert [str(row) for row in documents.unread_documents_for(shop.person, later)] == ["SOP-7 v2"]
    third = shop.hand_in("third")
    with pytest.raises(Conflict):
        shop.sign(third)
    services.version_withdraw(shop.actor(shop.approver), second.pk, reason="Not needed")
    first.refresh_from_db()
    assert first.effective_to is None
    assert shop.sign(third).status == DocumentStatus.APPROVED


def test_document_withdrawn_leaves_nothing_in_force(shop: Shop) -> None:
    version = shop.sign(shop.hand_in())
    with pytest.raises(NotAllowed):
        services.version_withdraw(shop.actor(shop.ola), version.pk, reason="No")
    with pytest.raises(InvalidInput):
        services.version_withdraw(shop.actor(shop.approver), version.pk, reason=" ")
    services.version_withdraw(shop.actor(shop.approver), version.pk, reason="Dangerous")
    assert shop.unread() == []
    row: Any = documents.document_list(SYSTEM, shop.site, clock.now()).get()
    assert row.current_number is None


def test_document_sent_back_is_a_draft_again(shop: Shop) -> None:
    version = shop.hand_in()
    with pytest.raises(InvalidInput):
        services.version_move(shop.actor(shop.approver), version.pk, DocumentCommand.SEND_BACK)
    sent = services.version_move(shop.actor(shop.approver), version.pk, DocumentCommand.SEND_BACK, reason="Blurred")
    assert sent.status == DocumentStatus.DRAFT
    with pytest.raises(IllegalTransition):
        services.version_approve(SYSTEM, version.pk, reason="x")


def test_reading_is_confirmed_by_the_person_alone(shop: Shop) -> None:
    version = shop.hand_in()
    with pytest.raises(Conflict):
        services.reading_confirm(shop.actor(shop.ola), version.pk, shop.person)
    version = shop.sign(version)
    with pytest.raises(NotAllowed):
        services.reading_confirm(shop.actor(shop.ola), version.pk, shop.other)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE plant_documentversion SET change_note = 'x'",
        "UPDATE plant_documentversion SET sha256 = repeat('a', 64)",
        "UPDATE plant_documentversion SET effective_from = now() - interval '1 day'",
        "UPDATE plant_documentversion SET approved_by = 'me'",
        "UPDATE plant_documentversion SET status = 'draft', approved_at = NULL",
        "DELETE FROM plant_documentversion",
        "UPDATE plant_readconfirmation SET confirmed_at = now()",
        "DELETE FROM plant_readconfirmation",
        "UPDATE core_attachment SET title = 'x'",
        "DELETE FROM core_attachment",
    ],
)
def test_P22_approved_version_is_held_by_the_database(shop: Shop, change: str) -> None:
    version = shop.sign(shop.hand_in())
    services.reading_confirm(shop.actor(shop.ola), version.pk, shop.person)
    with pytest.raises(DatabaseError), acting(), connection.cursor() as cursor:  # by trigger, or for want of the right
        cursor.execute(change)


def test_P23_version_does_not_become_approved_without_an_approval(shop: Shop) -> None:
    version = shop.hand_in()
    change = {"status": "approved", "approved_at": clock.now(), "approved_by": "me", "effective_from": clock.now()}
    with pytest.raises(IntegrityError, match="has no approval"), acting():
        DocumentVersion.objects.filter(pk=version.pk).update(**change)
    assert not Approval.objects.exists()


def test_version_in_force_is_one_at_any_instant(shop: Shop) -> None:
    first = shop.sign(shop.hand_in())
    shop.sign(shop.hand_in("second"))
    with pytest.raises(IntegrityError, match="one_in_force"), acting(), transaction.atomic():
        DocumentVersion.objects.filter(pk=first.pk).update(effective_to=None)


def test_document_is_one_code_at_its_site(shop: Shop) -> None:
    with pytest.raises(InvalidInput):
        services.document_add(SYSTEM, shop.site, code="SOP-7", name="Again", kind="sop")
    assert Document.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("as_owner")
def test_invariants_of_documents_hold_and_find_what_breaks_them(shop: Shop) -> None:
    services.reading_confirm(shop.actor(shop.ola), shop.sign(shop.hand_in()).pk, shop.person)
    ours = (
        "plant.file_content_fits_its_digest",
        "plant.approved_version_is_approved",
        "plant.reading_is_of_the_own_site",
    )
    assert {rule.name for rule in invariants.registered()} >= set(ours)
    assert [found.invariant.name for found in invariants.violations() if found.invariant.name in ours] == []
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_storedblob DISABLE TRIGGER USER")
        cursor.execute("UPDATE core_storedblob SET content = content || '\\x00' WHERE length(content) > 0")
    broken = [found.invariant.name for found in invariants.violations() if found.invariant.name in ours]
    assert broken == ["plant.file_content_fits_its_digest"]
