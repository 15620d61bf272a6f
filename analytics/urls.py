"""Addresses of figures."""

from django.urls import path

from analytics.views.flow import FlowAndLosses
from analytics.views.kpi import KpiBook, KpiDetail
from analytics.views.overview import Overview
from analytics.views.recompute import Recompute

app_name = "analytics"
urlpatterns = [
    path("", Overview.as_view(), name="overview"),
    path("flow/", FlowAndLosses.as_view(), name="flow"),
    path("kpis/", KpiBook.as_view(), name="kpi_list"),
    path("kpis/recompute/", Recompute.as_view(), name="recompute"),
    path("kpis/<slug:id>/", KpiDetail.as_view(), name="kpi_detail"),
]
