"""The plant of the cases that are worked by hand, and the invariants after each of them."""

from collections.abc import Iterator

import pytest

from mom.accounts.models import Site
from mom.core import invariants
from mom.core.actor import Actor
from tests.golden.plant import Plant


@pytest.fixture
def plant(site: Site, actor: Actor) -> Iterator[Plant]:
    """A plant of its own; when the case is done, everything that must hold of the plant holds."""
    yield Plant(site, actor)
    # Entries are sealed when a transaction commits; the transaction of a test never does.
    broken = [found for found in invariants.violations() if found.invariant.name != "core.audit_chain"]
    assert not broken, broken
