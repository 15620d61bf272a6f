"""Addresses of imports."""

from django.urls import path

from mom.erp.views import import_run

app_name = "erp"
urlpatterns = [
    path("imports/", import_run.ImportList.as_view(), name="import_list"),
    path("imports/new/", import_run.ImportAdd.as_view(), name="import_add"),
    path("imports/<int:pk>/", import_run.ImportDetail.as_view(), name="import_detail"),
    path("imports/<int:pk>/progress/", import_run.ImportProgress.as_view(), name="import_progress"),
    path("imports/<int:pk>/problems/", import_run.ImportIssues.as_view(), name="import_issues"),
    path("imports/<int:pk>/start/", import_run.ImportStart.as_view(), name="import_start"),
    path("imports/<int:pk>/cancel/", import_run.ImportCancel.as_view(), name="import_cancel"),
]
