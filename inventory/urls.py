"""Addresses of stock."""

from django.urls import path

from inventory.views import cycle_count, inventory_job, job_material, lot_hold, place, shortage, stock, trace

app_name = "inventory"
urlpatterns = [
    path("stock/", stock.StockList.as_view(), name="stock_list"),
    path("stock/receive/", stock.StockReceive.as_view(), name="stock_receive"),
    path("stock/move/", stock.StockMovePage.as_view(), name="stock_move"),
    path("stock/ship/", stock.StockShip.as_view(), name="stock_ship"),
    path("stock/scrap/", stock.StockScrap.as_view(), name="stock_scrap"),
    path("stock/moves/<path:code>/change/", inventory_job.MoveChange.as_view(), name="move_change"),
    path("stock/home/<path:code>/", inventory_job.HomeChange.as_view(), name="home_change"),
    path("places/", place.PlaceList.as_view(), name="place_list"),
    path("places/change/<path:code>/", place.PlaceChange.as_view(), name="place_change"),
    path("places/<path:code>/", place.PlaceDetail.as_view(), name="place_detail"),
    path("counts/", cycle_count.CountList.as_view(), name="count_list"),
    path("counts/ask/", cycle_count.CountAsk.as_view(), name="count_ask"),
    path("counts/classes/", cycle_count.CountClasses.as_view(), name="count_classes"),
    path("counts/start/<path:code>/", cycle_count.CountStart.as_view(), name="count_start"),
    path("counts/finish/<path:code>/", cycle_count.CountFinish.as_view(), name="count_finish"),
    path("counts/found/<path:code>/", cycle_count.CountFound.as_view(), name="count_found"),
    path("counts/post/<path:code>/", cycle_count.CountPost.as_view(), name="count_post"),
    path("counts/discard/<path:code>/", cycle_count.CountDiscard.as_view(), name="count_discard"),
    path("counts/<path:code>/", cycle_count.CountDetail.as_view(), name="count_detail"),
    path("shortages/", shortage.ShortageList.as_view(), name="shortage_list"),
    path("trace/<path:code>/", trace.LotTrace.as_view(), name="lot_trace"),
    path("holds/", lot_hold.HoldList.as_view(), name="hold_list"),
    path("holds/release/<path:code>/", lot_hold.HoldRelease.as_view(), name="hold_release"),
    path("holds/affected/<path:code>/", lot_hold.HoldAffected.as_view(), name="hold_affected"),
    path("holds/<path:code>/", lot_hold.HoldDetail.as_view(), name="hold_detail"),
    path("stock/for/<path:code>/reserve/", job_material.JobReserve.as_view(), name="job_reserve"),
    path("stock/for/<path:code>/let-go/", job_material.JobLetGo.as_view(), name="job_let_go"),
]
