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
