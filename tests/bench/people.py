"""Three people for every permission test: the owner, a colleague who may only look, and an outsider of another site."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from mom.core import permissions
from mom.core.actor import Actor

if TYPE_CHECKING:
    from mom.accounts.models import Site, User


def actor_with(*names: str, site: str = "P1", kind: str = "user", id: str = "1", label: str = "Test") -> Actor:  # noqa: A002
    """An actor who holds exactly these permissions at one site; without a name, all that are declared."""
    held = frozenset(names) or frozenset(permissions.declared())
    return Actor(kind=kind, id=id, label=label, permissions={site: held})


@pytest.fixture
def site(db: None) -> "Site":
    """The plant P1 in Stockholm's time zone."""
    from tests.factories.accounts import make_site

    return make_site("P1")


@pytest.fixture
def other_site(db: None) -> "Site":
    """A second plant, where the owner is nobody."""
    from tests.factories.accounts import make_site

    return make_site("P2")


@pytest.fixture
def actor(site: "Site") -> Actor:
    """Somebody who may do everything at the plant, and nothing elsewhere."""
    return actor_with(site=site.code)


@pytest.fixture
def make_actor(site: "Site") -> Callable[..., Actor]:
    """`make_actor("work.start_job_order", ...)`: exactly these rights at the plant; none given: none held."""

    def make(*names: str, at: str = site.code) -> Actor:
        return Actor(kind="user", id="1", label="Test", permissions={at: frozenset(names)} if names else {})

    return make


@pytest.fixture
def owner(site: "Site") -> "User":
    """A person who may do everything at the plant."""
    from tests.factories.accounts import make_user

    return make_user("alice", site=site, permissions=permissions.declared())


@pytest.fixture
def colleague(site: "Site") -> "User":
    """A person of the same plant who may look and change nothing."""
    from tests.factories.accounts import make_user

    looks = [name for name in permissions.declared() if name.partition(".")[2].startswith("view")]
    return make_user("bob", site=site, permissions=looks)


@pytest.fixture
def outsider(other_site: "Site") -> "User":
    """A person who may do everything, at another plant."""
    from tests.factories.accounts import make_user

    return make_user("charlie", site=other_site, permissions=permissions.declared())
