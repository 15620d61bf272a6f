"""Addresses of production orders."""

from django.urls import path

from production.views import order

app_name = "production"
urlpatterns = [
    path("orders/", order.OrderList.as_view(), name="order_list"),
    path("orders/new/", order.OrderNew.as_view(), name="order_new"),
    *(
        path(f"orders/<path:code>/{command}/", order.OrderCommand.as_view(asked=command), name=f"order_{command}")
        for command in order.TITLES
    ),
    path("orders/<path:code>/", order.OrderDetail.as_view(), name="order_detail"),
]
