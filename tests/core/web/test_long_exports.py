"""A large view is exported by a worker: the same file as a short one, with the asker's rights, for the asker alone."""

from datetime import timedelta

import pytest
from django.test import Client

from mom.accounts.models import Membership, Site, User
from mom.core.models import TaskRun
from mom.core.tasks import export_view
from mom.core.testing import acting
from mom.core.web import exports, long_exports
from mom.plant.models import Person
from tests.factories.accounts import make_site, make_user

pytestmark = pytest.mark.django_db(transaction=True)
BACKEND = "mom.accounts.backends.PasswordBackend"
ADDRESS = "/people/?export=csv&sort=-badge"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    """A plant with seven people, of which more than three are a large view."""
    monkeypatch.setattr(exports, "AT_ONCE", 3)
    monkeypatch.setattr(exports, "CHUNK", 2)
    site = make_site()
    with acting():
        Person.objects.bulk_create(Person(site=site, code=f"B{number}", name=f"Name {number}") for number in range(7))
    return site


@pytest.fixture
def alice(site: Site, client: Client) -> User:
    user = make_user("alice", site=site, permissions=["plant.view", "core.view_task_run"])
    client.force_login(user, backend=BACKEND)
    return user


def asked(client: Client, address: str = ADDRESS) -> TaskRun:
    client.post("/long-work/export/", {"address": address})
    return TaskRun.objects.get()


def test_large_view_offers_long_work_and_a_get_starts_nothing(client: Client, alice: User) -> None:
    page = client.get(ADDRESS).content.decode()

    assert "Make the file" in page
    assert not TaskRun.objects.exists()


def test_long_export_is_the_file_of_the_short_one(client: Client, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run = asked(client)
    export_view(run.pk)
    run.refresh_from_db()
    made = client.get(f"/long-work/{run.pk}/file/").content
    monkeypatch.setattr(exports, "AT_ONCE", 1_000)
    short = b"".join(client.get(ADDRESS).streaming_content)  # type: ignore[attr-defined]

    assert (run.status, run.done, run.total) == ("succeeded", 7, 7)
    assert made == short
    assert made.count(b"Name") >= 7
    assert f"/long-work/{run.pk}/file/" in client.get(f"/long-work/{run.pk}/").content.decode()


def test_long_export_of_another_person_is_not_found(client: Client, alice: User, site: Site) -> None:
    run = asked(client)
    export_view(run.pk)
    client.force_login(make_user("bob", site=site, permissions=["plant.view", "core.view_task_run"]), backend=BACKEND)

    assert client.get(f"/long-work/{run.pk}/file/").status_code == 404


def test_long_export_stops_where_the_right_ended_meanwhile(client: Client, alice: User) -> None:
    run = asked(client)
    with acting():
        Membership.objects.filter(user=alice).delete()

    export_view(run.pk)

    run.refresh_from_db()
    assert (run.status, run.result) == ("failed", {})


def test_long_export_cancelled_between_chunks_leaves_no_file(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = asked(client)
    TaskRun.objects.filter(pk=run.pk).update(cancel_requested_at=run.created_at)

    export_view(run.pk)

    run.refresh_from_db()
    assert run.status == "cancelled"
    assert client.get(f"/long-work/{run.pk}/file/").status_code == 404


@pytest.mark.parametrize(
    "address", ["/", "/nowhere/", "/people/", "https://example.org/people/?export=csv", "/admin/?export=csv"]
)
def test_export_of_what_is_no_exported_list_is_refused(client: Client, alice: User, address: str) -> None:
    answer = client.post("/long-work/export/", {"address": address})

    assert answer.status_code in {302, 404}
    assert TaskRun.objects.count() == (1 if address.startswith("https://example.org/people/") else 0)


def test_export_without_the_right_to_the_list_is_refused(client: Client, alice: User) -> None:
    assert client.post("/long-work/export/", {"address": "/orders/?export=csv"}).status_code == 403
    assert not TaskRun.objects.exists()


def test_old_export_is_let_go_unless_a_younger_one_holds_the_same_file(client: Client, alice: User) -> None:
    run = asked(client)
    export_view(run.pk)
    run.refresh_from_db()
    assert run.finished_at is not None

    assert long_exports.forget(run.finished_at) == 0
    assert long_exports.forget(run.finished_at + timedelta(seconds=1)) == 1
    assert client.get(f"/long-work/{run.pk}/file/").status_code == 404
