"""Mounted at the root by `mom.urls`."""

from django.urls import path

from mom.accounts import views
from mom.accounts.views import approval, badge, device, saved_view, signature

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", views.SignOut.as_view(), name="sign_out"),
    path("site/", views.SwitchSite.as_view(), name="switch_site"),
    path("account/", views.Preferences.as_view(), name="preferences"),
    path("account/password/", views.ChangePassword.as_view(), name="change_password"),
    path("account/pin/", badge.OwnPin.as_view(), name="own_pin"),
    path("views/", saved_view.KeepView.as_view(), name="view_keep"),
    path("views/<int:pk>/", saved_view.ChangeView.as_view(), name="view_change"),
    path("views/<int:pk>/delete/", saved_view.DeleteView.as_view(), name="view_delete"),
    path("setup/approvals/", approval.ApprovalRuleList.as_view(), name="approval_list"),
    path("setup/approvals/<str:code>/", approval.ApprovalRulePage.as_view(), name="approval_rule"),
    path("setup/signatures/", signature.SignatureList.as_view(), name="signature_list"),
    path("setup/rights/", signature.RightList.as_view(), name="right_list"),
    path("setup/devices/", device.DeviceList.as_view(), name="device_list"),
    path("setup/devices/add/", device.DeviceAdd.as_view(), name="device_add"),
    path("setup/devices/<int:pk>/", device.DeviceDetail.as_view(), name="device"),
    path("setup/devices/<int:pk>/change/", device.DeviceChange.as_view(), name="device_change"),
    path("setup/devices/<int:pk>/code/", device.DeviceCode.as_view(), name="device_code"),
    path("setup/devices/<int:pk>/revoke/", device.DeviceRevoke.as_view(), name="device_revoke"),
    path("setup/badges/", badge.BadgeList.as_view(), name="badge_list"),
    path("setup/badges/<str:username>/", badge.PersonBadges.as_view(), name="badges_of"),
    path("setup/badges/<str:username>/issue/", badge.BadgeIssue.as_view(), name="badge_issue"),
    path("setup/badges/<str:username>/pin/", badge.PinGive.as_view(), name="pin_give"),
    path("setup/badges/<str:username>/<int:pk>/revoke/", badge.BadgeRevoke.as_view(), name="badge_revoke"),
    path("setup/badges/<str:username>/<int:pk>/replace/", badge.BadgeReplace.as_view(), name="badge_replace"),
]
