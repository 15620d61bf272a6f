"""Sites, people who sign in, what they may do, and the keys of other programs."""

from mom.accounts.models.api_token import ApiToken, ApiTokenUse
from mom.accounts.models.approval import Approval, ApprovalPolicy
from mom.accounts.models.badge import Badge, Pin, SecretTries
from mom.accounts.models.device import Device, DeviceUse, StationVisit
from mom.accounts.models.role import Membership, Role
from mom.accounts.models.saved_view import DefaultView, SavedView
from mom.accounts.models.signature import RecordClass, Signature
from mom.accounts.models.site import Site
from mom.accounts.models.site_setup import SiteSetup
from mom.accounts.models.tour_progress import TourProgress
from mom.accounts.models.user import Theme, User

__all__ = [
    "ApiToken",
    "ApiTokenUse",
    "Approval",
    "ApprovalPolicy",
    "Badge",
    "DefaultView",
    "Device",
    "DeviceUse",
    "Membership",
    "Pin",
    "RecordClass",
    "Role",
    "SavedView",
    "SecretTries",
    "Signature",
    "Site",
    "SiteSetup",
    "StationVisit",
    "Theme",
    "TourProgress",
    "User",
]
