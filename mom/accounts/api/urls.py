from mom.accounts.api.badge import BadgeViewSet
from mom.accounts.api.device import DeviceViewSet
from mom.accounts.api.signature import ApprovalPolicyViewSet, ApprovalViewSet, SignatureViewSet
from mom.accounts.api.site import MeViewSet, SiteViewSet
from mom.core.api.router import Router

_accounts = Router("accounts")
_accounts.register("sites", SiteViewSet)
_accounts.register("badges", BadgeViewSet)
_accounts.register("devices", DeviceViewSet)
_accounts.register("signatures", SignatureViewSet)
_accounts.register("approvals", ApprovalViewSet)
_accounts.register("approval-policies", ApprovalPolicyViewSet)
_top = Router("")
_top.register("me", MeViewSet)
urlpatterns = [*_accounts.urls, *_top.urls]
