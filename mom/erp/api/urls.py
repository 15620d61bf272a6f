from mom.core.api.router import Router
from mom.erp.api.import_run import ImportViewSet
from mom.erp.api.table_import import TableImportViewSet

_top = Router("")
_top.register("imports", ImportViewSet)
_top.register("table-imports", TableImportViewSet)
urlpatterns = _top.urls
