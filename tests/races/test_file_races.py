"""Several at the same drawing, the same document, the same day's quota. Controls show each race without its guard."""

import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest
from django.db import connection, connections

from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import Actor, system_actor
from mom.core.errors import MomError, TooLarge
from mom.core.files import limits, services
from mom.core.files.subjects import Found
from mom.core.models import Attachment
from mom.core.use_case import Subject, use_case
from mom.plant.engine.document import DocumentStatus
from mom.plant.models import DocumentVersion, ReadConfirmation
from mom.plant.selectors.document import in_force
from mom.plant.services import document as documents
from tests.factories.files import make_document, make_file, make_version, taken
from tests.factories.plant import make_equipment, make_person
from tests.races.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
BOSS: Actor = system_actor("test")


@pytest.fixture
def owner_cursor(transactional_db: None) -> Iterator[Any]:
    """The owner of the tables, who can take a guard away for a control."""
    address = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    owning = psycopg2.connect(address, dbname=connection.settings_dict["NAME"])
    owning.autocommit = True
    with owning.cursor() as cursor:
        yield cursor
    owning.close()


def next_revision(first: Attachment, found: Found, revision: str, actor: Actor) -> Callable[[], Attachment]:
    """One person's act: the next revision of a drawing, its file taken in already."""

    def act() -> Attachment:
        with use_case(actor) as open_act:
            new = services.NewFile(revision=revision, replaces=first.pk)
            return services.add(open_act, found, taken(revision.encode() * 9), new)

    return act


def drawing(site: Site) -> tuple[Attachment, Found]:
    """A drawing's first revision on a machine."""
    machine = make_equipment(site)
    return make_file(machine, site, number="Z-1", revision="A"), Found(Subject.of(machine), site.code, "")


def valid(site: Site) -> int:
    return Attachment.objects.filter(site=site.code, number="Z-1", valid_to=None).count()


def test_two_next_revisions_of_one_drawing_leave_one_valid(site: Site) -> None:
    first, found = drawing(site)
    acts = [next_revision(first, found, letter, system_actor(letter)) for letter in "BC"]
    outcomes = at_once(acts)
    assert sorted(isinstance(each, MomError) for each in outcomes) == [False, True]
    assert valid(site) == 1


def test_two_next_revisions_control_without_the_constraint(site: Site, owner_cursor: Any) -> None:
    first, found = drawing(site)
    owner_cursor.execute("ALTER TABLE core_attachment DROP CONSTRAINT core_attachment_one_valid_revision")
    outcomes = at_once([next_revision(first, found, letter, system_actor(letter)) for letter in "BC"])
    assert all(isinstance(each, Attachment) for each in outcomes)
    assert valid(site) == 2


def upload(site: Site, found: Found, content: bytes) -> Callable[[], Attachment]:
    """One upload of the same person."""

    def act() -> Attachment:
        with use_case(BOSS) as open_act:
            return services.add(open_act, found, taken(content), services.NewFile())

    return act


def test_two_uploads_share_one_quota(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "QUOTA_BYTES", 150)
    found = Found(Subject.of(make_equipment(site)), site.code, "")
    outcomes = at_once([upload(site, found, letter * 100) for letter in (b"a", b"b")])
    assert [type(each) for each in outcomes].count(TooLarge) == 1
    assert Attachment.objects.count() == 1


def test_two_uploads_control_without_the_lock(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "QUOTA_BYTES", 150)
    found = Found(Subject.of(make_equipment(site)), site.code, "")
    both_have_counted = threading.Barrier(2)
    counted = services._within_quota

    def without_lock(act: Any, site_code: str, size: int) -> None:
        counted(act, site_code, size)
        both_have_counted.wait(20)

    monkeypatch.setattr(services, "advisory_lock", lambda *_args: None)
    monkeypatch.setattr(services, "_within_quota", without_lock)
    outcomes = at_once([upload(site, found, letter * 100) for letter in (b"a", b"b")])
    assert all(isinstance(each, Attachment) for each in outcomes)


def test_two_approvals_of_one_document_leave_one_in_force(site: Site) -> None:
    document = make_document(site)
    make_version(document)
    versions = [make_version(document, DocumentStatus.IN_REVIEW) for _each in range(2)]
    at_once([lambda pk=row.pk: documents.version_approve(BOSS, pk) for row in versions])  # type: ignore[misc]
    assert DocumentVersion.objects.filter(in_force(clock.now()), document=document).count() == 1


def test_reading_confirmed_twice_at_once_is_one(site: Site) -> None:
    version, person = make_version(make_document(site)), make_person(site)

    def confirm() -> ReadConfirmation:
        try:
            return documents.reading_confirm(BOSS, version.pk, person)
        finally:
            connections.close_all()

    first, second = at_once([confirm, confirm])
    assert first == second
    assert ReadConfirmation.objects.count() == 1
