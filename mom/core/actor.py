"""Who acts: built at the edge (page, API, command, task) and handed down to every use case."""

from collections.abc import Mapping
from dataclasses import dataclass, field

EVERY_SITE = "*"
EVERY_PERMISSION = "*"


@dataclass(frozen=True)
class Actor:
    """A person, token, device or part of the system, with what it may do and where."""

    kind: str
    """`user`, `token`, `device` or `system`."""
    id: str
    """The user's key, the token's prefix or the system part's name."""
    label: str
    """The name as printed in the audit trail."""
    permissions: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)
    """Site code to permission strings; the site `*` means every site, the permission `*` everything."""

    @property
    def reference(self) -> str:
        """The stable soft reference, as in `user:12`."""
        return f"{self.kind}:{self.id}"

    def may(self, permission: str, site: str) -> bool:
        """Whether this actor holds `permission` at the site with code `site`."""
        return any(_holds(self.permissions.get(place), permission) for place in (site, EVERY_SITE))

    def sites_with(self, permission: str) -> frozenset[str] | None:
        """The codes of the sites where this actor holds `permission`; None means every site."""
        if _holds(self.permissions.get(EVERY_SITE), permission):
            return None
        return frozenset(site for site, held in self.permissions.items() if _holds(held, permission))


def _holds(held: frozenset[str] | None, permission: str) -> bool:
    return held is not None and (permission in held or EVERY_PERMISSION in held)


def system_actor(name: str) -> Actor:
    """A part of the system that acts by itself and may do everything: a task, the demo, a migration."""
    return Actor(kind="system", id=name, label=name, permissions={EVERY_SITE: frozenset({EVERY_PERMISSION})})
