"""Sites, people who sign in, what they may do, and the keys of other programs."""

from mom.accounts.models.api_token import ApiToken, ApiTokenUse
from mom.accounts.models.role import Membership, Role
from mom.accounts.models.site import Site
from mom.accounts.models.user import Theme, User

__all__ = ["ApiToken", "ApiTokenUse", "Membership", "Role", "Site", "Theme", "User"]
