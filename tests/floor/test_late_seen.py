"""Late messages of archived days are seen while they wait: on the quarantine page, in the status, at their source."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from mom.accounts.models import Site, User
from mom.core import clock, status
from mom.floor.archive import due
from mom.floor.models import ArchivedDay, LateMessage
from mom.floor.selectors.late import archive_status, late_of_site
from mom.floor.services import archive, late
from mom.plant.models import Equipment
from tests.factories.accounts import make_user
from tests.factories.work import make_machine
from tests.floor.messages import DAY, day_of, make_source, store

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """An archive of the test's own."""
    settings.ARCHIVE_URL = str(tmp_path / "archive")
    return tmp_path / "archive"


@pytest.fixture
def machine(site: Site) -> Equipment:
    """A machine with a day that only the archive has."""
    machine = make_machine(site)
    store(day_of(machine))
    due.mark_due(DAY.date(), clock.now())
    archive.write_waiting()
    with connection.cursor() as cursor:
        cursor.execute("SELECT floor_drop_day(%s)", [DAY.date()])
    return machine


def come_late(machine: Equipment, many: int, ago: timedelta) -> None:
    for number in range(many):
        at = DAY + timedelta(minutes=number)
        raw = {"machine": machine.code, "kind": "heartbeat", "at": at.isoformat(), "id": f"late-{number}"}
        LateMessage.objects.create(
            site=machine.site, source=make_source(machine), equipment=machine, day=DAY.date(), key=f"{number:032x}",
            is_known=False, raw=raw, received_at=clock.now() - ago,
        )  # fmt: skip


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


def test_late_messages_are_on_the_quarantine_page_until_they_are_settled(owner: User, machine: Equipment) -> None:
    client = signed_in(owner)
    assert "Waiting since" not in client.get("/quarantine/").content.decode()
    come_late(machine, 3, timedelta(minutes=1))
    shown = client.get("/quarantine/").content.decode()
    assert "Waiting since" in shown
    assert "3 messages for days that only the archive has" in shown
    assert "CNC-01" in shown
    assert "2 Mar 2026" in shown
    assert "what is new goes into timeline and figures" in shown
    assert "Some wait for long" not in shown
    assert client.get("/api/v1/floor/sources").json()["results"][0]["late_count"] == 3
    LateMessage.objects.all().delete()
    come_late(machine, 2, timedelta(hours=2))
    assert "Some wait for long" in client.get("/quarantine/").content.decode()
    assert late.merge_waiting().new == 2
    assert "Waiting since" not in client.get("/quarantine/").content.decode()
    assert client.get("/api/v1/floor/sources").json()["results"][0]["late_count"] == 0


def test_late_messages_of_a_site_are_nobody_elses(machine: Equipment, other_site: Site, make_actor: Any) -> None:
    come_late(machine, 3, timedelta(minutes=1))
    assert late_of_site(make_actor("floor.view"), machine.site, clock.now()).many == 3
    assert late_of_site(make_actor("floor.view"), other_site, clock.now()).many == 0
    assert late_of_site(make_actor("work.view"), machine.site, clock.now()).many == 0
    elsewhere = signed_in(make_user("elsewhere", site=other_site, permissions=["floor.view"]))
    assert "Waiting since" not in elsewhere.get("/quarantine/").content.decode()


def test_status_says_how_the_archive_is(machine: Equipment, folder: Path) -> None:
    def said() -> list[tuple[str, str]]:
        return [(found[0], str(found[1])) for found in archive_status(clock.now())]

    assert said() == [("ok", "No file is known to be damaged, and no late message waits.")]
    come_late(machine, 1, timedelta(minutes=2))
    assert [state for state, _text in said()] == ["ok"]
    LateMessage.objects.all().delete()
    come_late(machine, 2, timedelta(hours=1))
    ((state, text),) = said()
    assert (state, text[:43]) == ("warn", "2 late messages of archived days wait since")
    ArchivedDay.objects.update(problem="The file is missing or damaged.")
    assert [state for state, _text in said()] == ["bad", "warn"]
    ArchivedDay.objects.update(dropped_at=None)
    assert [state for state, _text in said()] == ["warn", "warn"]
    lines = [line for line in status.status().lines if line.key == "archive"]
    assert [line.state for line in lines] == ["warn", "warn"]
    assert "verify_archive" in lines[1].todo
    LateMessage.objects.all().delete()
    ArchivedDay.objects.update(problem="")
    folder.rename(folder.with_name("away"))
    ((state, text),) = said()
    assert (state, text[:22]) == ("bad", "It is not in its place")
    assert "Mount its disk there" in next(archive_status(clock.now()))[2]
