"""P15: the same messages by several at once count once, whoever wins. Controls without lock and constraint."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from mom.core import clock
from mom.core.actor import system_actor
from mom.floor.models import FloorMessage, MessageGap, QuarantinedMessage, Source
from mom.floor.services import ingest_rows
from mom.floor.services.ingest import Receipt, take_in
from tests.core.database import owner  # noqa: F401 - a fixture
from tests.factories.work import make_machine
from tests.races.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
TWINS = 4


@pytest.fixture(autouse=True)
def machines(site: Any) -> None:
    for number in range(20):
        make_machine(site, f"M-{number:02}")


def message(number: int, **fields: Any) -> dict[str, Any]:
    at = clock.now().replace(microsecond=0, second=0) - timedelta(minutes=number % 50)
    state = "run" if number % 3 else "idle"
    return {
        "sequence": number, "machine": f"M-{number % 20:02}", "kind": "state", "at": at.isoformat(), "state": state,
        **fields,
    }  # fmt: skip


def sent(site: Any, batch: list[dict[str, Any]], source: str = "gw", session: str = "s") -> Receipt:
    return take_in(system_actor("gateway"), site, source, batch, session=session)


def one_batch_by_several(site: Any) -> list[Any]:
    sent(site, [message(0)])  # the source, its session and the day are there
    batch = [message(number) for number in range(1, 200) if number % 50]
    return at_once([lambda: sent(site, batch)] * TWINS)


def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    def unlocked(_act: Any, _site: Any, code: str, _now: Any) -> int:
        return Source.objects.get(code=code).pk

    monkeypatch.setattr(ingest_rows, "source_of", unlocked)


def test_P15_one_batch_by_several_at_once_counts_once(site: Any) -> None:
    found = one_batch_by_several(site)
    many = 199 - 3
    assert sorted(each.accepted for each in found) == [0] * (TWINS - 1) + [many]
    assert {each.accepted + each.repeated for each in found} == {many}
    assert FloorMessage.objects.count() == many + 1
    assert list(MessageGap.objects.values_list("first_sequence", flat=True)) == [50, 100, 150]


def test_P15_one_batch_control_without_lock_and_constraint(
    site: Any,
    owner: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent(site, [message(0)])
    owner.execute("ALTER TABLE floor_floormessage DROP CONSTRAINT floor_floormessage_once")
    without_lock(monkeypatch)
    # Only readings: neither the timeline's lock nor the session's gaps make them wait for each other.
    batch = [message(1, id="a", kind="reading", name="spindle", value=1)]
    held: list[Any] = []

    def slow(storing: Any, *given: Any) -> None:
        held.append(given)
        real(storing, *given)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.3)")

    real = ingest_rows.Storing.__call__
    monkeypatch.setattr(ingest_rows.Storing, "__call__", slow)
    at_once([lambda: sent(site, batch)] * 2)
    assert FloorMessage.objects.filter(kind="reading").count() == 2


def test_P15_first_batch_of_a_source_by_several_at_once_makes_one_source(site: Any) -> None:
    found = at_once([lambda: sent(site, [message(1)])] * TWINS)
    assert sorted(each.accepted for each in found) == [0, 0, 0, 1], found
    assert Source.objects.count() == 1


def test_P15_one_id_at_two_times_at_once_is_one_message_and_one_for_a_person(site: Any) -> None:
    at = clock.now() - timedelta(hours=1)
    twins = [[message(1, id="a", at=(at + timedelta(minutes=number)).isoformat())] for number in range(2)]
    found = at_once([lambda batch=batch: sent(site, batch) for batch in twins])
    assert sorted((each.accepted, each.quarantined) for each in found) == [(0, 1), (1, 0)], found
    assert (FloorMessage.objects.count(), QuarantinedMessage.objects.get().problem) == (1, "conflicting")


def test_ingest_of_several_sources_for_the_same_machines_all_come_through(site: Any) -> None:
    def sends(source: str, turn: int) -> list[Receipt]:
        batch = [message(number) for number in range(200)][:: turn or 1]
        return [sent(site, batch[start : start + 50], source) for start in range(0, 200, 50)]

    found = at_once([lambda number=number: sends(f"gw-{number}", -1 if number % 2 else 1) for number in range(4)])
    assert all(isinstance(each, list) for each in found), found
    assert FloorMessage.objects.count() == 800
    assert not MessageGap.objects.exists()


def test_ingest_days_are_opened_by_several_at_once(site: Any) -> None:
    days = [(clock.now() - timedelta(hours=20 * number)).isoformat() for number in range(4)]
    found = at_once([lambda at=at: sent(site, [message(1, at=at)], source=at) for at in days])
    assert [each.accepted for each in found] == [1] * 4, found
