from typing import Any

import pytest
from django.test import Client

from mom.accounts.models import Site, User
from tests.costs.grown_plant import GrownPlant


@pytest.fixture
def plant(site: Site, owner: User) -> GrownPlant:
    """One of each thing, with one more of every noun and one child each."""
    return GrownPlant(site, owner)


@pytest.fixture
def browser(owner: User, settings: Any) -> Client:
    """Somebody who may do everything, and no cache that would hide what a page asks."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    client = Client()
    client.force_login(owner, backend="mom.accounts.backends.PasswordBackend")
    return client
