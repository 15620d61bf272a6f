"""Addresses of imports."""

from django.urls import path

from mom.erp.views import import_run, table_import

app_name = "erp"
urlpatterns = [
    path("imports/", import_run.ImportList.as_view(), name="import_list"),
    path("imports/new/", import_run.ImportAdd.as_view(), name="import_add"),
    path("imports/<int:pk>/", import_run.ImportDetail.as_view(), name="import_detail"),
    path("imports/<int:pk>/progress/", import_run.ImportProgress.as_view(), name="import_progress"),
    path("imports/<int:pk>/problems/", import_run.ImportIssues.as_view(), name="import_issues"),
    path("imports/<int:pk>/start/", import_run.ImportStart.as_view(), name="import_start"),
    path("imports/<int:pk>/cancel/", import_run.ImportCancel.as_view(), name="import_cancel"),
    path("imports/lists/", table_import.TableList.as_view(), name="table_list"),
    path("imports/lists/new/", table_import.TableAdd.as_view(), name="table_add"),
    path("imports/lists/empty/<slug:kind>.csv", table_import.TableTemplate.as_view(), name="table_template"),
    path("imports/lists/<int:pk>/", table_import.TableDetail.as_view(), name="table_detail"),
    path("imports/lists/<int:pk>/progress/", table_import.TableProgress.as_view(), name="table_progress"),
    path("imports/lists/<int:pk>/problems.csv", table_import.TableProblems.as_view(), name="table_problems"),
    path("imports/lists/<int:pk>/start/", table_import.TableStart.as_view(), name="table_start"),
]
