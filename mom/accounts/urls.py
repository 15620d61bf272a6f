"""Mounted at the root by `mom.urls`."""

from django.urls import path

from mom.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", views.SignOut.as_view(), name="sign_out"),
    path("site/", views.SwitchSite.as_view(), name="switch_site"),
    path("account/", views.Preferences.as_view(), name="preferences"),
    path("account/password/", views.ChangePassword.as_view(), name="change_password"),
]
