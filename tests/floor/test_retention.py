"""Retention: a day leaves the database only where a verified file holds every message of it (P21)."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import InvalidInput, NotAllowed
from mom.core.models import AuditEntry, TaskRun
from mom.core.testing import acting
from mom.floor.archive import due
from mom.floor.models import ArchivedDay, ArchivePolicy, FloorMessage
from mom.floor.selectors.archive import days_past_horizon, standing
from mom.floor.selectors.record import messages
from mom.floor.services import archive
from mom.floor.services.archive import Kept
from mom.plant.models import Equipment
from tests.factories.plant import make_equipment
from tests.floor.messages import DAY, day_of, message, store

FIRST = DAY.date()
NOW = DAY + timedelta(days=40)
durable = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """An archive of the test's own."""
    settings.ARCHIVE_URL = str(tmp_path / "archive")
    return tmp_path / "archive"


@pytest.fixture
def machine(site: Site) -> Equipment:
    return make_equipment(site)


def drop(day: date = FIRST) -> int:
    """As whoever the application is."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT floor_drop_day(%s)", [day])
        return int(cursor.fetchone()[0])


def write_all() -> None:
    for day in due.days_in_tables():
        due.mark_due(day, NOW)
    archive.write_waiting()


def refuses() -> bool:
    with pytest.raises(IntegrityError, match="no verified archive holds"):
        drop()
    return FloorMessage.objects.exists()


@durable
def test_P21_day_is_not_dropped_without_an_archive(machine: Equipment) -> None:
    store(day_of(machine))
    assert refuses()


@durable
def test_P21_day_is_dropped_when_every_machine_is_verified(site: Site, machine: Equipment) -> None:
    other = make_equipment(site)
    store(day_of(machine))
    write_all()
    store(day_of(other))
    assert refuses(), "one machine of two"
    write_all()
    assert drop() == 96
    assert not FloorMessage.objects.exists()
    assert not ArchivedDay.objects.filter(dropped_at=None).exists()
    assert drop() == 0, "twice is once"
    assert len(messages([machine.pk, other.pk], DAY, DAY + timedelta(days=1))) == 96


@durable
@pytest.mark.parametrize(
    "spoiled",
    [
        {"verified_at": None},
        {"table_count": 47},
        {"table_check": 1},
        {"problem": "The file is missing or damaged."},
    ],
)
def test_P21_day_is_not_dropped_where_the_file_is_not_known_to_hold_it(
    machine: Equipment, spoiled: dict[str, Any]
) -> None:
    store(day_of(machine))
    write_all()
    ArchivedDay.objects.update(**spoiled)
    assert refuses()


@durable
def test_P21_day_is_not_dropped_after_a_late_message(machine: Equipment) -> None:
    store(day_of(machine))
    write_all()
    store([message(machine, DAY + timedelta(hours=3), code="setup")])
    assert refuses()
    write_all()
    assert drop() == 49


@durable
def test_P21_nothing_else_takes_messages_or_days_away(machine: Equipment) -> None:
    store(day_of(machine))
    write_all()
    for statement in [
        "DELETE FROM floor_floormessage",
        "TRUNCATE floor_floormessage",
        "UPDATE floor_floormessage SET code = 'run'",
        "DELETE FROM floor_archivedday",
        "TRUNCATE floor_archivedday CASCADE",
    ]:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert FloorMessage.objects.count() == 48


@durable
def test_horizon_drops_what_is_past_it_and_verified_again(site: Site, machine: Equipment, folder: Path) -> None:
    for number in range(3):
        store(day_of(machine, DAY + timedelta(days=number)))
    write_all()
    assert archive.drop_past_horizon(NOW) == [], "no horizon, no drop"
    with acting():
        ArchivePolicy.objects.create(site=site, keep_days=38)
    assert days_past_horizon(NOW) == [FIRST, FIRST + timedelta(days=1)]
    next((folder / ArchivedDay.objects.get(day=FIRST).address).parent.iterdir()).write_bytes(b"rot")
    assert archive.drop_past_horizon(NOW) == [FIRST + timedelta(days=1)], "a damaged file keeps its day"
    assert FloorMessage.objects.filter(occurred_at__lt=DAY + timedelta(days=1)).count() == 48
    archive.write_waiting()
    assert archive.drop_past_horizon(NOW) == [FIRST]
    assert AuditEntry.objects.filter(action="floor.day_dropped").count() == 2
    assert standing(site).dropped == 2


@durable
def test_horizon_of_a_shared_day_is_the_longest(site: Site, other_site: Site, machine: Equipment) -> None:
    store([*day_of(machine), *day_of(make_equipment(other_site))])
    write_all()
    with acting():
        ArchivePolicy.objects.create(site=site, keep_days=3)
    assert days_past_horizon(NOW) == [], "the other site keeps all"
    with acting():
        ArchivePolicy.objects.create(site=other_site, keep_days=30)
    assert days_past_horizon(DAY + timedelta(days=30)) == []
    assert days_past_horizon(DAY + timedelta(days=31)) == [FIRST]


@durable
def test_sweep_begins_work_for_the_site_once_and_the_work_writes_all(site: Site, machine: Equipment) -> None:
    store(day_of(machine))
    assert archive.mark_closed_days(NOW) == 1
    archive.mark_closed_days(NOW)
    run = TaskRun.objects.get(kind=archive.ARCHIVE)
    assert (run.site, run.total) == (site.code, 1)
    from mom.floor.tasks import archive_days, verify_archive
    from mom.floor.tasks import archive_days as again

    archive_days(run.pk)
    again(run.pk)
    run.refresh_from_db()
    assert (run.status, run.result) == ("succeeded", {"days": 1, "failed": 0})
    check = archive.request_verify(Actor("user", "1", "Test", {site.code: frozenset({"floor.manage_archive"})}), site)
    ArchivedDay.objects.update(sha256="0" * 64)
    verify_archive(check.pk)
    check.refresh_from_db()
    assert (check.status, check.done, check.issues.count()) == ("succeeded", 1, 1)


@pytest.mark.django_db
def test_policy_is_set_by_who_may_and_within_reason(site: Site, actor: Actor, make_actor: Any) -> None:
    with pytest.raises(NotAllowed):
        archive.set_policy(make_actor("floor.view"), site, Kept(3, 30))
    with pytest.raises(InvalidInput):
        archive.set_policy(actor, site, Kept(10, 5))
    archive.set_policy(actor, site, Kept(3, 30))
    archive.set_policy(actor, site, Kept(4, None))
    policy = ArchivePolicy.objects.get()
    assert (policy.close_after_days, policy.keep_days) == (4, None)
