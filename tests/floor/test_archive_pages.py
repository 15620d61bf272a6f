"""Setup > Archive and its resource: what is held, what waits, who may act."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from mom.accounts.models import Site, User
from mom.core.models import TaskRun
from mom.floor.archive import due
from mom.floor.models import ArchivedDay, ArchivePolicy
from mom.floor.services import archive
from tests.factories.plant import make_equipment
from tests.floor.messages import DAY, day_of, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def archived(site: Site, tmp_path: Path, settings: Any) -> ArchivedDay:
    """A machine with a day in an archive of the test's own."""
    settings.ARCHIVE_URL = str(tmp_path / "archive")
    store(day_of(make_equipment(site, "CNC-77")))
    due.mark_due(DAY.date(), DAY + timedelta(days=9))
    archive.write_waiting()
    return ArchivedDay.objects.get()


def test_archive_page_shows_what_is_held(client: Client, owner: User, archived: ArchivedDay) -> None:
    client.force_login(owner)
    page = client.get("/archive/").content.decode()
    assert "1 machine day, 48 messages" in page
    assert "CNC-77" in page
    assert "Verified" in page
    assert "Verify again" in page


def test_archive_page_marks_what_is_damaged(client: Client, owner: User, archived: ArchivedDay) -> None:
    ArchivedDay.objects.update(problem="The file is missing or damaged.")
    client.force_login(owner)
    page = client.get("/archive/?view=damaged").content.decode()
    assert "The file is missing or damaged." in page
    assert "1 with a problem" in page


def test_archive_acts_are_for_who_may(client: Client, owner: User, colleague: User, archived: ArchivedDay) -> None:
    client.force_login(colleague)
    assert "Verify again" not in client.get("/archive/").content.decode()
    for act in ("now", "verify", "settings"):
        assert client.get(f"/archive/{act}/").status_code == 403
    client.force_login(owner)
    for act, kind in (("now", archive.ARCHIVE), ("verify", archive.VERIFY)):
        answer = client.post(f"/archive/{act}/")
        assert answer.status_code == 302
        assert TaskRun.objects.filter(kind=kind, site="P1").count() == 1


def test_archive_settings_are_kept_and_refused(client: Client, owner: User, archived: ArchivedDay) -> None:
    client.force_login(owner)
    assert "archive" in client.post("/archive/settings/", {"close_after_days": 3, "keep_days": 30})["Location"]
    assert ArchivePolicy.objects.get().keep_days == 30
    refused = client.post("/archive/settings/", {"close_after_days": 9, "keep_days": 5})
    assert "Not fewer days than until the archive." in refused.content.decode()
    client.post("/archive/settings/", {"close_after_days": 2, "keep_days": ""})
    assert ArchivePolicy.objects.get().keep_days is None


def test_archived_days_in_the_api(client: Client, owner: User, outsider: User, archived: ArchivedDay) -> None:
    client.force_login(owner)
    found = client.get("/api/v1/floor/archived-days/?machine=CNC-77&from_day=2026-03-01&is_dropped=false").json()
    assert [each["address"] for each in found["results"]] == [archived.address]
    answer = client.post("/api/v1/floor/archived-days/verify/", {"site": "P1"}, "application/json",
                         headers={"Idempotency-Key": "a1"})  # fmt: skip
    assert answer.status_code == 202, answer.content
    client.force_login(outsider)
    assert client.get("/api/v1/floor/archived-days/").json()["results"] == []
    answer = client.post("/api/v1/floor/archived-days/verify/", {"site": "P1"}, "application/json",
                         headers={"Idempotency-Key": "a2"})  # fmt: skip
    assert answer.status_code in {403, 404}
