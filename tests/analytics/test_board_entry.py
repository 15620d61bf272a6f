"""Cause and action of an hour: who may write, what is kept, what is refused."""

from datetime import date, datetime, timedelta, timezone

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from rest_framework.test import APIClient

from analytics.models import BoardEntry, ShiftNote
from analytics.services import board
from analytics.services.board import entry_write, note_write
from mom.accounts.models import Site, User
from mom.accounts.selectors import actor_for_user
from mom.core import clock
from mom.core.errors import InvalidInput, NotAllowed, NotFound, Stale
from mom.core.models import AuditEntry, RowVersion
from mom.core.testing import acting
from mom.plant.models import Equipment, Shift
from tests.analytics.shift_floor import Floor
from tests.factories.accounts import make_site, make_user
from tests.factories.plant import make_equipment

pytestmark = pytest.mark.django_db(transaction=False)


@pytest.fixture
def line(site: Site) -> Equipment:
    return make_equipment(site, "LINE-1")


@pytest.fixture
def keeper(site: Site) -> User:
    return make_user("erik", site=site, permissions=["analytics.view", "analytics.keep_board"])


def thursday() -> date:
    """The last Thursday."""
    today = clock.now().date()
    return today - timedelta(days=(today.weekday() - 3) % 7)


def this_hour() -> datetime:
    return clock.now().replace(minute=0, second=0, microsecond=0)


def test_board_entry_is_written_with_who_and_when_and_what_stood_there_is_kept(
    site: Site, line: Equipment, keeper: User
) -> None:
    actor = actor_for_user(keeper)
    first = entry_write(actor, site, "LINE-1", this_hour(), cause="  No  material ", action="Call logistics")
    entry_write(actor, site, "LINE-1", this_hour(), cause="Wrong material", action="Call logistics", version=1)

    row = BoardEntry.objects.get()
    assert (row.cause, row.version, row.written_by) == ("Wrong material", 2, actor.label)
    versions = RowVersion.objects.filter(table_name="analytics_boardentry", row_id=str(first.pk))
    assert "No material" in [version.new["cause"] for version in versions if version.new]
    entry = AuditEntry.objects.filter(action="analytics.board_entry_written").latest("id")
    assert entry.before["cause"] == "No material"


def test_board_entry_over_another_ones_words_is_refused(site: Site, line: Equipment, keeper: User) -> None:
    actor = actor_for_user(keeper)
    entry_write(actor, site, "LINE-1", this_hour(), cause="No material", version=0)

    with pytest.raises(Stale):
        entry_write(actor, site, "LINE-1", this_hour(), cause="Tool broke", version=0)


def test_board_entry_needs_the_right_at_that_site(site: Site, line: Equipment, keeper: User) -> None:
    other = make_site("P2")
    make_equipment(other, "LINE-2")
    reader = make_user("rita", site=site, permissions=["analytics.view"])

    with pytest.raises(NotAllowed):
        entry_write(actor_for_user(reader), site, "LINE-1", this_hour(), cause="x")
    with pytest.raises(NotAllowed):
        entry_write(actor_for_user(keeper), other, "LINE-2", this_hour(), cause="x")
    with pytest.raises(NotFound):
        entry_write(actor_for_user(keeper), site, "LINE-2", this_hour(), cause="x")


def test_board_entry_waits_for_whoever_writes_the_same_hour_with_another_offset(
    site: Site, line: Equipment, keeper: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked: list[object] = []
    monkeypatch.setattr(board, "advisory_lock", lambda _name, key: locked.append(key))
    for number, hours in enumerate((0, 2, -5)):
        hour = this_hour().astimezone(timezone(timedelta(hours=hours)))
        entry_write(actor_for_user(keeper), site, "LINE-1", hour, cause=f"Cause {number}", version=number)

    assert len(locked) == 3
    assert len(set(locked)) == 1, "one hour, one lock"
    said = AuditEntry.objects.filter(action="analytics.board_entry_written").values_list("after__hour", flat=True)
    assert set(said) == {this_hour().isoformat()}


@pytest.mark.parametrize(
    ("shift", "cause"),
    [(timedelta(minutes=7), "x"), (timedelta(days=-800), "x"), (timedelta(days=9), "x"), (timedelta(0), " ")],
)
def test_board_entry_for_no_hour_or_without_words_is_refused(
    site: Site, line: Equipment, keeper: User, shift: timedelta, cause: str
) -> None:
    with pytest.raises(InvalidInput):
        entry_write(actor_for_user(keeper), site, "LINE-1", this_hour() + shift, cause=cause)


def test_board_entry_is_one_for_an_hour_and_is_never_deleted(site: Site, line: Equipment, keeper: User) -> None:
    row = entry_write(actor_for_user(keeper), site, "LINE-1", this_hour(), cause="x")

    with pytest.raises(DatabaseError), transaction.atomic():
        BoardEntry.objects.all().delete()
    again = BoardEntry(site=site, equipment=line, hour=row.hour, cause="y", written_at=row.hour, written_by="z")
    with acting(), pytest.raises(IntegrityError), transaction.atomic():
        again.save(force_insert=True)
    assert BoardEntry.objects.get().pk == row.pk


def test_shift_note_is_written_once_and_stays(site: Site, keeper: User) -> None:
    Floor.make(site)
    actor = actor_for_user(keeper)
    note_write(actor, site, thursday(), "early", "Coolant of CNC-04 is low")

    with pytest.raises(InvalidInput):
        note_write(actor, site, thursday(), "early", "  ")
    with pytest.raises(DatabaseError), transaction.atomic():
        ShiftNote.objects.update(text="nothing happened")
    assert ShiftNote.objects.get().text == "Coolant of CNC-04 is low"


def test_shift_note_on_a_shift_that_is_not_in_the_plan_is_refused(site: Site, keeper: User) -> None:
    actor, day = actor_for_user(keeper), thursday()
    with pytest.raises(InvalidInput) as refusal:
        note_write(actor, site, day, "early", "No calendar yet")
    assert list(refusal.value.fields) == ["shift"]
    floor = Floor.make(site)
    with acting():
        Shift.objects.filter(calendar=floor.calendar, code="late").update(weekdays=[5])
    for shift in ("", "erly", "x" * 17, "\0", "late"):  # the late shift is on Fridays, the day is a Thursday
        with pytest.raises(InvalidInput) as refusal:
            note_write(actor, site, day, shift, "Coolant is low")
        assert list(refusal.value.fields) == ["shift"]
    note_write(actor, site, day, "night", "Coolant is low")
    note_write(actor, site, day + timedelta(days=1), "late", "Coolant is low")
    assert ShiftNote.objects.count() == 2


@pytest.mark.parametrize("days", [-800, 9])
def test_shift_note_on_a_day_too_far_away_is_refused(site: Site, keeper: User, days: int) -> None:
    Floor.make(site)
    with pytest.raises(InvalidInput) as refusal:
        note_write(actor_for_user(keeper), site, clock.now().date() + timedelta(days=days), "early", "Coolant is low")
    assert list(refusal.value.fields) == ["day"]
    for extreme in (date.min, date.max):
        with pytest.raises(InvalidInput):
            note_write(actor_for_user(keeper), site, extreme, "early", "Coolant is low")


def test_shift_note_in_the_api_needs_a_shift_of_the_plan(site: Site, keeper: User) -> None:
    Floor.make(site)
    api = APIClient()
    api.force_login(keeper, backend="mom.accounts.backends.PasswordBackend")
    body = {"site": site.code, "day": thursday().isoformat(), "shift": "early", "text": "Coolant is low"}

    def answer(number: int, **changed: str) -> int:
        keyed = {"Idempotency-Key": f"note-{number}"}
        return api.post("/api/v1/analytics/shift-notes/", {**body, **changed}, "json", headers=keyed).status_code

    changes = ({}, {"shift": "erly"}, {"day": "2199-01-01"}, {"day": "1999-01-01"})
    assert [answer(number, **changed) for number, changed in enumerate(changes)] == [201, 422, 422, 422]
