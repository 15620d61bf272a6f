"""A confirmation pressed twice at the same moment is one act; the control shows two without the lock."""

import threading
from typing import Any

import pytest
from django.test import Client

from mom.core.models import TaskRun
from mom.core.web import bulk
from mom.work.models import WorkRequest
from tests.factories.work import make_machine, make_material, make_order
from tests.races.together import failures, together

pytestmark = pytest.mark.django_db(transaction=True)


def pressed_twice(site: Any, owner: Any) -> int:
    """The runs that two presses of one confirmation made."""
    order = make_order(site, code="WO-1", material=make_material(site), machine=make_machine(site)).work_request
    sent = {"bulk": "hold", "row": order.pk, "confirmed": "1", "counted": "1", "token": "one", "reason": "Wait"}

    def press() -> Any:
        client = Client()
        client.force_login(owner, backend="mom.accounts.backends.PasswordBackend")
        return client.post("/orders/", sent).status_code

    outcomes = together(press, press)
    assert failures(outcomes) == []
    assert outcomes == [302, 302]
    assert WorkRequest.objects.get(pk=order.pk).status == "held"
    return TaskRun.objects.filter(kind=bulk.BULK).count()


def test_confirmation_pressed_twice_is_one_act(site: Any, owner: Any) -> None:
    assert pressed_twice(site, owner) == 1


def test_confirmation_pressed_twice_without_the_lock_is_two(
    site: Any, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Barrier(2)

    def no_lock(*_names: object) -> None:
        gate.wait(20)

    monkeypatch.setattr(bulk, "advisory_lock", no_lock)
    assert pressed_twice(site, owner) == 2
