from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.test import Client

from mom.accounts.models import Site, User
from mom.core import permissions
from mom.core.actor import system_actor
from mom.core.testing import acting
from mom.plant.models import EquipmentClass


class ApiClient(Client):
    """A client that speaks JSON, and makes a new Idempotency-Key for each POST unless one is given."""

    _count = 0

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if method == "post" and "Idempotency-Key" not in given:
            ApiClient._count += 1
            given["Idempotency-Key"] = f"test-{ApiClient._count}"
        given = {name: value for name, value in given.items() if value}
        return getattr(self, method)(path, body, content_type="application/json", headers=given)


@pytest.fixture
def resource(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.core.api.resource"


@pytest.fixture
def client_of() -> Callable[[User], ApiClient]:
    def make(user: User) -> ApiClient:
        client = ApiClient(raise_request_exception=False)
        client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
        return client

    return make


@pytest.fixture
def make_classes() -> Callable[[Site, Iterable[str]], list[EquipmentClass]]:
    def make(site: Site, codes: Iterable[str], **fields: Any) -> list[EquipmentClass]:
        with acting(system_actor("test")):
            return [EquipmentClass.objects.create(site=site, code=code, **fields) for code in codes]

    return make


@pytest.fixture
def make_reader(site: Site) -> User:
    """Somebody of the plant who may see everything and change nothing."""
    from tests.factories.accounts import make_user

    return make_user("reader", site=site, permissions=["plant.view"])


@pytest.fixture
def owner(site: Site) -> User:
    """A person who may do everything at the plant (the database's owner role has this name one folder up)."""
    from tests.factories.accounts import make_user

    return make_user("alice", site=site, permissions=permissions.declared())
