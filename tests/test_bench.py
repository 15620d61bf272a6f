"""The bench itself: clones are fresh, tests that commit leave nothing behind."""

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone


def leave_a_row() -> None:
    Session.objects.create(session_key="left", session_data="", expire_date=timezone.now())  # noqa: TID251 - a column of Django's


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_database_is_fresh_after_a_test_that_committed(turn: int) -> None:
    assert not connection.in_atomic_block
    assert Session.objects.count() == 0
    leave_a_row()


@pytest.mark.django_db
@pytest.mark.parametrize("turn", [1, 2])
def test_database_is_rolled_back_after_a_test_that_did_not_commit(turn: int) -> None:
    assert connection.in_atomic_block
    assert Session.objects.count() == 0
    leave_a_row()


@pytest.mark.django_db
def test_people_hold_what_their_names_say(owner, colleague, outsider, site, other_site) -> None:
    from mom.accounts.selectors import actor_for_user
    from mom.core import permissions

    name = next(name for name in permissions.declared() if ".view_" not in name)
    assert actor_for_user(owner).may(name, site.code)
    assert not actor_for_user(owner).may(name, other_site.code)
    assert not actor_for_user(colleague).may(name, site.code)
    assert actor_for_user(outsider).may(name, other_site.code)
    assert not actor_for_user(outsider).may(name, site.code)


def test_broker_answers_on_its_own_port(broker: str) -> None:
    import redis

    with redis.Redis.from_url(broker) as client:
        assert client.set("bell", "rung")


def test_network_beyond_this_machine_is_closed() -> None:
    import socket

    with socket.socket() as outward, pytest.raises(UserWarning, match="tried to use socket"):
        outward.connect(("192.0.2.1", 9))


def test_worker_answers_and_stops(celery_worker_process) -> None:
    from mom.celery import app

    assert celery_worker_process.is_alive()
    assert app.control.ping(timeout=2)


def test_live_app_sees_what_a_test_committed(live_app: str, site) -> None:
    from urllib.request import urlopen

    with urlopen(f"{live_app}/readyz", timeout=10) as answer:
        assert answer.status == 200


def test_live_app_outlives_the_change_of_clones(live_app: str, site) -> None:
    from urllib.request import urlopen

    with urlopen(f"{live_app}/readyz", timeout=10) as answer:
        assert answer.status == 200


def test_page_opens_for_a_signed_in_person(open_page, owner) -> None:
    page = open_page(owner, width=390, height=844)
    answer = page.goto("/")
    assert answer is not None
    assert answer.status == 200
    assert "/sign-in" not in page.url


def test_factories_make_an_order_with_its_facts(site) -> None:
    from tests.factories import work

    request = work.make_order(site, "WO-1", quantity=10, machine=work.make_machine(site))
    job = work.give(work.job_of(request), "start", person=work.make_person(site))

    assert job.status == "running"
    assert job.responses.get().labour_entries.count() == 1
    assert job.requirements.get().quantity == 10


@pytest.mark.django_db
def test_growth_check_finds_a_query_for_each_row(site) -> None:
    from tests.bench.statements import costs_the_same
    from tests.factories.plant import make_equipment

    def make(number: int) -> None:
        for _ in range(number):
            make_equipment(site)

    def one_for_each() -> None:
        from mom.plant.models import Equipment

        for equipment in Equipment.objects.all():
            assert equipment.site.code == site.code

    with pytest.raises(AssertionError, match="2 rows cost 3, 20 rows cost 21"):
        costs_the_same(make, one_for_each)


def test_budget_is_held_in_both_directions(tmp_path) -> None:
    from tests.bench.statements import Count, QueryBudgets

    count = Count()
    count.statements = ["SELECT 1", "SELECT 2"]
    file = tmp_path / "budgets.json"
    with pytest.raises(AssertionError, match="has no budget"):
        QueryBudgets(file, update=False).hold("page", count)
    QueryBudgets(file, update=True).hold("page", count)
    QueryBudgets(file, update=False).hold("page", count)
    count.statements.append("SELECT 3")
    with pytest.raises(AssertionError, match="its budget is 2"):
        QueryBudgets(file, update=False).hold("page", count)
    del count.statements[1:]
    with pytest.raises(AssertionError, match="below its budget"):
        QueryBudgets(file, update=False).hold("page", count)
