"""A plant whose webhooks may go to loopback, and short waits."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mom.core.actor import system_actor
from mom.core.delivery import endpoints, http
from mom.core.models import Delivery
from mom.core.use_case import use_case
from mom.events.work import JobOrderStatusChanged
from tests.core.delivery.receiver import Receiver, receiving
from tests.factories.accounts import make_site

TOPIC = "work.job_order_status_changed"


@pytest.fixture(autouse=True)
def loopback_allowed(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WEBHOOK_ALLOW_HTTP, settings.WEBHOOK_PRIVATE_HOSTS = True, ["127.0.0.1"]
    settings.WEBHOOK_ALLOWED_HOSTS = []
    monkeypatch.setenv("WEBHOOK_ALLOW_HTTP", "1")
    monkeypatch.setenv("WEBHOOK_PRIVATE_HOSTS", "127.0.0.1")
    monkeypatch.setattr(http, "READ", 0.6)
    monkeypatch.setattr(http, "WHOLE", 1.2)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as here:
        yield here


@pytest.fixture
def plant(transactional_db: None) -> None:
    make_site("P1")


@pytest.fixture
def endpoint(plant: None, receiver: Receiver) -> Any:
    """An address that hears of jobs; its secret stands in `told`."""
    row, secret = endpoints.create(system_actor("test"), "P1", name="ERP", url=receiver.url, events=[TOPIC])
    row.told = secret
    return row


@pytest.fixture
def announce() -> Callable[..., None]:
    """Announce that jobs moved, each in a use case of its own."""

    def tell(*numbers: int, key: str = "job:1") -> None:
        from mom.core import clock

        for number in numbers:
            with use_case(system_actor("test")) as act:
                moved = JobOrderStatusChanged("P1", number, f"J{number}", "start", "ready", "running", clock.now())
                act.publish(moved, key=key)

    return tell


def due_now() -> None:
    """The pauses are over."""
    Delivery.objects.filter(state__in=["waiting", "sending"]).update(available_at="2020-01-01T00:00:00Z")
