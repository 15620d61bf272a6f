"""Messages of a machine over HTTP, page by page: the same whether the tables or the archive hold their days."""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from mom.accounts.models import Site, User
from mom.floor.archive import due
from mom.floor.archive.store import DirectoryStore
from mom.floor.models import ArchivedDay
from mom.floor.selectors import record_pages
from mom.floor.services import archive
from mom.plant.models import Equipment
from tests.factories.accounts import make_user
from tests.factories.work import make_machine
from tests.floor.messages import DAY, day_of, message, store

pytestmark = pytest.mark.django_db
URL = "/api/v1/floor/messages"
LATER = DAY + timedelta(days=30)
SINCE = {"machine": "CNC-01", "occurred_from": (DAY + timedelta(hours=3)).isoformat()}
Rows = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """An archive of the test's own."""
    settings.ARCHIVE_URL = str(tmp_path / "archive")
    return tmp_path / "archive"


@pytest.fixture
def machine(site: Site) -> Equipment:
    """A machine that said something on four days, beside another one."""
    machine, other = make_machine(site), make_machine(site, "CNC-02")
    for number in range(4):
        store([*day_of(machine, DAY + number * timedelta(days=1)), *day_of(other, DAY + number * timedelta(days=1))])
    return machine


@pytest.fixture
def client(owner: User) -> Client:
    return signed_in(owner)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


def drop(*days: int) -> None:
    """Archive everything and let these days go, counted from the first."""
    for day in due.days_in_tables():
        due.mark_due(day, LATER)
    archive.write_waiting()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for number in days:
            cursor.execute("SELECT floor_drop_day(%s)", [(DAY + timedelta(days=number)).date()])


def pages(client: Client, way: str = "next", url: str = URL, **asked: Any) -> list[dict[str, Any]]:
    """Every page from the first on, or from `url` on."""
    found = []
    page = client.get(url, asked) if asked else client.get(url)
    while True:
        assert page.status_code == 200, page.content
        found.append(page.json())
        if not found[-1][way]:
            return found
        page = client.get(found[-1][way])


def rows(client: Client, **asked: Any) -> Rows:
    return [row for page in pages(client, **asked) for row in page["results"]]


@pytest.mark.parametrize("ordering", ["", "occurred_at", "-occurred_at", "occurred_at,-id"])
@pytest.mark.parametrize(
    "asked",
    [{}, {"occurred_before": (DAY + timedelta(days=2, hours=5)).isoformat()}, {"kind": "count", "name": "total"}],
)
def test_message_list_is_the_same_after_days_have_left_the_tables(
    client: Client, machine: Equipment, ordering: str, asked: dict[str, str]
) -> None:
    asked = {**SINCE, **asked, **({"ordering": ordering} if ordering else {})}
    before = rows(client, **asked, page_size=200)
    assert len(before) > 90
    drop(0, 2)
    for size in (7, 50, 200):
        assert rows(client, **asked, page_size=size) == before
    after = pages(client, **asked, page_size=9)
    assert after[0]["count"] >= len(before)
    assert after[0]["count_is_estimate"]
    back = pages(client, "previous", after[-1]["previous"])
    assert [row for page in reversed(back) for row in page["results"]] == before[: 9 * (len(after) - 1)]
    drop(1, 3)
    assert rows(client, **asked, page_size=31) == before


def test_message_list_has_what_came_late_beside_the_file_once(client: Client, machine: Equipment) -> None:
    drop(0, 1)
    late = message(machine, DAY + timedelta(hours=5, minutes=1), code="setup")
    store([late])
    found = rows(client, **SINCE, page_size=11)
    assert len(found) == 4 * 48 - 6 + 1
    assert len({row["key"] for row in found}) == len(found)
    assert [row["code"] for row in found].count("setup") == 1
    assert all(one["occurred_at"] >= two["occurred_at"] for one, two in pairwise(found))


def test_message_list_without_a_machine_or_a_first_instant_covers_the_tables(
    client: Client, machine: Equipment, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(0, 1)
    monkeypatch.setattr(record_pages, "message_rows", None)
    since = {"occurred_from": SINCE["occurred_from"]}
    assert len(rows(client, **since, page_size=200)) == 2 * 2 * 48
    assert len(rows(client, machine="CNC-01", page_size=200)) == 2 * 48
    later = (DAY + timedelta(days=2)).isoformat()
    assert len(rows(client, machine="CNC-01", occurred_from=later, page_size=200)) == 2 * 48


def test_message_list_reads_few_files_for_a_page_and_misses_none(
    client: Client, machine: Equipment, monkeypatch: pytest.MonkeyPatch
) -> None:
    store([message(machine, DAY + timedelta(hours=4), "alarm", code="E1")])
    drop(0, 1, 2, 3)
    monkeypatch.setattr(record_pages, "MOST_FILES", 2)
    read: list[str] = []
    real = DirectoryStore.read
    monkeypatch.setattr(DirectoryStore, "read", lambda self, address: read.append(address) or real(self, address))
    for ordering in ("-occurred_at", "occurred_at"):
        read.clear()
        found = pages(client, **SINCE, kind="alarm", ordering=ordering)
        assert [row["code"] for page in found for row in page["results"]] == ["E1"]
        assert (len(found), len(read)) == (2, 4)
        assert found[0]["count_is_estimate"]


def test_message_list_day_that_leaves_meanwhile_is_on_the_page(
    client: Client, machine: Equipment, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(client, **SINCE, page_size=200)
    drop(0)
    real, left = record_pages._from_tables, [2]

    def leaving(*args: Any) -> Any:
        if left:
            drop(left.pop())
        return real(*args)

    monkeypatch.setattr(record_pages, "_from_tables", leaving)
    assert rows(client, **SINCE, page_size=200) == before


def test_message_list_says_when_the_archive_is_away(client: Client, machine: Equipment, folder: Path) -> None:
    drop(0)
    folder.rename(folder.with_name("away"))
    answer = client.get(URL, {**SINCE, "page_size": 200})
    assert answer.status_code == 503
    assert "stands only in the archive" in answer.json()["detail"]
    assert str(folder) not in answer.content.decode(), "where the server keeps it is nobody's business"
    newer = {**SINCE, "occurred_from": (DAY + timedelta(days=1)).isoformat()}
    assert client.get(URL, newer).status_code == 200


def test_message_list_reads_no_archive_of_another_site(machine: Equipment, other_site: Site, site: Site) -> None:
    foreign = make_machine(other_site)
    store(day_of(foreign))
    drop(0)
    viewer = signed_in(make_user("viewer", site=site, permissions=["floor.view"]))
    found = rows(viewer, **SINCE, page_size=200)
    assert {row["site"] for row in found} == {site.code}
    assert len(found) == 4 * 48 - 6
    assert rows(viewer, **SINCE, site=other_site.code) == []


def test_message_list_of_two_sites_with_one_code_is_one_list(
    client: Client, machine: Equipment, other_site: Site, owner: User
) -> None:
    store(day_of(make_machine(other_site)))
    wanted = rows(client, **SINCE, page_size=200)
    drop(0)
    assert rows(client, **SINCE, page_size=13) == wanted


@pytest.mark.parametrize(
    "asked",
    [{"ordering": "id"}, {"ordering": "-id"}, {"cursor": "WzAsMSwyXQ"}, {"occurred_from": "0001-01-01T00:00:00+14:00"}],
)
def test_message_list_of_archived_days_refuses_what_files_can_not_answer(
    client: Client, machine: Equipment, asked: dict[str, str]
) -> None:
    drop(0)
    is_fine = "occurred_from" in asked
    assert client.get(URL, {**SINCE, **asked}).status_code == (200 if is_fine else 400)
    assert ArchivedDay.objects.exclude(dropped_at=None).count() == 2
