"""Addresses of the shop-floor record."""

from django.urls import path

from mom.floor.views import archive, listening, machine_reason, mapping, quarantine, source, stop

app_name = "floor"
urlpatterns = [
    path("archive/", archive.ArchivedDayList.as_view(), name="archived_day_list"),
    path("archive/now/", archive.ArchiveNow.as_view(), name="archive_now"),
    path("archive/verify/", archive.ArchiveVerify.as_view(), name="archive_verify"),
    path("archive/settings/", archive.ArchiveSettings.as_view(), name="archive_settings"),
    path("quarantine/", quarantine.QuarantineList.as_view(), name="quarantine_list"),
    path("quarantine/<int:pk>/", quarantine.QuarantineDetail.as_view(), name="quarantine_detail"),
    path("quarantine/<int:pk>/release/", quarantine.QuarantineRelease.as_view(), name="quarantine_release"),
    path(
        "quarantine/<int:pk>/release-machine/",
        quarantine.QuarantineReleaseMachine.as_view(),
        name="quarantine_release_machine",
    ),
    path("quarantine/<int:pk>/discard/", quarantine.QuarantineDiscard.as_view(), name="quarantine_discard"),
    path("sources/", source.SourceList.as_view(), name="source_list"),
    path("stops/", stop.StopList.as_view(), name="stop_list"),
    path("stops/reason/<path:code>/", machine_reason.StopReason.as_view(), name="stop_reason"),
    path("stops/<int:pk>/", stop.StopDetail.as_view(), name="stop_detail"),
    path("stops/<int:pk>/explain/", stop.StopExplain.as_view(), name="stop_explain"),
    path("stops/<int:pk>/reclassify/", stop.StopReclassify.as_view(), name="stop_reclassify"),
    path("stops/<int:pk>/split/", stop.StopSplit.as_view(), name="stop_split"),
    path("listening/", listening.ListeningList.as_view(), name="listening_list"),
    path("listening/<path:code>/set/", listening.ListeningChange.as_view(), name="listening_change"),
    path("listening/<path:code>/", listening.ListeningDetail.as_view(), name="listening_detail"),
    path("state-codes/", mapping.MappingList.as_view(), name="mapping_list"),
    path("state-codes/add/", mapping.MappingAdd.as_view(), name="mapping_add"),
    path("state-codes/<int:pk>/", mapping.MappingChange.as_view(), name="mapping_change"),
    path("state-codes/<int:pk>/end/", mapping.MappingEnd.as_view(), name="mapping_end"),
]
