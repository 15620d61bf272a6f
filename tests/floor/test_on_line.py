"""Two stretches of one machine can't share a microsecond, and may touch: the database says so."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from mom.floor.models import StateInterval
from mom.plant.models import Equipment
from tests.factories.accounts import make_site
from tests.factories.plant import make_equipment

MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 166 * 365 * 86_400 * 1_000_000).map(lambda micros: EPOCH + micros * MICROSECOND)  # to 2135
MACHINES = st.integers(1, 2**31)


def meets(one: tuple[int, datetime, datetime | None], other: tuple[int, datetime, datetime | None]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT floor_on_line(%s, %s, %s) && floor_on_line(%s, %s, %s)", [*one, *other])
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db
@given(machine=MACHINES, start=INSTANTS, end=INSTANTS, longer=st.integers(1, 10**9))
def test_stretches_that_touch_do_not_meet_and_a_microsecond_more_does(
    machine: int, start: datetime, end: datetime, longer: int
) -> None:
    start, end = min(start, end), max(start, end) + MICROSECOND
    after = end + longer * MICROSECOND

    assert not meets((machine, start, end), (machine, end, after))
    assert not meets((machine, start, end), (machine, end, None))
    assert not meets((machine, end, None), (machine, start, end))
    assert meets((machine, start, end), (machine, end - MICROSECOND, after))
    assert meets((machine, start, end), (machine, end - MICROSECOND, None))
    assert meets((machine, start, None), (machine, after, None))
    assert not meets((machine, start, end), (machine + 1, start, end))


@pytest.fixture
def machine(db: None) -> Equipment:
    return make_equipment(make_site())


def put(machine: Equipment, start: datetime, end: datetime | None) -> None:
    with transaction.atomic():
        StateInterval.objects.create(site_id=machine.site_id, equipment=machine, started_at=start, ended_at=end,
                                     state="run", origin="machine")  # fmt: skip


def test_an_interval_that_shares_a_microsecond_is_refused(machine: Equipment) -> None:
    start = datetime(2026, 3, 2, 6, tzinfo=UTC)
    end = start + timedelta(minutes=1)
    put(machine, start, end)
    put(machine, end, None)

    with pytest.raises(IntegrityError, match="floor_stateinterval_no_overlap"):
        put(machine, start - timedelta(hours=1), start + MICROSECOND)
    with pytest.raises(IntegrityError, match="floor_stateinterval_no_overlap"):
        put(machine, end + timedelta(days=400), end + timedelta(days=401))  # the open one reaches it
    put(machine, start - timedelta(hours=1), start)

    assert StateInterval.objects.count() == 3
