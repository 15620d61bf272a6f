from mom.core.api.router import Router
from mom.erp.api.import_run import ImportViewSet

_top = Router("")
_top.register("imports", ImportViewSet)
urlpatterns = _top.urls
