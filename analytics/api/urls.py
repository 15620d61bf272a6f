from analytics.api.alert_rule import AlertRuleViewSet
from analytics.api.board import BoardEntryViewSet, BoardViewSet, ShiftNoteViewSet, ShiftReportViewSet
from analytics.api.kpi import KpiViewSet
from analytics.api.losses import LossViewSet
from analytics.api.reckoning import ReckoningViewSet
from analytics.api.target import KpiTargetViewSet
from mom.core.api.router import Router

router = Router("")
router.register("kpis", KpiViewSet)
router.register("kpi-targets", KpiTargetViewSet)
own = Router("analytics")
own.register("alert-rules", AlertRuleViewSet)
own.register("losses", LossViewSet)
own.register("boards", BoardViewSet)
own.register("board-entries", BoardEntryViewSet)
own.register("reckonings", ReckoningViewSet)
own.register("shift-notes", ShiftNoteViewSet)
own.register("shift-reports", ShiftReportViewSet)
urlpatterns = [*router.urls, *own.urls]
