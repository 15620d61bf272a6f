"""Everything below `/api/v1/`: each installed app's `api.urls`, found by its place, then the API's own addresses."""

from importlib import import_module
from typing import Any

from django.apps import apps
from django.urls import re_path
from django.utils.module_loading import module_has_submodule

from mom.core.api.attachment import AttachmentViewSet, NoteViewSet
from mom.core.api.audit_entry import AuditEntryViewSet
from mom.core.api.delivery import DeliveryViewSet, WebhookEndpointViewSet
from mom.core.api.print_job import LabelTemplateViewSet, PrinterViewSet, PrintJobViewSet
from mom.core.api.property import (
    AliasViewSet,
    NumberRangeViewSet,
    PropertyDefinitionViewSet,
    PropertyValueViewSet,
)
from mom.core.api.router import Router
from mom.core.api.search import ScanViewSet, SearchViewSet
from mom.core.api.status import StatusViewSet
from mom.core.api.task_run import TaskRunViewSet
from mom.core.api.views import DocsView, RootView, SchemaView, UnknownAddress

app_name = "api"


def _resources() -> list[Any]:
    """The routes of every app that has an `api/urls.py`."""
    found: list[Any] = []
    for config in apps.get_app_configs():
        if config.name == "mom.core" or config.module is None or not module_has_submodule(config.module, "api"):
            continue
        package = import_module(f"{config.name}.api")
        if module_has_submodule(package, "urls"):
            found += import_module(f"{config.name}.api.urls").urlpatterns
    return found


router = Router("")
router.register("aliases", AliasViewSet)
router.register("audit-entries", AuditEntryViewSet)
router.register("number-ranges", NumberRangeViewSet)
router.register("property-definitions", PropertyDefinitionViewSet)
router.register("property-values", PropertyValueViewSet)
router.register("scan", ScanViewSet, "scan")
router.register("search", SearchViewSet, "search")
router.register("task-runs", TaskRunViewSet)
router.register("status", StatusViewSet, "status")
own = Router("core")
own.register("attachments", AttachmentViewSet)
own.register("deliveries", DeliveryViewSet)
own.register("label-templates", LabelTemplateViewSet)
own.register("notes", NoteViewSet)
own.register("printers", PrinterViewSet)
own.register("print-jobs", PrintJobViewSet)
own.register("webhook-endpoints", WebhookEndpointViewSet)

urlpatterns = [
    *router.urls,
    *own.urls,
    *_resources(),
    re_path(r"^$", RootView.as_view(), name="root"),
    re_path(r"^schema/?$", SchemaView.as_view(), name="schema"),
    re_path(r"^docs/?$", DocsView.as_view(), name="docs"),
    re_path(r"^", UnknownAddress.as_view(), name="unknown"),
]
