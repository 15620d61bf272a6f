"""Addresses of the shop-floor record."""

from django.urls import path

from mom.floor.views import quarantine

app_name = "floor"
urlpatterns = [
    path("quarantine/", quarantine.QuarantineList.as_view(), name="quarantine_list"),
    path("quarantine/<int:pk>/", quarantine.QuarantineDetail.as_view(), name="quarantine_detail"),
    path("quarantine/<int:pk>/release/", quarantine.QuarantineRelease.as_view(), name="quarantine_release"),
    path(
        "quarantine/<int:pk>/release-machine/",
        quarantine.QuarantineReleaseMachine.as_view(),
        name="quarantine_release_machine",
    ),
    path("quarantine/<int:pk>/discard/", quarantine.QuarantineDiscard.as_view(), name="quarantine_discard"),
]
