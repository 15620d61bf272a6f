"""The surfaces of enrolled devices, mounted at the root by `mom.urls`."""

from django.urls import path

from mom.terminal.views import enrol, entries, entry_list, station, wall

app_name = "terminal"
urlpatterns = [
    path("enrol/", enrol.Enrol.as_view(), name="enrol"),
    path("t/<str:code>/", station.StationPage.as_view(), name="station"),
    path("t/<str:code>/who/", station.Who.as_view(), name="who"),
    path("t/<str:code>/pin/", station.EnterPin.as_view(), name="pin"),
    path("t/<str:code>/new-pin/", station.ChoosePin.as_view(), name="new_pin"),
    path("t/<str:code>/lock/", station.Lock.as_view(), name="lock"),
    path("t/<str:code>/touch/", station.Touch.as_view(), name="touch"),
    path("t/<str:code>/entries/", entries.Entries.as_view(), name="entries"),
    path("terminal-entries/", entry_list.EntryList.as_view(), name="entry_list"),
    path("terminal-entries/<int:pk>/", entry_list.EntryDetail.as_view(), name="entry_detail"),
    path("terminal-entries/<int:pk>/settle/", entry_list.EntrySettle.as_view(), name="entry_settle"),
    path("wall/<str:code>/", wall.WallPage.as_view(), name="wall"),
]
