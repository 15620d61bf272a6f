"""P01, P07: many at the same condition, the same alert, the same sweep. Controls without the guard."""

import os
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
from django.db import connection

from mom.core.actor import system_actor
from mom.core.models import Delivery
from mom.core.use_case import use_case
from mom.work.models import Alert, AlertNotice, AlertStep
from mom.work.public import NewAlert, raise_alert
from mom.work.services import alert_call
from mom.work.services.alert_escalation import tell_due
from tests.factories.accounts import make_user
from tests.factories.alerts import make_alert, make_step, make_team
from tests.factories.plant import make_person
from tests.races.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
SYSTEM = system_actor("test")
MANY = 6


@pytest.fixture
def owner_cursor(transactional_db: None) -> Iterator[Any]:
    """The owner of the tables, who can take a guard away for a control."""
    address = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    owning = psycopg2.connect(address, dbname=connection.settings_dict["NAME"])
    owning.autocommit = True
    with owning.cursor() as cursor:
        yield cursor
    owning.close()


def raised(site: Any, key: uuid.UUID | None = None) -> Alert:
    with use_case(SYSTEM) as act:
        new = NewAlert("Stands", "state", "rule:1", repeat_key="rule:1:7")  # type: ignore[arg-type]
        return raise_alert(act, site, new, op_uuid=key)


def test_P07_condition_raised_by_many_at_once_is_one_alert(site: Any) -> None:
    found = at_once([lambda: raised(site) for _ in range(MANY)])
    assert {type(each).__name__ for each in found} == {"Alert"}
    alert = Alert.objects.get()
    assert alert.raise_count == MANY
    assert AlertStep.objects.filter(alert=alert).count() == MANY


def test_P01_one_key_sent_by_many_at_once_counts_once(site: Any) -> None:
    key = uuid.uuid4()
    found = at_once([lambda: raised(site, key) for _ in range(MANY)])
    assert {type(each).__name__ for each in found} == {"Alert"}
    assert Alert.objects.get().raise_count == 1


def test_control_without_the_index_the_condition_is_raised_twice(site: Any, owner_cursor: Any) -> None:
    owner_cursor.execute("DROP INDEX work_alert_one_open_per_condition")  # this test's database is thrown away
    seen = 0
    for _try in range(8):
        at_once([lambda: raised(site) for _ in range(MANY)])
        seen = Alert.objects.count()
        if seen > 1:
            break
    assert seen > 1


def test_P07_two_who_accept_from_the_same_page_are_one(site: Any) -> None:
    alert = make_alert(site)
    people = [make_person(site) for _ in range(2)]
    found = at_once(
        [
            lambda person=person: alert_call.accept(
                SYSTEM, alert.pk, op_uuid=uuid.uuid4(), person=person, seen_holder=""
            )
            for person in people
        ]
    )
    assert sorted(type(each).__name__ for each in found) == ["Alert", "Stale"]


def test_step_swept_by_many_at_once_is_told_once(site: Any) -> None:
    person = make_person(site, user=make_user("erik", site=site, email="erik@example.com"))
    team = make_team(site, members=[person])
    make_step(team, 0)
    make_alert(site, team=team)
    found = at_once([lambda: tell_due(SYSTEM) for _ in range(MANY)])
    assert sum(each for each in found if isinstance(each, int)) == 1, found
    assert (AlertNotice.objects.count(), Delivery.objects.count()) == (1, 1)
