"""The shell's own addresses, mounted at the root by `mom.urls`."""

from django.urls import path

from mom.core.files import views as files
from mom.core.web import about, long_exports, pages, task_runs
from mom.core.web.gallery import ComponentGallery

app_name = "web"
urlpatterns = [
    path("about/", about.About.as_view(), name="about"),
    path("search/", pages.SearchPage.as_view(), name="search"),
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
    path("theme/", pages.ChooseTheme.as_view(), name="theme"),
    path("setup/components/", ComponentGallery.as_view(), name="components"),
]
