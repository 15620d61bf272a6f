from analytics.api.kpi import KpiViewSet
from mom.core.api.router import Router

router = Router("")
router.register("kpis", KpiViewSet)
urlpatterns = router.urls
