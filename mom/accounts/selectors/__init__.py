"""Who may do what; each further noun has a file of its own."""

from mom.accounts.selectors.rights import (
    EVERY_SITE,
    actor_for_token,
    actor_for_user,
    membership_for_user,
    membership_list,
    permissions_of,
    site_list_for_actor,
    site_list_for_memberships,
)

__all__ = [
    "EVERY_SITE",
    "actor_for_token",
    "actor_for_user",
    "membership_for_user",
    "membership_list",
    "permissions_of",
    "site_list_for_actor",
    "site_list_for_memberships",
]
