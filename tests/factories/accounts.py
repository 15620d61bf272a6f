"""Sites and people."""

from collections.abc import Iterable
from datetime import UTC, datetime

from mom.accounts.models import Membership, Role, Site, User
from mom.core.testing import acting

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def make_site(code: str = "P1", *, time_zone: str = "Europe/Stockholm", **fields: object) -> Site:
    """A plant."""
    with acting():
        return Site.objects.create(code=code, time_zone=time_zone, **{"name": f"Plant {code}", **fields})


def make_role(code: str, permissions: Iterable[str]) -> Role:
    """A role with exactly these permissions."""
    with acting():
        return Role.objects.create(code=code, name=code, permissions=sorted(permissions))


def make_user(
    username: str = "dora",
    *,
    site: Site | None = None,
    permissions: Iterable[str] = (),
    password: str = "",
    **fields: object,
) -> User:
    """A person; with permissions, a member of that site (none: of every site) with a role of their own."""
    with acting():
        user = User(username=username, **{"display_name": username.title(), **fields})
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save()
    names = list(permissions)
    if names:
        make_membership(user, make_role(f"role_of_{username}", names), site)
    return user


def make_membership(user: User, role: Role, site: Site | None, *, valid_from: datetime = LONG_AGO) -> Membership:
    """The person has the role at the site since long ago."""
    with acting():
        return Membership.objects.create(user=user, role=role, site=site, valid_from=valid_from)
