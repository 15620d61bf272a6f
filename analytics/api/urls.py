from analytics.api.kpi import KpiViewSet
from analytics.api.target import KpiTargetViewSet
from mom.core.api.router import Router

router = Router("")
router.register("kpis", KpiViewSet)
router.register("kpi-targets", KpiTargetViewSet)
urlpatterns = router.urls
