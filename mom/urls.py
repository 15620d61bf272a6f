"""The composition root: which app answers which address. Addresses are stable and readable: /machines/CNC-04."""

from django.contrib import admin
from django.urls import include, path

from mom.core.health import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("api/v1/", include("mom.core.api.urls", namespace="api")),
    path("admin/", admin.site.urls),
    path("", include("mom.core.web.urls", namespace="web")),
    path("", include("mom.accounts.urls", namespace="accounts")),
    path("", include("mom.plant.urls", namespace="plant")),
    path("", include("mom.work.urls", namespace="work")),
    path("", include("mom.floor.urls", namespace="floor")),
    path("", include("production.urls", namespace="production")),
    path("", include("quality.urls", namespace="quality")),
    path("", include("inventory.urls", namespace="inventory")),
    path("", include("maintenance.urls", namespace="maintenance")),
    path("", include("mom.erp.urls", namespace="erp")),
    path("", include("mom.terminal.urls", namespace="terminal")),
    path("", include("analytics.urls", namespace="analytics")),
    path("", include("mom.start.urls", namespace="start")),
]

handler400 = "mom.core.web.refusals.bad_request"
handler403 = "mom.core.web.refusals.forbidden"
handler404 = "mom.core.web.refusals.not_found"
handler500 = "mom.core.web.refusals.server_error"
