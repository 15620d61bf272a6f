"""Addresses of stock."""

from django.urls import path

from inventory.views import job_material, stock

app_name = "inventory"
urlpatterns = [
    path("stock/", stock.StockList.as_view(), name="stock_list"),
    path("stock/receive/", stock.StockReceive.as_view(), name="stock_receive"),
    path("stock/move/", stock.StockMovePage.as_view(), name="stock_move"),
    path("stock/scrap/", stock.StockScrap.as_view(), name="stock_scrap"),
    path("stock/for/<path:code>/reserve/", job_material.JobReserve.as_view(), name="job_reserve"),
    path("stock/for/<path:code>/let-go/", job_material.JobLetGo.as_view(), name="job_let_go"),
]
