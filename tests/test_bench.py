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
