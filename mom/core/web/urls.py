"""The shell's own addresses, mounted at the root by `mom.urls`."""

from django.urls import path

from mom.core.delivery import urls as delivery_urls
from mom.core.files import views as files
from mom.core.labels import urls as label_urls
from mom.core.web import about, audit_log, long_exports, pages, properties, property_setup, scans, status, task_runs
from mom.core.web.gallery import ComponentGallery

app_name = "web"
urlpatterns = [
    path("about/", about.About.as_view(), name="about"),
    path("search/", pages.SearchPage.as_view(), name="search"),
    path("scan/", scans.ScanPage.as_view(), name="scan"),
    path("long-work/", task_runs.TaskRunList.as_view(), name="task_run_list"),
    path("long-work/export/", long_exports.StartExport.as_view(), name="export_start"),
    path("long-work/<int:pk>/file/", long_exports.FetchExport.as_view(), name="export_file"),
    path("long-work/<int:pk>/", task_runs.TaskRunDetail.as_view(), name="task_run_detail"),
    path("long-work/<int:pk>/cancel/", task_runs.CancelTaskRun.as_view(), name="task_run_cancel"),
    path("files/add/", files.FileAdd.as_view(), name="file_add"),
    path("files/<int:pk>/", files.FileView.as_view(), name="file_view"),
    path("files/<int:pk>/content/", files.FileContent.as_view(), name="file_content"),
    path("files/<int:pk>/thumb/", files.FileThumb.as_view(), name="file_thumb"),
    path("files/<int:pk>/pages/<int:page>/<slug:side>/", files.FilePage.as_view(), name="file_page"),
    path("files/<int:pk>/withdraw/", files.FileWithdraw.as_view(), name="file_withdraw"),
    path("notes/add/", files.NoteAdd.as_view(), name="note_add"),
    path("notes/<int:pk>/withdraw/", files.NoteWithdraw.as_view(), name="note_withdraw"),
    path("properties/of/<slug:noun>/<path:code>/", properties.PropertySubject.as_view(), name="property_subject"),
    path(
        "properties/set/<int:definition>/<slug:noun>/<path:code>/",
        properties.PropertySet.as_view(),
        name="property_set",
    ),
    path("properties/end/<int:pk>/<slug:noun>/<path:code>/", properties.PropertyEnd.as_view(), name="property_end"),
    path("aliases/add/<slug:noun>/<path:code>/", properties.AliasAdd.as_view(), name="alias_add"),
    path("aliases/end/<int:pk>/", properties.AliasEnd.as_view(), name="alias_end"),
    path("setup/properties/", property_setup.PropertyList.as_view(), name="property_list"),
    path("setup/properties/add/", property_setup.PropertyAdd.as_view(), name="property_add"),
    path("setup/properties/<int:pk>/change/", property_setup.PropertyChange.as_view(), name="property_change"),
    path("setup/number-ranges/", property_setup.NumberRangeList.as_view(), name="number_range_list"),
    path("setup/number-ranges/<slug:noun>/", property_setup.NumberRangeChange.as_view(), name="number_range"),
    *delivery_urls.patterns,
    *label_urls.patterns,
    path("theme/", pages.ChooseTheme.as_view(), name="theme"),
    path("setup/status/", status.StatusPage.as_view(), name="status"),
    path("setup/status/back-up/", status.StartBackup.as_view(), name="backup_start"),
    path("setup/audit-log/", audit_log.AuditLog.as_view(), name="audit_log"),
    path("setup/audit-log/<int:pk>/", audit_log.AuditEntryDetail.as_view(), name="audit_entry"),
    path("setup/audit-proof/", audit_log.AuditProofPage.as_view(), name="audit_proof"),
    path("setup/audit-proof/start/", audit_log.StartAuditProof.as_view(), name="audit_proof_start"),
    path("setup/components/", ComponentGallery.as_view(), name="components"),
]
